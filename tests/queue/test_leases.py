"""A lease lives as long as its worker, and whoever lost one changes nothing any more."""

import asyncio
import threading
import time

from bot.queue.events import EventName
from bot.queue.states import State
from tests.queue.kinds import Text, Work, for_ever
from tests.queue.watching import Diary, TappedStore, on_a_file, soon


class Reaper:
    """Another process that takes back whatever it can, from a thread of its own."""

    def __init__(self, store) -> None:
        self.taken = []
        self.looks = 0
        self._store = store
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._reap()))

    def __enter__(self) -> "Reaper":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._thread.join()

    async def _reap(self) -> None:
        await self._store.open()
        while not self._stop.wait(0.05):
            self.taken += await self._store.reap(max_losses=10)
            self.looks += 1
        await self._store.close()


@on_a_file
async def test_is_kept_while_the_event_loop_is_blocked(new_store, start):
    lease_s = 1.5

    async def block(_, text: str) -> str:
        with Reaper(new_store()) as reaper:
            until = time.monotonic() + 2 * lease_s
            while time.monotonic() < until:
                pass
        assert reaper.looks
        assert reaper.taken == []
        return text

    work = Work(block, max_attempts=1)
    queue = await start(work, lease_s=lease_s)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text(text="kept"))).job
    told = await diary.until(EventName.JOB_COMPLETED, job.id)
    assert (told.attempt, told.losses) == (1, 0)


class Relay:
    """Work whose first run is stuck until told, and whose later runs answer at once."""

    def __init__(self) -> None:
        self.runs = 0
        self.interrupted = asyncio.Event()
        self.late = asyncio.Event()

    async def work(self, *_) -> str:
        self.runs += 1
        if self.runs > 1:
            return "second"
        try:
            await self.late.wait()
        except asyncio.CancelledError:
            self.interrupted.set()
            raise
        return "first"


async def lost(relay: Relay, new_store, start):
    """A job whose first worker could not be heard, so that another has done it."""
    store = TappedStore(new_store())
    work = Work(relay.work)
    first = await start(work, store=store, lease_s=0.3, slots={"work": 1})
    diary = Diary(first)
    job = (await first.enqueue(work, Text())).job
    await diary.until(EventName.JOB_STARTED, job.id)
    store.refused = {"beat", "reap", "claim"}
    second = await start(Work(relay.work), store=new_store(), lease_s=0.3)
    told = await Diary(second).until(EventName.JOB_COMPLETED, job.id)
    assert (told.result, told.losses, told.attempt) == ('{"text":"second"}', 1, 1)
    return job, store, first, diary


async def test_lost_interrupts_the_run_and_tells_nobody(new_store, start):
    relay = Relay()
    job, store, first, diary = await lost(relay, new_store, start)
    store.refused = {"reap", "claim"}
    await soon(relay.interrupted.wait())
    await first.stop(grace_s=0)
    assert diary.names(job.id) == [EventName.JOB_ENQUEUED, EventName.JOB_STARTED]


async def test_lost_makes_a_late_end_count_for_nothing(new_store, start):
    relay = Relay()
    job, store, first, diary = await lost(relay, new_store, start)
    relay.late.set()
    await store.next("finish")
    assert (await store.get(job.id)).result == '{"text":"second"}'
    await first.stop(grace_s=0)
    assert not relay.interrupted.is_set()
    assert diary.names(job.id) == [EventName.JOB_ENQUEUED, EventName.JOB_STARTED]


async def test_lost_and_won_again_by_the_same_worker_leaves_its_slots_whole(new_store, start):
    relay = Relay()
    store = TappedStore(new_store())
    work = Work(relay.work)
    queue = await start(work, store=store, lease_s=0.3, slots={"work": 2})
    diary = Diary(queue)
    store.refused = {"beat"}
    job = (await queue.enqueue(work, Text())).job
    told = await diary.until(EventName.JOB_COMPLETED, job.id)
    assert (told.token, told.losses) == (2, 1)
    relay.late.set()
    await store.next("finish")
    for _ in range(4):
        await queue.enqueue(work, Text())
    await diary.until(EventName.JOB_COMPLETED, times=5)
    assert (await queue.get(job.id)).result == '{"text":"second"}'


async def test_that_ran_out_in_a_long_sleep_of_the_machine_is_no_loss(new_store, start):
    asleep_s = [0.0]
    work = Work(for_ever)
    store = new_store()
    store._clock = lambda: time.time() + asleep_s[0]
    queue = await start(work, store=store, lease_s=30)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await diary.until(EventName.JOB_STARTED, job.id)
    asleep_s[0] = 3600
    await queue._upkeep._reap()
    stored = await queue.get(job.id)
    assert (stored.state, stored.losses) == (State.PROCESSING, 0)
