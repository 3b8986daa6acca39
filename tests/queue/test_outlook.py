"""Everybody's place in the queue, and when their turn may be over, for few reads of the store."""

import asyncio

import pytest

from bot.queue.job import Job
from bot.queue.lifecycle import Complete
from bot.queue.outlook import Outlook, Outlooks
from bot.queue.store.base import Finish
from bot.queue.store.memory import MemoryStore
from tests.queue.watching import TappedStore

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


async def test_an_end_is_told_by_the_pace_of_the_queue_and_its_slots(outlooks, store, clock):
    await one_ran_for(store, clock, 10)
    jobs = await waiting(store, 5)
    told = await outlooks.of(jobs)
    ends = [told[job.id].done_at - clock[0] for job in jobs]
    assert ends == [10, 10, 20, 20, 30]


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
