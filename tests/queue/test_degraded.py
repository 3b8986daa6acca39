"""While the store is away, kinds that allow it run without it, and all but durability holds."""

import asyncio
import sqlite3
from contextlib import closing
from contextvars import ContextVar

import pytest

from bot.queue.degraded import MOST_WAITING
from bot.queue.errors import CommitUnknown, JobError, StoreUnavailable, UserLimitReached
from bot.queue.events import EventName
from bot.queue.job_queue import JobQueue
from bot.queue.sentences import sentence
from bot.queue.states import State
from bot.queue.store.base import JobFilter, Limits
from bot.queue.store.sqlite import file as sqlite_file
from tests.queue.kinds import Gate, Text, Work, for_ever
from tests.queue.watching import Diary, TappedStore, on_a_file, soon


class Hardy(Work):
    """May run without the store."""

    degraded = True


@pytest.fixture
def tapped(new_store) -> TappedStore:
    return TappedStore(new_store())


@pytest.fixture
def cut_off(start, tapped):
    """A queue that works, and whose store then goes away."""

    async def cut_off(*kinds, **options) -> JobQueue:
        queue = await start(*kinds, store=tapped, **options)
        tapped.refused = {"enqueue", "claim", "finish", "beat", "control", "get", "positions"}
        return queue

    return cut_off


class TestAwayFromItsStore:
    async def test_what_is_bound_to_the_asker_s_task_stays_there(self, cut_off):
        bound = ContextVar("bound", default="nothing")

        async def do(_, text: str) -> str:
            return text + bound.get()

        work = Hardy(do)
        queue = await cut_off(work)
        diary = Diary(queue)
        bound.set("the asker's")
        job = (await queue.enqueue(work, Text())).job
        assert work.reply(await diary.until(EventName.JOB_COMPLETED, job.id)).text == "nothing"

    async def test_a_job_runs_and_is_not_durable(self, cut_off, tapped):
        async def do(ctx, text: str) -> str:
            ctx.progress(stage="nearly")
            return text

        work = Hardy(do)
        queue = await cut_off(work)
        diary = Diary(queue)
        taken = await queue.enqueue(work, Text(text="hello"))
        assert (taken.created, taken.job.durable) == (True, False)

        done = await diary.until(EventName.JOB_COMPLETED, taken.job.id)
        assert work.reply(done).text == "hello"
        assert not done.durable
        assert diary.names(done.id) == [
            EventName.JOB_ENQUEUED,
            EventName.JOB_STARTED,
            EventName.JOB_PROGRESS,
            EventName.JOB_COMPLETED,
        ]
        assert (await queue.get(done.id)).state is State.COMPLETED
        assert await tapped.store.get(done.id) is None

    @on_a_file
    async def test_it_needs_no_more_than_a_locked_database(self, start, tmp_path, monkeypatch):
        monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_S", 0.05)
        work = Hardy()
        queue = await start(work)
        diary = Diary(queue)
        with closing(sqlite3.connect(tmp_path / "queue.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            job = (await queue.enqueue(work, Text())).job
            assert not job.durable
            await diary.until(EventName.JOB_COMPLETED, job.id)
            other.execute("ROLLBACK")
        job = (await queue.enqueue(work, Text())).job
        assert job.durable
        await diary.until(EventName.JOB_COMPLETED, job.id)

    async def test_the_next_job_is_durable_when_it_is_back(self, cut_off, tapped):
        work = Hardy()
        queue = await cut_off(work)
        assert not (await queue.enqueue(work, Text())).job.durable
        tapped.refused = set()
        assert (await queue.enqueue(work, Text())).job.durable

    async def test_one_job_after_the_other_runs(self, cut_off):
        work = Hardy()
        queue = await cut_off(work)
        diary = Diary(queue)
        for _ in range(3):
            job = (await queue.enqueue(work, Text())).job
            await diary.until(EventName.JOB_COMPLETED, job.id)

    async def test_a_failed_attempt_is_tried_again(self, cut_off):
        async def do(ctx, text: str) -> str:
            if ctx.job.attempt < 3:
                raise JobError("Not yet.")
            return text

        work = Hardy(do, max_attempts=3)
        queue = await cut_off(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        assert (await diary.until(EventName.JOB_COMPLETED, job.id)).attempt == 3

    async def test_a_run_has_its_deadline(self, cut_off):
        work = Hardy(for_ever, timeout=0.05, max_attempts=1)
        queue = await cut_off(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        assert "longer than" in (await diary.until(EventName.JOB_FAILED, job.id)).error

    async def test_a_run_is_cancelled(self, cut_off):
        work = Hardy(for_ever)
        queue = await cut_off(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.JOB_STARTED, job.id)
        await queue.cancel(job.id, "No more.")
        assert (await diary.until(EventName.JOB_CANCELLED, job.id)).error == "No more."
        assert (await queue.get(job.id)).state is State.CANCELLED

    async def test_as_many_run_at_once_as_the_queue_has_slots(self, cut_off):
        gate = Gate()
        work = Hardy(gate.work)
        queue = await cut_off(work, slots={"work": 2})
        diary = Diary(queue)
        jobs = [(await queue.enqueue(work, Text())).job for _ in range(4)]
        await gate.has(2)
        assert [one.ahead for one in (await queue.outlooks(jobs)).values()] == [0, 1]
        await queue.cancel(jobs[2].id)
        await gate.let_out(3)
        await diary.until(EventName.JOB_COMPLETED, times=3)
        assert gate.most == 2

    async def test_a_paused_queue_stays_paused(self, cut_off):
        work = Hardy()
        queue = await cut_off(work)
        diary = Diary(queue)
        await queue.pause("work")
        job = (await queue.enqueue(work, Text())).job
        await queue.enqueue(work, Text())
        assert [one.ahead for one in (await queue.outlooks([job])).values()] == [0]
        assert not diary.names(job.id).count(EventName.JOB_STARTED)
        await queue.resume_queue("work")
        await diary.until(EventName.JOB_COMPLETED, times=2)

    async def test_its_owner_finds_it(self, cut_off, tapped):
        work = Hardy(for_ever)
        queue = await cut_off(work)
        tapped.refused = {"enqueue"}
        job = (await queue.enqueue(work, Text(), owner=7)).job
        assert [one.id for one in await queue.find(JobFilter(owner=7))] == [job.id]
        assert [one.job.id for one in (await queue.status(7)).own] == [job.id]


class TestRefused:
    async def test_are_other_kinds(self, cut_off):
        work = Work()
        queue = await cut_off(work)
        with pytest.raises(StoreUnavailable):
            await queue.enqueue(work, Text())

    async def test_is_what_may_have_been_stored(self, cut_off, tapped):
        work = Hardy()
        queue = await cut_off(work)
        diary = Diary(queue)
        tapped.refusal = CommitUnknown("Who knows?")
        with pytest.raises(CommitUnknown):
            await queue.enqueue(work, Text())
        assert diary.events == []

    async def test_is_what_is_wanted_later(self, cut_off):
        work = Hardy()
        queue = await cut_off(work)
        with pytest.raises(StoreUnavailable):
            await queue.enqueue(work, Text(), run_at=4_000_000_000)

    async def test_is_more_than_may_wait(self, cut_off):
        work = Hardy(for_ever)
        queue = await cut_off(work, slots={"work": 1})
        diary = Diary(queue)
        await queue.enqueue(work, Text())
        await diary.until(EventName.JOB_STARTED)
        for _ in range(MOST_WAITING):
            await queue.enqueue(work, Text())
        with pytest.raises(StoreUnavailable, match=f"{MOST_WAITING} jobs wait"):
            await queue.enqueue(work, Text())

    async def test_is_more_than_one_person_may_have(self, cut_off):
        work = Hardy(for_ever)
        queue = await cut_off(work, limits=Limits(max_active_per_owner=1))
        await queue.enqueue(work, Text(), owner=7)
        with pytest.raises(UserLimitReached):
            await queue.enqueue(work, Text(), owner=7)

    async def test_is_everything_where_nothing_runs(self, make, tapped):
        work = Hardy()
        queue = make(work, store=tapped)
        await queue.open()
        tapped.refused = {"enqueue"}
        with pytest.raises(StoreUnavailable):
            await queue.enqueue(work, Text())


class TestTheSameKey:
    async def test_is_the_same_job_also_when_the_store_is_back(self, cut_off, tapped):
        work = Hardy()
        queue = await cut_off(work)
        first = await queue.enqueue(work, Text(), key="one")
        second = await queue.enqueue(work, Text(), key="one")
        tapped.refused = set()
        third = await queue.enqueue(work, Text(), key="one")
        assert (second.created, third.created) == (False, False)
        assert {second.job.id, third.job.id} == {first.job.id}

    async def test_of_a_stored_job_runs_nothing_without_the_store(self, start, tapped):
        work = Hardy(for_ever)
        queue = await start(work, store=tapped)
        stored = await queue.enqueue(work, Text(), key="one")
        tapped.refused = {"enqueue"}
        again = await queue.enqueue(work, Text(), key="one")
        assert (again.job.id, again.created, again.job.durable) == (stored.job.id, False, True)


class TestACalmExit:
    async def test_lets_a_run_end_within_the_grace(self, cut_off):
        gate = Gate()
        work = Hardy(gate.work)
        queue = await cut_off(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        await gate.has(1)
        stopping = asyncio.create_task(queue.stop_working(grace_s=600))
        await gate.let_out(1)
        await soon(stopping)
        assert diary.names(job.id)[-1] is EventName.JOB_COMPLETED

    async def test_tells_that_the_rest_is_lost(self, cut_off):
        work = Hardy(for_ever)
        queue = await cut_off(work, slots={"work": 1})
        diary = Diary(queue)
        jobs = [(await queue.enqueue(work, Text())).job for _ in range(2)]
        await diary.until(EventName.JOB_STARTED, jobs[0].id)
        await soon(queue.stop_working(grace_s=0))
        for job in jobs:
            assert (await diary.until(EventName.JOB_FAILED, job.id)).error == sentence("end-unkept")

    async def test_takes_no_more(self, cut_off):
        work = Hardy()
        queue = await cut_off(work)
        await queue.stop_working(0)
        with pytest.raises(StoreUnavailable):
            await queue.enqueue(work, Text())
