"""The duties that keep a store in order are done, and end when they are told to."""

import asyncio
import time

import pytest

from bot.queue import upkeep
from bot.queue.job import Job
from bot.queue.lifecycle import Complete
from bot.queue.retention import Retention
from bot.queue.states import State
from bot.queue.store.base import Finish
from bot.queue.store.memory import MemoryStore
from bot.queue.upkeep import Household, Upkeep, UpkeepOptions
from tests.queue.watching import TappedStore, never, soon


class House:
    """Writes down what it is told, in order."""

    def __init__(self) -> None:
        self.diary: list[str] = []
        self.is_ready = asyncio.Event()
        self.came_back = asyncio.Event()
        self.household = Household(self._beat, self._ready, self._taken_back)

    async def _beat(self) -> None:
        self.diary.append("beat")

    def _ready(self) -> None:
        self.is_ready.set()

    def _taken_back(self, jobs) -> None:
        self.diary += [job.id for job in jobs]
        self.came_back.set()


@pytest.fixture
def store():
    return TappedStore(MemoryStore())


@pytest.fixture
def house():
    return House()


@pytest.fixture
async def start(store, house):
    """Start the upkeep; it ends with the test."""
    keeping = []

    async def start(lease_s=0.3, retention=None) -> Upkeep:
        options = UpkeepOptions(lease_s, max_losses=10, retention=retention or Retention())
        keeping.append(Upkeep(store, options, house.household))
        await keeping[0].start()
        return keeping[0]

    yield start
    for one in keeping:
        await soon(one.stop())


async def a_job(store, **fields) -> None:
    await store.enqueue([Job("1", "work", "work", payload="{}", **fields)])


async def test_what_the_dead_held_has_come_back_when_it_has_started(store, house, start):
    await a_job(store)
    await store.claim("dead", {"work": 1}, lease_s=-1)
    await start(lease_s=600)
    assert house.diary == ["beat", "1"]
    assert (await store.get("1")).state is State.PENDING


async def test_what_is_lost_later_comes_back_too(store, house, start):
    await a_job(store)
    await start()
    await store.claim("dead", {"work": 1}, lease_s=-1)
    await soon(house.came_back.wait())
    assert (await store.get("1")).losses == 1


async def test_nobody_is_disturbed_while_nothing_comes_back(store, house, start):
    await start()
    await store.next("reap")
    await store.next("reap")
    assert set(house.diary) == {"beat"}


async def test_a_poke_makes_a_due_job_ready(store, house, start):
    keeping = await start()
    await soon(house.is_ready.wait())
    house.is_ready.clear()
    await a_job(store, state=State.SCHEDULED, run_at=time.time() - 1)
    keeping.poke()
    await soon(house.is_ready.wait())
    assert (await store.get("1")).state is State.PENDING


async def test_finished_jobs_go_bite_by_bite(store, start, monkeypatch):
    monkeypatch.setattr(upkeep, "PURGE_BITE", 1)
    for name in ("1", "2"):
        await store.enqueue([Job(name, "work", "work", payload="{}")])
    for job in await store.claim("me", {"work": 2}, 600):
        await store.finish([Finish(job.id, job.token, Complete("1"))])
    keeping = await start(retention=Retention(most=0))
    await keeping._purge()  # one round of many bites
    assert store.calls["purge"] == 3
    assert [await store.get(name) for name in ("1", "2")] == [None, None]
    assert store.given["purge"] == (Retention(most=0), 1)


async def test_when_stopped_it_does_nothing_more(store, start):
    keeping = await start()
    await store.next("reap")
    await soon(keeping.stop())
    await never(store.next("reap"))
