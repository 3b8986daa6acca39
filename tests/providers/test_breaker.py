"""A provider that fails again and again is left alone, for longer each time, and asked by one."""

import pytest

from bot.providers.breaker import SOONEST, Breaker, Resting, Rests
from bot.providers.errors import ProviderError
from bot.queue.testing import ManualClock

RESTS = Rests(failures=3, first_s=10, longest_s=35, turn_s=5)


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def breaker(clock):
    return Breaker(RESTS, clock)


def error(category="unavailable"):
    return ProviderError("The server is away.", retryable=True, category=category)


def fail(breaker, category="unavailable", times=1):
    for _ in range(times):
        with pytest.raises(ProviderError), breaker.call():
            raise error(category)


def succeed(breaker):
    with breaker.call():
        pass


def refused(breaker) -> Resting:
    """Nobody may ask; how they are told."""
    asked = False
    with pytest.raises(Resting) as caught, breaker.call():
        asked = True
    assert not asked
    return caught.value


@pytest.mark.parametrize("category", ["unavailable", "timeout"])
def test_it_rests_after_so_many_failures_in_a_row(breaker, category):
    fail(breaker, category, times=2)
    succeed(breaker)
    fail(breaker, category, times=2)
    assert breaker.rest_s is None
    fail(breaker, category)
    assert breaker.rest_s == 10
    assert str(refused(breaker)) == "The server is away."


@pytest.mark.parametrize("category", ["rate_limit", "protocol", "empty"])
def test_what_may_be_the_questions_fault_counts_neither_way(breaker, category):
    fail(breaker, category, times=10)
    assert breaker.rest_s is None
    fail(breaker, times=2)
    fail(breaker, category)
    fail(breaker)
    assert breaker.rest_s == 10


@pytest.mark.parametrize("category", ["rejected", "too_long", "not_found", "authentication"])
def test_a_refusal_shows_that_it_works(breaker, category):
    fail(breaker, times=2)
    fail(breaker, category)
    fail(breaker, times=2)
    assert breaker.rest_s is None


def test_those_who_wait_come_back_after_the_rest_one_sooner_one_later(breaker, clock):
    fail(breaker, times=3)
    clock.forward(4)
    waits = {refused(breaker).retry_after_s for _ in range(50)}
    assert len(waits) > 40
    assert min(waits) >= 6 + SOONEST * 5
    assert max(waits) <= 6 + 5


def test_when_the_rest_is_over_one_asks_for_all(breaker, clock):
    fail(breaker, times=3)
    clock.forward(10)
    with breaker.call():
        assert 0 < refused(breaker).retry_after_s <= 5
    succeed(breaker)
    assert breaker.rest_s is None


def test_whoever_asked_for_all_in_vain_is_told_to_come_back_and_the_rests_grow(breaker, clock):
    fail(breaker, times=3)
    for rest_s in (20, 35, 35):
        clock.forward(breaker.rest_s)
        with pytest.raises(Resting) as caught, breaker.call():
            raise error()
        assert caught.value.retry_after_s > rest_s
        assert breaker.rest_s == rest_s
    clock.forward(35)
    succeed(breaker)
    fail(breaker, times=3)
    assert breaker.rest_s == 10


def test_the_beginning_of_an_answer_lets_all_ask_but_is_trusted_little(breaker, clock):
    fail(breaker, times=3)
    clock.forward(10)
    call = breaker.call()
    call.__enter__().answering()
    assert breaker.rest_s is None
    with pytest.raises(Resting):
        call.__exit__(ProviderError, error(), None)
    assert breaker.rest_s == 20


def test_until_an_answer_is_whole_a_single_failure_begins_the_next_rest(breaker, clock):
    fail(breaker, times=3)
    clock.forward(10)
    with breaker.call() as call:
        call.answering()
        fail(breaker)
    assert breaker.rest_s == 20


def test_what_was_asked_before_the_rest_says_nothing_of_it(breaker):
    with breaker.call() as old:
        fail(breaker, times=3)
        old.answering()
    assert breaker.rest_s == 10
    with pytest.raises(Resting):
        succeed(breaker)


def test_a_crowd_that_fails_together_makes_one_rest(breaker):
    calls = [breaker.call() for _ in range(8)]
    for call in calls:
        call.__enter__()
    for call in calls:
        call.__exit__(ProviderError, error(), None)
    assert breaker.rest_s == 10


def test_whoever_asked_for_all_and_went_away_leaves_it_to_the_next(breaker, clock):
    fail(breaker, times=3)
    clock.forward(10)
    with pytest.raises(ZeroDivisionError), breaker.call():
        raise ZeroDivisionError
    succeed(breaker)
    assert breaker.rest_s is None


def test_a_long_trouble_can_be_counted(breaker, clock):
    fail(breaker, times=3)
    for _ in range(2000):
        clock.forward(35)
        fail(breaker)
    assert breaker.rest_s == 35
