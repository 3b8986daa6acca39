"""Everybody's place in the queue, and when their turn may be over, for few reads of the store."""

import asyncio

import pytest

from bot.queue.errors import StoreUnavailable
from bot.queue.figures import Kind
from bot.queue.job import Job
from bot.queue.lifecycle import Complete
from bot.queue.outlook import Outlook, Outlooks, done_in, queue_pace
from bot.queue.states import State
from bot.queue.store.base import Finish, Group, Pace, Stats
from bot.queue.store.memory import MemoryStore
from tests.queue.watching import TappedStore, soon

NOW = 1_000.0


@pytest.fixture
def clock():
    return [NOW]


@pytest.fixture
def store(clock):
    return TappedStore(MemoryStore(lambda: clock[0]))


@pytest.fixture
def outlooks(store, clock):
    return Outlooks(store, lambda _: 2, lambda: clock[0])


async def waiting(store, n: int) -> list[Job]:
    jobs = [Job(f"{number:03}", "work", "work", payload="{}", run_at=NOW) for number in range(n)]
    await store.enqueue(jobs)
    return jobs


async def one_ran_for(store, clock, seconds: float) -> None:
    await store.enqueue([Job("first", "work", "work", payload="{}")])
    (job,) = await store.claim("me", {"work": 1}, 600)
    clock[0] += seconds
    await store.finish([Finish(job.id, job.token, Complete("{}"))])


async def test_an_end_is_not_guessed_before_anything_has_ended(outlooks, store):
    jobs = await waiting(store, 3)
    assert [(await outlooks.of([job]))[job.id] for job in jobs] == [
        Outlook(0),
        Outlook(1),
        Outlook(2),
    ]


async def test_free_slots_are_taken_at_once_and_then_free_one_after_the_other(
    outlooks, store, clock
):
    await one_ran_for(store, clock, 10)
    jobs = await waiting(store, 5)
    told = await outlooks.of(jobs)
    ends = [told[job.id].done_at - clock[0] for job in jobs]
    assert ends == [10, 10, 15, 20, 25]


async def test_the_next_waits_for_one_of_those_that_run(outlooks, store, clock):
    await one_ran_for(store, clock, 10)
    jobs = await waiting(store, 5)
    await store.claim("me", {"work": 2}, 600)
    told = await outlooks.of(jobs[2:])
    assert [told[job.id].done_at - clock[0] for job in jobs[2:]] == [15, 20, 25]


CHAT, LONG = Kind("work", "chat"), Kind("work", "long")


def a_job(kind: Kind) -> Job:
    return Job("a", kind.type, kind.queue, "{}")


def counted(**states: int) -> dict[Group, int]:
    """Jobs of the queue "work", by the name of their kind and, if not PENDING, of their state."""
    named = ((*name.split("_"), "PENDING")[:2] for name in states)
    groups = [Group("work", kind, 0, State(state)) for kind, state in named]
    return dict(zip(groups, states.values(), strict=True))


@pytest.mark.parametrize(
    ("waiting", "mean_s"),
    [
        ({}, 6),
        ({"chat": 5}, 2),
        ({"chat": 3, "long": 1}, 4),
        ({"chat_SCHEDULED": 5, "long": 1}, 10),
        ({"unheard": 7}, 6),
    ],
)
def test_a_queues_pace_is_the_mean_of_its_kinds_by_how_many_of_each_wait(waiting, mean_s):
    paces = {CHAT: Pace(1, 2), LONG: Pace(None, 10), Kind("other", "chat"): Pace(99, 99)}
    assert queue_pace(Stats(counted(**waiting), pace=paces), "work") == Pace(1, mean_s)


def test_those_ahead_run_at_the_mean_pace_and_the_job_at_its_own():
    stats = Stats(
        counted(chat=3, long=1, chat_PROCESSING=2),
        pace={CHAT: Pace(run_s=2), LONG: Pace(run_s=10)},
    )
    assert done_in(a_job(LONG), 3, stats, slots=2) == 4 / 2 * 4 + 10
    assert done_in(a_job(CHAT), 3, stats, slots=2) == 4 / 2 * 4 + 2
    assert done_in(a_job(Kind("work", "new")), 3, stats, slots=2) == 4 / 2 * 4 + 4
    assert done_in(a_job(Kind("silent", "new")), 3, stats, slots=2) is None


def test_what_runs_in_other_processes_counts_as_slots():
    stats = Stats(counted(chat=9, chat_PROCESSING=8), pace={CHAT: Pace(run_s=4)})
    assert done_in(a_job(CHAT), 7, stats, slots=2) == 8


async def test_a_job_that_is_not_waiting_has_no_place(outlooks, store, clock):
    await one_ran_for(store, clock, 10)
    assert await outlooks.of([await store.get("first")]) == {}


async def test_many_who_ask_at_once_share_a_read(outlooks, store):
    jobs = await waiting(store, 100)
    told = await asyncio.gather(*(outlooks.of([job]) for job in jobs))
    assert [one[job.id].ahead for one, job in zip(told, jobs, strict=True)] == list(range(100))
    assert store.calls["positions"] == 1


async def test_who_asks_while_a_read_is_under_way_shares_the_next(outlooks, store, monkeypatch):
    jobs = await waiting(store, 10)
    positions = store.store.positions
    answer = asyncio.Event()

    async def slow(*asked):
        await answer.wait()
        return await positions(*asked)

    monkeypatch.setattr(store.store, "positions", slow)
    asking = []
    for job in jobs:
        asking.append(asyncio.create_task(outlooks.of([job])))
        await asyncio.sleep(0)  # the first read is under way
    answer.set()
    told = await asyncio.gather(*asking)
    assert [one[job.id].ahead for one, job in zip(told, jobs, strict=True)] == list(range(10))
    assert store.calls["positions"] == 2


async def test_one_who_gives_up_waiting_takes_nobody_along(outlooks, store):
    jobs = await waiting(store, 2)
    impatient, patient = (asyncio.create_task(outlooks.of([job])) for job in jobs)
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient)[jobs[1].id].ahead == 1


async def test_who_asks_while_the_paces_are_read_is_told_an_end_too(
    outlooks, store, clock, monkeypatch
):
    await one_ran_for(store, clock, 10)
    jobs = await waiting(store, 3)
    stats = store.store.stats
    answer = asyncio.Event()

    async def slow():
        await answer.wait()
        return await stats()

    monkeypatch.setattr(store.store, "stats", slow)
    first = asyncio.create_task(outlooks.of([jobs[1]]))
    await store.next("positions")
    second = asyncio.create_task(outlooks.of([jobs[2]]))
    await store.next("positions")
    answer.set()
    told = await soon(asyncio.gather(first, second))
    assert [one[job.id].done_at for one, job in zip(told, jobs[1:], strict=True)] == [
        clock[0] + 10,
        clock[0] + 15,
    ]
    assert store.calls["stats"] == 1


async def test_paces_that_could_not_be_read_are_asked_for_again(outlooks, store, clock):
    await one_ran_for(store, clock, 10)
    jobs = await waiting(store, 2)
    store.refused = {"stats"}
    with pytest.raises(StoreUnavailable):
        await outlooks.of(jobs)
    store.refused = set()
    assert (await outlooks.of(jobs))[jobs[1].id].done_at == clock[0] + 10
