"""Listeners hear of all that happens: also that nothing is left to do, and what went wrong."""

import asyncio
import logging

import pytest

from bot.queue import schedule, worker
from bot.queue.errors import JobError, StoreUnavailable
from bot.queue.events import Event, EventName, Events
from bot.queue.job import Job
from bot.queue.states import State
from tests.queue.kinds import Gate, Text, Work
from tests.queue.watching import Diary, TappedStore, soon

JOB = Job("1", "work", "work", payload="{}")


@pytest.fixture
def events():
    return Events()


class TestListeners:
    def test_hear_everything_until_they_leave(self, events):
        heard = []
        leave = events.subscribe(heard.append)
        events.emit(EventName.JOB_STARTED, JOB)
        leave()
        events.emit(EventName.JOB_COMPLETED, JOB)
        assert heard == [Event(EventName.JOB_STARTED, JOB)]
        assert not events

    def test_may_leave_while_they_are_told(self, events):
        heard = []
        leave = events.subscribe(lambda _: leave())
        events.subscribe(heard.append)
        events.emit(EventName.JOB_STARTED, JOB)
        assert len(heard) == 1

    def test_that_fail_are_reported_to_the_others(self, events, caplog):
        def broken(event: Event) -> None:
            raise ZeroDivisionError

        heard = []
        events.subscribe(broken)
        events.subscribe(heard.append)
        events.emit(EventName.JOB_STARTED, JOB)
        what = "a listener failed on job_started: ZeroDivisionError; see the log."
        assert heard == [Event(EventName.ERROR, JOB, what), Event(EventName.JOB_STARTED, JOB)]
        assert "ZeroDivisionError" in caplog.text
        assert {line.job for line in caplog.records} == {JOB.id}

    def test_are_told_of_a_refusal_in_the_stores_words(self, events, caplog):
        heard = []
        events.subscribe(heard.append)
        events.failure("no jobs could be claimed", StoreUnavailable("The disk is away."))
        what = "no jobs could be claimed: The disk is away."
        assert heard == [Event(EventName.ERROR, None, what)]
        assert [(line.levelno, line.getMessage()) for line in caplog.records] == [
            (logging.WARNING, what)
        ]


class TestQueueEmpty:
    async def test_is_told_once_when_all_has_ended(self, new_store, start):
        store, gate = TappedStore(new_store()), Gate()
        kinds = Work(gate.work, "a", "a"), Work(gate.work, "b", "b")
        queue = await start(*kinds, store=store, slots={"a": 1, "b": 1})
        diary = Diary(queue)
        jobs = [(await queue.enqueue(kind, Text())).job for kind in [*kinds, *kinds]]
        await gate.has(2)
        await gate.let_out(4)
        await diary.until(EventName.QUEUE_EMPTY)
        assert [(await queue.get(job.id)).state for job in jobs] == [State.COMPLETED] * 4
        assert [event.name for event in diary.events][-1] is EventName.QUEUE_EMPTY
        assert diary.events[-1].job is None
        looked = asyncio.create_task(store.next("claim"))
        await queue.promote()
        await looked
        await gate.let_out(1)
        await queue.enqueue(kinds[0], Text())
        await diary.until(EventName.QUEUE_EMPTY, times=2)
        told = [event.name for event in diary.events]
        assert told.count(EventName.QUEUE_EMPTY) == 2
        assert told.count(EventName.JOB_COMPLETED) == 5

    async def test_waits_until_the_last_end_is_stored(self, new_store, start, monkeypatch):
        monkeypatch.setattr("bot.queue.ends.PAUSE_S", 0.01)
        store, gate = TappedStore(new_store()), Gate()
        work = Work(gate.work)
        queue = await start(work, store=store)
        diary = Diary(queue)
        await queue.enqueue(work, Text())
        await gate.has(1)
        store.refused = {"finish"}
        await gate.let_out(1)
        for _ in range(3):
            await store.next("finish")
        assert EventName.QUEUE_EMPTY not in [event.name for event in diary.events]
        store.refused = set()
        await diary.until(EventName.QUEUE_EMPTY)
        assert diary.events[-2].name is EventName.JOB_COMPLETED

    async def test_is_not_told_when_work_came_while_none_was_found(self, new_store, start):
        class Slow(TappedStore):
            async def claim(self, *args):
                jobs = await self.store.claim(*args)
                if more and EventName.JOB_COMPLETED in names():
                    await queue.enqueue(work, more.pop())
                return jobs

        work, more = Work(), [Text()]
        names = lambda: [event.name for event in diary.events]  # noqa: E731
        queue = await start(work, store=Slow(new_store()))
        diary = Diary(queue)
        await queue.enqueue(work, Text())
        await diary.until(EventName.QUEUE_EMPTY)
        assert names().count(EventName.JOB_COMPLETED) == 2

    async def test_is_not_told_while_the_store_cannot_say(self, new_store, start, monkeypatch):
        monkeypatch.setattr(worker, "PAUSE_S", 0.01)
        store, gate = TappedStore(new_store()), Gate()
        work = Work(gate.work)
        queue = await start(work, store=store)
        diary = Diary(queue)
        await queue.enqueue(work, Text())
        await gate.has(1)
        store.refused = {"claim"}
        await gate.let_out(1)
        await diary.until(EventName.JOB_COMPLETED)
        await diary.until(EventName.ERROR, times=3)
        assert EventName.QUEUE_EMPTY not in [event.name for event in diary.events]
        store.refused = set()
        await diary.until(EventName.QUEUE_EMPTY)

    async def test_does_not_mind_what_waits_for_its_time(self, start):
        async def do(*_) -> str:
            raise JobError("Busy.", retry_after_s=3600)

        work = Work(do)
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.QUEUE_EMPTY)
        assert (await queue.get(job.id)).state is State.RETRYABLE

    async def test_is_not_told_of_a_worker_that_ran_nothing(self, new_store, start):
        store = TappedStore(new_store())
        queue = await start(Work(), store=store)
        diary = Diary(queue)
        await queue.promote()
        await store.silent("claim")
        assert diary.events == []


class TestError:
    @pytest.fixture(autouse=True)
    def _short_pauses(self, monkeypatch):
        for module in (schedule, worker):
            monkeypatch.setattr(module, "PAUSE_S", 0.01)

    @pytest.mark.parametrize(
        ("refused", "what"),
        [
            ("claim", "no jobs could be claimed"),
            ("promote", "due jobs were not made ready"),
            ("reap", "a duty of the queue was put off"),
            ("beat", "a heartbeat was not stored"),
        ],
    )
    async def test_tells_what_the_store_refused(self, new_store, start, refused, what):
        store, gate = TappedStore(new_store()), Gate()
        work = Work(gate.work)
        queue = await start(work, store=store, lease_s=0.3)
        diary = Diary(queue)
        await queue.enqueue(work, Text())
        await gate.has(1)
        store.refused = {refused}
        loops = set()
        queue.events.subscribe(lambda _: loops.add(asyncio.get_running_loop()))
        queue._wake()
        queue._poke()
        while f"{what}: The disk is away." not in [event.what for event in diary.troubles]:
            await diary.until(EventName.ERROR, times=len(diary.troubles) + 1)
        assert loops == {asyncio.get_running_loop()}
        store.refused = set()
        await gate.let_out(1)
        await soon(diary.until(EventName.JOB_COMPLETED))
