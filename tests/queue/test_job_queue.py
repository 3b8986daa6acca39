"""The queue that everyone else calls: what it accepts, refuses, tells and knows."""

import asyncio
import logging
import math
import time

import pytest

from bot.queue.errors import JobError, QueueFull, TaskNotFoundError, UserLimitReached
from bot.queue.events import EventName
from bot.queue.ids import new_id
from bot.queue.job import Priority
from bot.queue.retention import Retention
from bot.queue.states import State
from bot.queue.store.base import JobFilter, Limits
from bot.queue.store.sqlite import SqliteStore
from bot.queue.testing import ManualClock
from tests.queue.kinds import Gate, Text, Work
from tests.queue.watching import Diary, TappedStore, on_a_file


class TestAccepting:
    async def test_what_a_kind_leaves_open_is_the_queues_setting(self, start):
        open_kind, own_kind = Work(name="open"), Work(name="own", max_attempts=7, timeout=9)
        queue = await start(open_kind, own_kind, max_attempts=4, timeout_s=60)
        jobs = [(await queue.enqueue(kind, Text())).job for kind in (open_kind, own_kind)]
        assert [(job.max_attempts, job.timeout_s) for job in jobs] == [(4, 60), (7, 9)]

    async def test_a_known_key_answers_the_older_job_and_tells_nobody(self, start):
        work = Work()
        queue = await start(work)
        diary = Diary(queue)
        first = await queue.enqueue(work, Text(text="a"), key="interaction-1")
        await diary.until(EventName.JOB_COMPLETED)
        again = await queue.enqueue(work, Text(text="b"), key="interaction-1")
        assert (first.created, again.created) == (True, False)
        assert (again.job.id, again.job.state) == (first.job.id, State.COMPLETED)
        assert diary.names(first.job.id).count(EventName.JOB_ENQUEUED) == 1

    async def test_a_full_queue_refuses_and_says_how_full(self, start):
        gate = Gate()
        work = Work(gate.work)
        queue = await start(work, slots={"work": 1}, limits=Limits(max_size=2))
        diary = Diary(queue)
        await queue.enqueue(work, Text())
        await gate.has(1)
        for _ in range(2):
            await queue.enqueue(work, Text())
        with pytest.raises(QueueFull, match="2 jobs are waiting"):
            await queue.enqueue(work, Text(text="one too many"))
        told = await diary.until(EventName.QUEUE_FULL)
        assert await queue.store.get(told.id) is None

    async def test_a_person_at_the_limit_is_refused_and_others_are_not(self, start):
        gate = Gate()
        work = Work(gate.work)
        queue = await start(work, limits=Limits(max_active_per_owner=2))
        for _ in range(2):
            await queue.enqueue(work, Text(), owner=1)
        with pytest.raises(UserLimitReached, match="2 unfinished jobs"):
            await queue.enqueue(work, Text(), owner=1)
        await queue.enqueue(work, Text(), owner=2)
        diary = Diary(queue)
        await gate.let_out(1)
        await diary.until(EventName.JOB_COMPLETED)
        await queue.enqueue(work, Text(), owner=1)


class TestOrder:
    async def test_is_by_priority_and_then_by_arrival(self, make):
        ran = []

        async def do(_, text: str) -> str:
            ran.append(text)
            return text

        work = Work(do)
        queue = make(work, slots={"work": 1})
        await queue.open()
        for text, priority in [
            ("a", None),
            ("b", Priority.LOW),
            ("c", Priority.CRITICAL),
            ("d", Priority.HIGH),
            ("e", None),
        ]:
            await queue.enqueue(work, Text(text=text), priority=priority)
        await queue.store.close()

        queue = make(work, slots={"work": 1})
        diary = Diary(queue)
        await queue.start()
        await diary.until(EventName.JOB_COMPLETED, times=5)
        assert "".join(ran) == "cdaeb"


class TestTime:
    async def test_a_job_for_later_runs_at_its_time_and_not_before(self, start):
        ran_at = []

        async def do(_, text: str) -> str:
            ran_at.append(time.time())
            return text

        work = Work(do)
        queue = await start(work)
        diary = Diary(queue)
        due = time.time() + 0.3
        far = (await queue.enqueue(work, Text(), run_at=time.time() + 3600)).job
        near = (await queue.enqueue(work, Text(), run_at=due)).job
        assert near.state is State.SCHEDULED
        await diary.until(EventName.JOB_COMPLETED, near.id)
        assert ran_at[0] >= due
        assert (await queue.get(far.id)).state is State.SCHEDULED

    async def test_a_time_that_is_past_means_now(self, start):
        work = Work()
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text(), run_at=1)).job
        await diary.until(EventName.JOB_COMPLETED, job.id)
        assert job.run_at == job.created_at

    @pytest.mark.parametrize("run_at", [math.inf, -math.inf, math.nan])
    async def test_a_moment_that_never_comes_is_refused(self, make, run_at):
        work = Work()
        queue = make(work)
        await queue.open()
        with pytest.raises(ValueError, match="cannot wait until"):
            await queue.enqueue(work, Text(), run_at=run_at)
        assert await queue.find(JobFilter()) == []

    async def test_a_job_whose_time_came_while_nobody_worked_runs_at_the_start(self, make):
        work = Work()
        queue = make(work)
        await queue.open()
        job = (await queue.enqueue(work, Text(), run_at=time.time() + 0.01)).job
        await queue.store.close()
        queue = make(work)
        diary = Diary(queue)
        await queue.start()
        await diary.until(EventName.JOB_COMPLETED, job.id)

    @on_a_file
    async def test_all_that_is_due_by_a_clock_moved_by_hand_is_made_ready(self, make, tmp_path):
        clock, work = ManualClock(), Work()
        queue = make(work, store=SqliteStore(tmp_path / "jobs.db", clock), clock=clock)
        await queue.open()
        more_than_a_bite = 1_001
        later = clock() + 60
        jobs = [queue.enqueue(work, Text(), run_at=later) for _ in range(more_than_a_bite)]
        await asyncio.gather(*jobs)
        clock.forward(60)
        await queue.promote()
        assert (await queue.store.stats()).by_state() == {State.PENDING: more_than_a_bite}


class TestEvents:
    async def test_come_in_the_order_of_a_jobs_life(self, start):
        runs = []

        async def do(ctx, text: str) -> str:
            runs.append(1)
            ctx.progress(len(runs), 2)
            if len(runs) == 1:
                raise JobError("Busy.")
            return text

        work = Work(do)
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.JOB_COMPLETED, job.id)
        run = [EventName.JOB_STARTED, EventName.JOB_PROGRESS]
        assert diary.names(job.id) == [
            EventName.JOB_ENQUEUED,
            *run,
            EventName.JOB_RETRY,
            *run,
            EventName.JOB_COMPLETED,
        ]

    async def test_show_the_job_as_the_store_has_it(self, start):
        async def do(ctx, text: str) -> str:
            ctx.progress(1, 1, "Done")
            ctx.log("a line")
            ctx.checkpoint([1])
            return text

        work = Work(do)
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text(text="x"), owner=7, guild=8)).job
        told = await diary.until(EventName.JOB_COMPLETED, job.id)
        stored = await queue.get(job.id)
        for name in ("state", "result", "progress", "log", "checkpoint", "attempt", "token"):
            assert getattr(told, name) == getattr(stored, name), name

    async def test_of_every_job_begin_with_its_enqueueing(self, start):
        work = Work()
        queue = await start(work, slots={"work": 4})
        diary = Diary(queue)
        await asyncio.gather(*(queue.enqueue(work, Text()) for _ in range(100)))
        await diary.until(EventName.JOB_COMPLETED, times=100)
        for job_id in {event.job.id for event in diary.events if event.job}:
            assert diary.names(job_id) == [
                EventName.JOB_ENQUEUED,
                EventName.JOB_STARTED,
                EventName.JOB_COMPLETED,
            ]

    async def test_a_listener_that_fails_disturbs_nobody(self, start, caplog):
        def broken(event) -> None:
            raise RuntimeError("listener")

        work = Work()
        queue = await start(work)
        queue.events.subscribe(broken)
        diary = Diary(queue)
        with caplog.at_level(logging.CRITICAL, "bot.queue.events"):
            job = (await queue.enqueue(work, Text())).job
            await diary.until(EventName.JOB_COMPLETED, job.id)


class TestRetry:
    async def test_brings_a_given_up_job_back_with_fresh_attempts(self, start):
        fails = [True]

        async def do(_, text: str) -> str:
            if fails[0]:
                raise JobError("Busy.", retryable=False)
            return text

        work = Work(do)
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.JOB_FAILED, job.id)
        fails[0] = False
        again = await queue.retry(job.id)
        assert (again.state, again.attempt, again.error) == (State.PENDING, 0, None)
        await diary.until(EventName.JOB_COMPLETED, job.id)

    async def test_runs_a_waiting_retry_now(self, start):
        runs = []

        async def do(_, text: str) -> str:
            runs.append(1)
            if len(runs) == 1:
                raise JobError("Busy.", retry_after_s=3600)
            return text

        work = Work(do)
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.JOB_RETRY, job.id)
        await queue.retry(job.id)
        await diary.until(EventName.JOB_COMPLETED, job.id)

    async def test_of_an_unknown_job_is_refused(self, start):
        queue = await start()
        with pytest.raises(TaskNotFoundError):
            await queue.retry(new_id())


class TestLooking:
    async def test_get_knows_a_job_or_says_that_there_is_none(self, start):
        work = Work()
        queue = await start(work)
        job = (await queue.enqueue(work, Text())).job
        assert (await queue.get(job.id)).id == job.id
        unknown = new_id()
        with pytest.raises(TaskNotFoundError, match=unknown):
            await queue.get(unknown)

    async def test_find_answers_page_by_page_newest_first(self, start):
        work = Work()
        queue = await start(work)
        ids = [(await queue.enqueue(work, Text(), owner=1)).job.id for _ in range(5)]
        await queue.enqueue(work, Text(), owner=2)
        first = await queue.find(JobFilter(owner=1), limit=3)
        rest = await queue.find(JobFilter(owner=1), before=first[-1].id, limit=3)
        assert [job.id for job in [*first, *rest]] == ids[::-1]

    async def test_status_shows_every_queue_and_ones_own_places(self, start):
        gate = Gate()
        chat, image = Work(gate.work, "chat", "chat"), Work(gate.work, "image", "image")
        queue = await start(chat, image, slots={"chat": 2})
        for owner in [1, 1]:
            await queue.enqueue(chat, Text(), owner=owner)
        await gate.has(2)
        for owner in [2, 1]:
            await queue.enqueue(chat, Text(), owner=owner)
        status = await queue.status(owner=1)
        lines = [(line.name, line.waiting, line.running, line.slots) for line in status.lines]
        assert lines == [("chat", 2, 2, 2), ("image", 0, 0, 2)]
        assert sorted(own.ahead for own in status.own if own.ahead is not None) == [1]
        assert [own.ahead for own in status.own].count(None) == 2
        assert status.working

    async def test_status_is_of_one_moment(self, start, new_store):
        store = TappedStore(new_store())
        queue = await start(Work(), store=store)
        await queue.status()
        assert store.calls["stats"] == 1

    async def test_status_counts_what_ended(self, start):
        async def do(_, text: str) -> str:
            if text == "fail":
                raise JobError("No.", retryable=False)
            return text

        work = Work(do)
        queue = await start(work)
        diary = Diary(queue)
        for text in ["a", "b", "fail"]:
            await queue.enqueue(work, Text(text=text))
        await diary.until(EventName.JOB_COMPLETED, times=2)
        await diary.until(EventName.JOB_FAILED)
        status = await queue.status()
        assert (status.completed, status.failed, status.own) == (2, 1, ())
        await queue.stop_working()
        assert not (await queue.status()).working

    async def test_outlooks_are_known_for_ready_jobs_alone(self, start):
        gate = Gate()
        work = Work(gate.work)
        queue = await start(work, slots={"work": 2})
        jobs = [(await queue.enqueue(work, Text())).job for _ in range(4)]
        await gate.has(2)
        outlooks = await queue.outlooks(jobs)
        assert {job_id: outlook.ahead for job_id, outlook in outlooks.items()} == {
            jobs[2].id: 0,
            jobs[3].id: 1,
        }


@on_a_file
async def test_what_one_process_enqueues_another_may_run_while_both_work(start):
    gate = Gate()
    work = Work(gate.work)
    queues = [await start(work, slots={"work": 1}) for _ in range(2)]
    diaries = [Diary(queue) for queue in queues]
    for _ in range(4):
        await queues[0].enqueue(work, Text())
    await gate.has(2)
    started = [
        event.job.id
        for diary in diaries
        for event in diary.events
        if event.name is EventName.JOB_STARTED
    ]
    assert len(set(started)) == 2
    await gate.let_out(4)
    while (await queues[0].store.stats()).total(State.COMPLETED) < 4:
        await gate.has(0)
    assert gate.most == 2


async def test_finished_jobs_past_their_keeping_are_removed_by_itself(
    start, new_store, monkeypatch
):
    monkeypatch.setattr("bot.queue.upkeep.PURGE_EVERY_S", 0.01)
    monkeypatch.setattr("bot.queue.upkeep.PURGE_BITE", 2)
    work, store = Work(), TappedStore(new_store())
    queue = await start(work, store=store, retention=Retention(most=1))
    diary = Diary(queue)
    for _ in range(6):
        await queue.enqueue(work, Text())
    await diary.until(EventName.JOB_COMPLETED, times=6)
    while len(await queue.find(JobFilter())) > 1:
        await store.next("purge")
    assert store.given["purge"] == (Retention(most=1), 2)
