"""Jobs become ready when their time comes, and a duty goes on whatever happens."""

import asyncio

import pytest

from bot.queue import schedule
from bot.queue.errors import StoreUnavailable
from bot.queue.job import Job
from bot.queue.schedule import Promoter, every
from bot.queue.states import State
from bot.queue.store.memory import MemoryStore
from tests.queue.watching import TappedStore, never, soon


class MovableClock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def store(clock):
    return TappedStore(MemoryStore(clock))


@pytest.fixture
async def promoter(store, clock):
    ready = asyncio.Event()
    promoter = Promoter(store, ready.set, clock)
    promoter.ready = ready
    duty = asyncio.create_task(promoter.run())
    await soon(ready.wait())
    ready.clear()
    yield promoter
    duty.cancel()


def later(run_at: float, name: str = "1") -> Job:
    return Job(name, "work", "work", payload="{}", state=State.SCHEDULED, run_at=run_at)


async def test_a_job_is_made_ready_at_its_time_however_far_that_was(promoter, store, clock):
    await store.enqueue([later(clock.now + 3600)])
    promoter.poke()
    await soon(promoter.ready.wait())
    assert (await store.get("1")).state is State.SCHEDULED
    clock.now += 3600
    promoter.ready.clear()
    promoter.poke()
    await soon(promoter.ready.wait())
    assert (await store.get("1")).state is State.PENDING


async def test_a_poke_that_comes_while_the_store_is_asked_is_not_lost(
    promoter, store, clock, monkeypatch
):
    asked, answer = asyncio.Event(), asyncio.Event()
    promote = store.store.promote

    async def slow() -> float | None:
        due = await promote()
        asked.set()
        await answer.wait()
        return due

    monkeypatch.setattr(store.store, "promote", slow)
    promoter.poke()
    await soon(asked.wait())
    await store.enqueue([later(clock.now)])
    promoter.poke()
    answer.set()
    while (await store.get("1")).state is State.SCHEDULED:
        await store.next("promote")


async def test_nothing_is_asked_while_nothing_is_due(promoter, store):
    await never(store.next("promote"))


async def test_a_clock_that_jumped_ahead_is_noticed(promoter, store, clock, monkeypatch):
    monkeypatch.setattr(schedule, "LONGEST_SLEEP_S", 0.05)
    await store.enqueue([later(clock.now + 3600)])
    promoter.poke()
    await soon(promoter.ready.wait())
    clock.now += 3600
    while (await store.get("1")).state is State.SCHEDULED:
        await store.next("promote")


async def test_a_job_that_nobody_told_of_is_found(promoter, store, clock, monkeypatch):
    monkeypatch.setattr(schedule, "LONGEST_SLEEP_S", 0.05)
    promoter.poke()
    await soon(promoter.ready.wait())
    await store.enqueue([later(clock.now)])
    while (await store.get("1")).state is State.SCHEDULED:
        await store.next("promote")


async def test_a_store_that_refuses_is_asked_again(promoter, store, clock, monkeypatch):
    monkeypatch.setattr(schedule, "PAUSE_S", 0.01)
    store.refused = {"promote"}
    await store.enqueue([later(clock.now)])
    promoter.poke()
    await store.next("promote")
    store.refused = set()
    await soon(promoter.ready.wait())
    assert (await store.get("1")).state is State.PENDING


@pytest.mark.parametrize("turns", range(5))
async def test_it_ends_when_told_to_also_right_after_a_poke(store, clock, turns):
    ready = asyncio.Event()
    promoter = Promoter(store, ready.set, clock)
    duty = asyncio.create_task(promoter.run())
    await soon(ready.wait())
    promoter.poke()
    for _ in range(turns):
        await asyncio.sleep(0)
    duty.cancel()
    await asyncio.wait([duty], timeout=1)
    assert duty.cancelled()


@pytest.mark.parametrize("error", [StoreUnavailable("The disk is away."), OSError("no handles")])
async def test_a_duty_is_done_again_after_it_failed(error):
    done = asyncio.Event()
    tries = []

    async def duty() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise error
        done.set()

    task = asyncio.create_task(every(0.01, duty))
    await soon(done.wait())
    task.cancel()
