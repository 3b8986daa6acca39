"""Results at hand in one process: those of runs, for their time, the last used."""

import weakref

import pytest

from bot.queue.cache import ResultCache
from bot.queue.events import Event, EventName
from bot.queue.job import Job

NOW, TTL_S = 1_000.0, 60.0


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock) -> ResultCache:
    return ResultCache(2, clock)


def ended(cache: ResultCache, key="sum", name=EventName.JOB_COMPLETED, **changed) -> None:
    values = {"payload": "{}", "token": 1, "cache_key": key}
    values |= {"cache_ttl_s": TTL_S, "finished_at": NOW}
    job = Job("1", "work", "work", result=key, **(values | changed))
    cache.hear(Event(name, job))


def test_what_a_run_brought_is_good_for_its_time_after_the_end(cache, clock):
    clock.now += 10
    ended(cache)
    clock.now = NOW + TTL_S - 0.5
    assert cache.get("sum") == "sum"
    clock.now = NOW + TTL_S
    assert cache.get("sum") is None


def test_what_was_handed_out_again_gets_no_second_life(cache, clock):
    ended(cache)
    clock.now += 50
    ended(cache, token=0, finished_at=clock.now)
    clock.now += 10
    assert cache.get("sum") is None


@pytest.mark.parametrize(
    "changed",
    [
        {"key": None},
        {"attached": 1},
        {"cache_ttl_s": 0},
        {"cache_ttl_s": None},
        {"name": EventName.JOB_FAILED},
        {"name": EventName.JOB_CANCELLED},
    ],
)
def test_only_plain_results_are_kept(cache, changed):
    ended(cache, **changed)
    assert cache.get(changed.get("key", "sum")) is None


def test_a_newer_result_with_files_takes_the_place_of_a_plain_one(cache):
    ended(cache)
    ended(cache, attached=1)
    assert cache.get("sum") is None


def test_of_too_many_the_one_not_used_for_longest_goes(cache):
    ended(cache, "a")
    ended(cache, "b")
    assert cache.get("a") == "a"
    ended(cache, "c")
    assert [cache.get(key) for key in "abc"] == ["a", None, "c"]


def test_without_room_nothing_is_kept(clock):
    cache = ResultCache(0, clock)
    ended(cache)
    assert cache.get("sum") is None


def test_what_is_forgotten_is_gone(cache):
    ended(cache)
    cache.forget("sum")
    cache.forget("sum")
    cache.forget(None)
    assert cache.get("sum") is None


def test_of_a_job_it_keeps_the_result_alone(cache):
    class Large(str):
        """A text that tells when it is gone."""

    request = Large("all that was said before")
    still_there = weakref.ref(request)
    ended(cache, payload=request)
    del request
    assert cache.get("sum") == "sum"
    assert still_there() is None
