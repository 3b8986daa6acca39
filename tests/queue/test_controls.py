"""People steer jobs: discard, retry and resume with changes, other priorities and times, pauses."""

import asyncio
import time

import pytest

from bot.queue.controls import DiscardJob
from bot.queue.errors import InvalidStateTransitionError, JobError, TaskNotFoundError
from bot.queue.events import EventName
from bot.queue.ids import new_id
from bot.queue.job import Priority
from bot.queue.states import State
from tests.queue.kinds import Gate, Text, Work, for_ever
from tests.queue.watching import Diary, never, on_a_file, soon

LATER = 4e9


class Heard:
    """Work without an end that tells when it was interrupted."""

    def __init__(self) -> None:
        self.inside, self.interrupted = asyncio.Event(), asyncio.Event()

    async def work(self, *_) -> str:
        self.inside.set()
        try:
            return await for_ever()
        finally:
            self.interrupted.set()


async def broken(ctx, _) -> str:
    """Work that keeps something and cannot succeed."""
    ctx.checkpoint([ctx.job.attempt])
    ctx.log(f"attempt {ctx.job.attempt}")
    raise JobError("No.", retryable=False)


async def given_up(queue, kind, **options):
    """A job that was given up."""
    diary = Diary(queue)
    job = (await queue.enqueue(kind, Text(text="first"), **options)).job
    await diary.until(EventName.JOB_FAILED, job.id)
    return await queue.get(job.id)


class TestDiscard:
    async def test_ends_a_waiting_job_at_once_and_says_so(self, make):
        work = Work()
        queue = make(work)
        await queue.open()
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        answer = await queue.discard(job.id, "Ada: a mistake")
        assert (answer.state, answer.error) == (State.DISCARDED, "Ada: a mistake")
        assert diary.names(job.id)[-1] is EventName.JOB_FAILED

    async def test_interrupts_a_run_which_counts_for_nothing(self, start):
        handler = Heard()
        work = Work(handler.work)
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        await soon(handler.inside.wait())
        discarded = await queue.discard(job.id, "Ada: it went wild")
        await soon(handler.interrupted.wait())
        assert await queue.get(job.id) == discarded
        assert diary.names(job.id).count(EventName.JOB_FAILED) == 1
        assert EventName.JOB_RETRY not in diary.names(job.id)

    @on_a_file
    async def test_interrupts_a_run_in_another_process(self, start, new_store):
        handler = Heard()
        work = Work(handler.work)
        queue = await start(work)
        job = (await queue.enqueue(work, Text())).job
        await soon(handler.inside.wait())
        elsewhere = new_store()
        await elsewhere.open()
        await elsewhere.control(job.id, DiscardJob("Ada: it went wild"))
        await elsewhere.close()
        await soon(handler.interrupted.wait())
        assert (await queue.get(job.id)).error == "Ada: it went wild"

    async def test_of_a_result_that_is_on_its_way_stands(self, start):
        gate = Gate()
        work = Work(gate.work)
        queue = await start(work)
        job = (await queue.enqueue(work, Text())).job
        await gate.has(1)
        await queue.store.control(job.id, DiscardJob("enough"))
        await gate.let_out(1)
        await gate.has(0)
        await queue.stop_working()
        assert (await queue.get(job.id)).state is State.DISCARDED

    async def test_of_what_is_finished_or_unknown_is_refused(self, start):
        queue = await start(Work(broken))
        job = await given_up(queue, queue.registry["work"])
        with pytest.raises(InvalidStateTransitionError, match="DISCARDED cannot be discarded"):
            await queue.discard(job.id, "again")
        with pytest.raises(TaskNotFoundError):
            await queue.discard(new_id(), "what?")


class TestAgain:
    @pytest.mark.parametrize("again", ["retry", "resume"])
    async def test_runs_what_it_was_told_instead(self, start, again):
        seen = []

        async def do(ctx, text: str) -> str:
            seen.append((text, ctx.job.priority, ctx.job.max_attempts, ctx.job.timeout_s))
            return await broken(ctx, text) if text == "first" else text

        work = Work(do)
        queue = await start(work)
        job = await given_up(queue, work)
        diary = Diary(queue)
        await getattr(queue, again)(
            job.id,
            "Ada: better words",
            payload=Text(text="second"),
            priority=Priority.HIGH,
            max_attempts=7,
            timeout_s=9,
        )
        await diary.until(EventName.JOB_COMPLETED, job.id)
        after = await queue.get(job.id)
        assert seen[1] == ("second", Priority.HIGH, 7, 9)
        assert (after.result, after.attempt) == ('{"text":"second"}', 1)
        assert after.log == ("attempt 1", "Ada: better words")
        assert [one.error for one in after.errors] == ["No."]
        assert diary.names(job.id)[0] is EventName.JOB_RETRY

    async def test_resume_goes_on_with_the_attempts_that_are_left(self, start):
        queue = await start(Work(broken), max_attempts=5)
        job = await given_up(queue, queue.registry["work"])
        for reset, attempt in ((False, 2), (False, 3), (True, 1)):
            diary = Diary(queue)
            await queue.resume(job.id, reset_attempts=reset)
            await diary.until(EventName.JOB_FAILED, job.id)
            assert (await queue.get(job.id)).attempt == attempt

    async def test_resume_with_no_attempt_left_gives_one_more(self, start):
        async def busy(*_) -> str:
            raise JobError("Busy.")

        queue = await start(Work(busy), max_attempts=2)
        job = await given_up(queue, queue.registry["work"])
        diary = Diary(queue)
        await queue.resume(job.id, reset_attempts=False)
        await diary.until(EventName.JOB_FAILED, job.id)
        after = await queue.get(job.id)
        assert [one.attempt for one in after.errors] == [1, 2, 3]

    async def test_resume_brings_a_cancelled_job_back(self, make):
        work = Work()
        queue = make(work)
        await queue.open()
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text(text="a"))).job
        await queue.cancel(job.id, "no")
        await queue.resume(job.id, "yes")
        await queue.start()
        assert (await diary.until(EventName.JOB_COMPLETED, job.id)).log == ("yes",)

    @pytest.mark.parametrize(
        "odd",
        [
            {"max_attempts": 0},
            {"timeout_s": 0},
            {"timeout_s": -1.0},
            {"timeout_s": float("inf")},
            {"timeout_s": float("nan")},
        ],
    )
    async def test_with_odd_changes_is_refused_and_changes_nothing(self, start, odd):
        queue = await start(Work(broken))
        job = await given_up(queue, queue.registry["work"])
        with pytest.raises(ValueError, match="not"):
            await queue.retry(job.id, **odd)
        assert await queue.get(job.id) == job


class TestPriorityAndTime:
    async def test_another_priority_overtakes(self, make):
        ran = []

        async def do(_, text: str) -> str:
            ran.append(text)
            return text

        work = Work(do)
        queue = make(work, slots={"work": 1})
        await queue.open()
        jobs = [(await queue.enqueue(work, Text(text=text))).job for text in "abc"]
        await queue.reprioritise(jobs[2].id, Priority.HIGH)
        await queue.reprioritise(jobs[0].id, Priority.LOW)
        diary = Diary(queue)
        await queue.start()
        await diary.until(EventName.JOB_COMPLETED, times=3)
        assert "".join(ran) == "cba"

    @pytest.mark.parametrize("when", ["past", "soon"])
    async def test_an_earlier_time_brings_it_forward(self, start, when):
        work = Work()
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text(), run_at=LATER)).job
        await queue.reschedule(job.id, 1 if when == "past" else time.time() + 0.05)
        await diary.until(EventName.JOB_COMPLETED, job.id)

    async def test_a_later_time_puts_it_off(self, make):
        work = Work()
        queue = make(work)
        await queue.open()
        job, other = [(await queue.enqueue(work, Text())).job for _ in range(2)]
        assert (await queue.reschedule(job.id, LATER)).state is State.SCHEDULED
        diary = Diary(queue)
        await queue.start()
        await diary.until(EventName.JOB_COMPLETED, other.id)
        assert diary.names(job.id) == []

    @pytest.mark.parametrize("when", [float("nan"), float("inf")])
    async def test_a_time_that_is_none_is_refused(self, start, when):
        work = Work()
        queue = await start(work)
        job = (await queue.enqueue(work, Text(), run_at=LATER)).job
        with pytest.raises(ValueError, match="cannot wait until"):
            await queue.reschedule(job.id, when)
        assert await queue.get(job.id) == job


class TestDelete:
    async def test_removes_a_finished_job_and_no_other(self, start):
        queue = await start(Work(broken))
        job = await given_up(queue, queue.registry["work"])
        waiting = (await queue.enqueue(queue.registry["work"], Text(), run_at=LATER)).job
        await queue.delete(job.id)
        with pytest.raises(TaskNotFoundError):
            await queue.get(job.id)
        with pytest.raises(InvalidStateTransitionError, match="SCHEDULED cannot be deleted"):
            await queue.delete(waiting.id)
        with pytest.raises(TaskNotFoundError):
            await queue.delete(job.id)


class TestPause:
    @pytest.mark.parametrize("named", [True, False])
    async def test_starts_nothing_until_it_is_over_also_after_a_restart(self, make, named):
        work = Work()
        queue = make(work)
        await queue.open()
        await queue.pause("work" if named else None)
        await queue.store.close()
        queue = make(work)
        diary = Diary(queue)
        await queue.start()
        job = (await queue.enqueue(work, Text())).job
        await never(diary.until(EventName.JOB_STARTED))
        await queue.resume_queue("work" if named else None)
        await diary.until(EventName.JOB_COMPLETED, job.id)

    async def test_lets_runs_go_on_and_other_queues_work(self, start):
        gate = Gate()
        slow, quick = Work(gate.work, "slow", "slow"), Work(name="quick", queue="quick")
        queue = await start(slow, quick, slots={"slow": 1})
        diary = Diary(queue)
        running, waiting = [(await queue.enqueue(slow, Text())).job for _ in range(2)]
        await gate.has(1)
        await queue.pause("slow")
        other = (await queue.enqueue(quick, Text())).job
        await diary.until(EventName.JOB_COMPLETED, other.id)
        await gate.let_out(1)
        await diary.until(EventName.JOB_COMPLETED, running.id)
        assert (await queue.get(waiting.id)).state is State.PENDING

    @on_a_file
    async def test_holds_for_all_processes_and_so_does_its_end(self, start):
        work = Work()
        here, there = await start(work), await start(work)
        await here.pause("work")
        diaries = [Diary(here), Diary(there)]
        job = (await there.enqueue(work, Text())).job
        await never(asyncio.gather(*(diary.until(EventName.JOB_STARTED) for diary in diaries)))
        assert diaries[0].names(job.id) == []
        await here.resume_queue("work")
        ran = [asyncio.create_task(d.until(EventName.JOB_COMPLETED, job.id)) for d in diaries]
        await asyncio.wait(ran, return_when=asyncio.FIRST_COMPLETED)
        for one in ran:
            one.cancel()


class TestWeight:
    async def test_gives_more_turns(self, make):
        ran = []

        async def do(_, text: str) -> str:
            ran.append(text)
            return text

        work = Work(do)
        queue = make(work, slots={"work": 1})
        await queue.open()
        await queue.weigh(1, 3)
        for owner in (1, 2):
            for _ in range(8):
                await queue.enqueue(work, Text(text=str(owner)), owner=owner)
        diary = Diary(queue)
        await queue.start()
        await diary.until(EventName.JOB_COMPLETED, times=16)
        assert ran[:8].count("1") == 6

    @pytest.mark.parametrize("weight", [0, -1, 1e-17, float("inf"), float("nan")])
    async def test_that_is_no_share_is_refused(self, start, weight):
        queue = await start()
        with pytest.raises(ValueError, match="A weight is a number from"):
            await queue.weigh(1, weight)
