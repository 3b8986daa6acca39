"""What people test their kinds of work with says what is there, and never waits in vain."""

import asyncio

import pytest
from pydantic import BaseModel

from bot.queue.errors import JobError
from bot.queue.events import EventName
from bot.queue.job import Progress
from bot.queue.options import QueueOptions
from bot.queue.retry import RetryPolicy
from bot.queue.states import State
from bot.queue.store.memory import MemoryStore
from bot.queue.testing import ManualClock, assert_enqueued, drain, run_inline, working
from bot.queue.worker import WorkerOptions
from tests.queue.kinds import Gate, Text, Work, for_ever
from tests.queue.watching import Diary, never, soon


class Number(BaseModel):
    """Not what the work takes."""

    text: int = 5


class TestRunInline:
    async def test_gives_the_result_and_all_that_was_said(self):
        async def do(ctx, text: str) -> str:
            ctx.progress(1, 2, "Half", "reading")
            ctx.progress(2, 2)
            ctx.log("began")
            ctx.checkpoint({"page": 2})
            return text

        ran = await run_inline(Work(do), Text(text="done"))
        assert (ran.result, ran.reply.text) == (Text(text="done"), "done")
        assert ran.progress == (Progress(1, 2, "Half", "reading"), Progress(2, 2))
        assert (ran.log, ran.checkpoint) == (("began",), {"page": 2})

    async def test_goes_on_where_an_earlier_run_was(self):
        work = Work(lambda ctx, _: asyncio.sleep(0, str(ctx.saved)))
        assert (await run_inline(work, Text(), saved=[3])).result.text == "[3]"
        ran = await run_inline(work, Text())
        assert (ran.result.text, ran.checkpoint) == ("None", None)

    async def test_knows_whose_job_it_is(self):
        work = Work(lambda ctx, _: asyncio.sleep(0, f"{ctx.job.owner} {ctx.job.guild}"))
        assert (await run_inline(work, Text(), owner=1, guild=2)).result.text == "1 2"

    async def test_raises_what_the_handler_raises(self):
        async def do(*_) -> str:
            raise JobError("No.")

        with pytest.raises(JobError, match="No"):
            await run_inline(Work(do), Text())

    async def test_finds_a_request_that_does_not_survive_its_storage(self):
        with pytest.raises(JobError, match="cannot be read"):
            await run_inline(Work(), Number())


class TestDrain:
    async def test_waits_until_nothing_is_ready_or_runs(self):
        gate = Gate()
        work = Work(gate.work)
        async with working(work) as queue:
            for _ in range(5):
                await queue.enqueue(work, Text())
            draining = asyncio.create_task(drain(queue))
            await gate.has(2)
            await gate.let_out(4)
            await gate.has(1)
            await never(asyncio.shield(draining))
            await gate.let_out(1)
            await soon(draining)
            assert (await queue.store.stats()).total(State.COMPLETED) == 5

    async def test_leaves_what_is_not_due_until_its_time_has_come(self):
        work, clock = Work(), ManualClock()
        async with working(work, clock=clock) as queue:
            job = (await queue.enqueue(work, Text(), run_at=clock.now + 60)).job
            await drain(queue)
            assert (await queue.get(job.id)).state is State.SCHEDULED
            clock.forward(60)
            await drain(queue)
            assert (await queue.get(job.id)).state is State.COMPLETED

    async def test_goes_through_tries_that_are_due_at_once(self):
        async def do(*_) -> str:
            raise JobError("No.")

        work = Work(do, max_attempts=3)
        options = QueueOptions(WorkerOptions(retry=RetryPolicy(base_s=0)))
        async with working(work, options=options) as queue:
            diary = Diary(queue)
            job = (await queue.enqueue(work, Text())).job
            await drain(queue)
            assert diary.names(job.id).count(EventName.JOB_STARTED) == 3
            assert (await queue.get(job.id)).state is State.DISCARDED

    async def test_says_what_is_left(self):
        work = Work(for_ever)
        async with working(work) as queue:
            await queue.enqueue(work, Text(text="endless"))
            with pytest.raises(AssertionError, match=r'work {"text":"endless"} \(PROCESSING\)'):
                await drain(queue, guard_s=0.05)

    async def test_of_a_queue_that_does_not_work_is_refused(self):
        async with working() as queue:
            await queue.stop_working()
            with pytest.raises(RuntimeError, match="start it first"):
                await drain(queue)

    async def test_leaves_no_listener_behind(self):
        async with working() as queue:
            await drain(queue)
            assert not queue.events


class TestAssertEnqueued:
    @pytest.fixture
    async def queue(self):
        async with working(Work(), Work(name="other")) as queue:
            await queue.enqueue(Work(), Text(text="a"), owner=1)
            await queue.enqueue(Work(), Text(text="a"), owner=2)
            await queue.enqueue(Work(name="other"), Text(text="b"))
            yield queue

    async def test_finds_by_kind_request_and_anything_else(self, queue):
        assert len(await assert_enqueued(queue, Work())) == 2
        assert len(await assert_enqueued(queue.store, Work(), Text(text="a"), times=2)) == 2
        (job,) = await assert_enqueued(queue, Work(), matching=lambda job: job.owner == 2)
        assert job.owner == 2
        await assert_enqueued(queue, Work(), Text(text="c"), times=0)

    @pytest.mark.parametrize(
        ("request_", "options", "message"),
        [
            (Text(text="c"), {}, 'work {"text":"c"} should have .* at least once, but was 0 times'),
            (Text(text="a"), {"times": 1}, "1 times, but was 2 times"),
            (None, {"times": 3}, "work should have been enqueued 3 times, but was 2 times"),
            (None, {"matching": lambda job: job.owner == 3}, "but was 0 times"),
            (Text(text="a"), {"times": 0}, "0 times, but was 2 times"),
        ],
    )
    async def test_says_what_was_there_instead(self, queue, request_, options, message):
        with pytest.raises(AssertionError, match=message) as failed:
            await assert_enqueued(queue, Work(), request_, **options)
        assert 'other {"text":"b"}' in str(failed.value)

    async def test_looks_at_every_job_and_shows_a_few(self, queue):
        for n in range(250):
            await queue.enqueue(Work(), Text(text=str(n)))
        await assert_enqueued(queue, Work(), Text(text="a"), times=2)
        with pytest.raises(AssertionError, match="… and 243 more"):
            await assert_enqueued(queue, Work(), Text(text="c"))

    async def test_says_that_nothing_was_there(self):
        with pytest.raises(AssertionError, match="There was: nothing"):
            await assert_enqueued(MemoryStore(), Work())


def test_the_clock_moves_only_when_told():
    clock = ManualClock(now=5)
    assert (clock(), clock.forward(2.5), clock()) == (5, 7.5, 7.5)
