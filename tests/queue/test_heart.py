"""The heart beats from its own thread, tells what came back, and never stops by itself."""

import asyncio
import threading

import pytest

from bot.queue.errors import StoreUnavailable
from bot.queue.heart import Heart
from bot.queue.job import Job, Progress
from bot.queue.store.base import Alive, Beat, Lost
from bot.queue.store.memory import MemoryStore
from tests.queue.watching import SILENCE_S, TappedStore, soon


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


class SlowStore(TappedStore):
    """A store whose beats are held up, one at a time, until they are let through."""

    def __init__(self, store) -> None:
        super().__init__(store)
        self.begun = threading.Semaphore(0)
        self.let_through = threading.Event()

    async def beat(self, beats, lease_s):
        self.begun.release()
        await asyncio.to_thread(self.let_through.wait)
        return await self.store.beat(beats, lease_s)


def saying(job: Job, current: float) -> list[Beat]:
    return [Beat(job.id, job.token, Progress(current))]


@pytest.fixture
async def slow(store, owner):
    """A slow store, a heart that beats only when told to, and the job it beats for."""
    slow = SlowStore(store)
    heart = Heart(slow, 600, owner.collect, owner.hear)
    heart._every_s = 600
    heart.start()
    (job,) = await store.claim("me", {"work": 1}, 600)
    yield slow, heart, job
    slow.let_through.set()
    await soon(heart.stop())


async def test_no_beat_overtakes_an_older_one(slow, owner):
    store, heart, job = slow
    owner.beats = saying(job, 1)
    older = asyncio.create_task(heart.beat())
    await soon(asyncio.to_thread(store.begun.acquire))
    newer = [asyncio.create_task(heart.say(saying(job, 2))), asyncio.create_task(heart.beat())]
    owner.beats = saying(job, 3)
    assert not await asyncio.to_thread(store.begun.acquire, timeout=SILENCE_S)
    store.let_through.set()
    await soon(asyncio.gather(older, *newer))
    assert (await store.get(job.id)).progress == Progress(3)
    heard = [(await soon(owner.heard.get()))[1] for _ in range(2)]
    assert heard == [saying(job, 1), saying(job, 3)]


async def test_it_ends_after_the_beats_that_were_asked_for(slow, owner):
    store, heart, job = slow
    owner.beats = saying(job, 1)
    beat = asyncio.create_task(heart.beat())
    await soon(asyncio.to_thread(store.begun.acquire))
    stopping = asyncio.create_task(heart.stop())
    await asyncio.sleep(0)
    await heart.beat()  # too late, so nothing happens
    assert not stopping.done()
    store.let_through.set()
    await soon(asyncio.gather(beat, stopping))
    assert (await store.get(job.id)).progress == Progress(1)
    assert owner.heard.qsize() == 1


async def test_what_the_store_raises_is_raised_to_who_had_something_to_say(heart, store):
    store.refused = {"beat"}
    with pytest.raises(StoreUnavailable):
        await heart.say([Beat("1", 0)])
