"""The heart beats from its own thread, tells what came back, and never stops by itself."""

import asyncio
import threading

import pytest

from bot.queue.heart import Heart
from bot.queue.job import Job
from bot.queue.store.base import Alive, Beat, Lost
from bot.queue.store.memory import MemoryStore
from tests.queue.watching import TappedStore, soon


class Owner:
    """Whoever holds runs: gives their beats, hears the answers."""

    def __init__(self) -> None:
        self.beats: list[Beat] = []
        self.collected_in: set[str] = set()
        self.collected = threading.Event()
        self.heard = asyncio.Queue()

    def collect(self) -> list[Beat]:
        self.collected_in.add(threading.current_thread().name)
        self.collected.set()
        return self.beats

    def hear(self, beats, answers) -> None:
        self.heard.put_nowait((threading.current_thread(), beats, answers))


@pytest.fixture
def owner():
    return Owner()


@pytest.fixture
async def store():
    store = TappedStore(MemoryStore())
    await store.enqueue([Job("1", "work", "work", payload="{}")])
    return store


@pytest.fixture
async def heart(store, owner):
    heart = Heart(store, 0.15, owner.collect, owner.hear)
    heart.start()
    yield heart
    await soon(heart.stop())


async def test_answers_are_heard_on_the_owners_thread(heart, store, owner):
    (job,) = await store.claim("me", {"work": 1}, 600)
    owner.beats = [Beat("1", job.token), Beat("1", job.token - 1)]
    thread, beats, answers = await soon(owner.heard.get())
    assert thread is threading.current_thread()
    assert (beats, answers) == (owner.beats, [Alive(), Lost()])
    assert owner.collected_in == {"worker-heart"}


async def test_a_lease_is_renewed(heart, store, owner):
    (job,) = await store.claim("me", {"work": 1}, 0)
    owner.beats = [Beat("1", job.token)]
    await soon(owner.heard.get())
    assert (await store.get("1")).lease_until > job.lease_until


async def test_without_runs_the_store_is_left_alone(heart, store, owner):
    await soon(asyncio.to_thread(owner.collected.wait))
    assert store.calls["beat"] == 0


async def test_a_store_that_refuses_does_not_stop_it(heart, store, owner):
    store.refused = {"beat"}
    owner.beats = [Beat("1", 0)]
    await store.next("beat")
    store.refused = set()
    await soon(owner.heard.get())


async def test_a_fault_of_the_store_does_not_stop_it(heart, store, owner, monkeypatch):
    failed = threading.Event()

    async def broken(*_):
        failed.set()
        raise ZeroDivisionError

    with monkeypatch.context() as fault:
        fault.setattr(store.store, "beat", broken)
        owner.beats = [Beat("1", 0)]
        await soon(asyncio.to_thread(failed.wait))
    await soon(owner.heard.get())


async def test_it_can_stop_right_after_its_start_and_without_one(store, owner):
    heart = Heart(store, 30, owner.collect, owner.hear)
    await soon(heart.stop())
    heart = Heart(store, 30, owner.collect, owner.hear)
    heart.start()
    await soon(heart.stop())
    assert "worker-heart" not in {thread.name for thread in threading.enumerate()}
