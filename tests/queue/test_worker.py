"""The worker: jobs run as slots allow, every run ends in one outcome, and every end is stored."""

import asyncio
import json
import sqlite3
import time

import pytest

from bot.queue.errors import JobError, Severity, Snooze
from bot.queue.events import EventName
from bot.queue.ids import new_id
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.options import QueueOptions
from bot.queue.states import State
from bot.queue.worker import WorkerOptions
from tests.queue.kinds import Gate, Text, Work, for_ever
from tests.queue.watching import Diary, TappedStore, never, on_a_file, soon


class TestSlots:
    @pytest.mark.parametrize("slots", [0, -1])
    def test_of_a_queue_must_be_some(self, slots):
        with pytest.raises(ValueError, match=f"The queue 'image' has {slots} slots"):
            WorkerOptions({"chat": 1, "image": slots})

    async def test_are_used_fully_and_never_exceeded(self, start):
        gate = Gate()
        work = Work(gate.work)
        queue = await start(work, slots={"work": 3})
        diary = Diary(queue)
        for _ in range(10):
            await queue.enqueue(work, Text())
        for _ in range(7):
            await gate.has(3)
            await gate.let_out(1)
        await gate.let_out(3)
        await diary.until(EventName.JOB_COMPLETED, times=10)
        assert gate.most == 3

    async def test_of_one_queue_are_not_taken_by_another(self, start):
        chat, image = Gate(), Gate()
        kinds = Work(chat.work, "chat", "chat"), Work(image.work, "image", "image")
        queue = await start(*kinds, slots={"chat": 2, "image": 1})
        for _ in range(5):
            await queue.enqueue(kinds[0], Text())
        await chat.has(2)
        await queue.enqueue(kinds[1], Text())
        await image.has(1)
        assert (chat.most, image.most) == (2, 1)

    async def test_come_back_however_a_run_ends(self, start):
        async def do(_, text: str) -> str:
            match text:
                case "fail":
                    raise JobError("No.", retryable=False)
                case "break":
                    raise ValueError(text)
                case "hang":
                    return await for_ever()
                case _:
                    return text

        work = Work(do, max_attempts=1, timeout=0.05)
        queue = await start(work, slots={"work": 1})
        diary = Diary(queue)
        for text in ["fail", "break", "hang", "fine"]:
            await queue.enqueue(work, Text(text=text))
        await diary.until(EventName.JOB_COMPLETED)
        await diary.until(EventName.JOB_FAILED, times=3)

    async def test_come_back_when_a_job_is_cancelled_before_its_handler_began(self, start):
        work = Work(for_ever)
        queue = await start(work, slots={"work": 1})
        diary = Diary(queue)
        for _ in range(30):
            job = (await queue.enqueue(work, Text())).job
            await queue.cancel(job.id, "Never mind.")
            await diary.until(EventName.JOB_CANCELLED, job.id)
        await queue.stop(grace_s=0)
        assert (await diary.until(EventName.JOB_CANCELLED)).error == "Never mind."


class TestWaking:
    async def test_an_idle_worker_asks_for_nothing_and_begins_when_there_is_work(
        self, new_store, start
    ):
        store = TappedStore(new_store())
        work = Work()
        queue = await start(work, store=store)
        diary = Diary(queue)
        for _ in range(3):
            await store.silent("claim")
            asked = store.calls["claim"]
            await never(store.next("claim"))
            job = (await queue.enqueue(work, Text())).job
            await diary.until(EventName.JOB_COMPLETED, job.id)
            assert store.calls["claim"] > asked

    @on_a_file
    @pytest.mark.parametrize("later_s", [0, 0.1])
    async def test_a_job_of_another_process_begins_too(self, start, make, later_s):
        work = Work()
        diary = Diary(await start(work))
        elsewhere = make()
        await elsewhere.open()
        job = (await elsewhere.enqueue(work, Text(), run_at=time.time() + later_s)).job
        await diary.until(EventName.JOB_COMPLETED, job.id)


class TestWhatARunSays:
    async def test_is_stored_with_the_beat_and_survives_a_retry(self, new_store, start):
        again = asyncio.Event()
        saved = []

        async def do(ctx, text: str) -> str:
            saved.append(ctx.saved)
            if len(saved) == 1:
                ctx.progress(1, 2, "Half of it", "reading")
                ctx.checkpoint({"page": 1})
                ctx.log("began")
                await again.wait()
                raise JobError("The network is away.")
            ctx.log("went on")
            return text

        store = TappedStore(new_store())
        work = Work(do)
        queue = await start(work, store=store, lease_s=0.3)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        while (stored := await queue.get(job.id)).progress is None:
            await store.next("beat")
        assert (stored.progress.current, stored.progress.message) == (1, "Half of it")
        assert json.loads(stored.checkpoint) == {"page": 1}
        assert stored.log == ("began",)
        again.set()
        await diary.until(EventName.JOB_COMPLETED, job.id)
        assert saved == [None, {"page": 1}]
        assert (await queue.get(job.id)).log == ("began", "went on")

    @pytest.mark.parametrize("said", ["progress", "log", "checkpoint"])
    async def test_last_is_stored_with_the_end(self, start, said):
        async def do(ctx, text: str) -> str:
            {
                "progress": lambda: ctx.progress(message="last"),
                "log": lambda: ctx.log("last"),
                "checkpoint": lambda: ctx.checkpoint("last"),
            }[said]()
            return text

        work = Work(do)
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        told = await diary.until(EventName.JOB_COMPLETED, job.id)
        stored = await queue.get(job.id)
        assert "last" in str(getattr(stored, said))
        assert getattr(told, said) == getattr(stored, said)

    async def test_is_not_lost_when_a_beat_is(self, new_store, start):
        store = TappedStore(new_store())
        work = Work(lambda ctx, _: (ctx.checkpoint("safe"), for_ever())[1])
        queue = await start(work, store=store, lease_s=0.3)
        store.refused = {"beat"}
        job = (await queue.enqueue(work, Text())).job
        await store.next("beat")
        await store.next("beat")
        store.refused = set()
        while (await queue.get(job.id)).checkpoint is None:
            await store.next("beat")

    async def test_is_stored_at_once_where_the_work_waits_for_that(self, new_store, start):
        store = TappedStore(new_store())
        found = []

        async def do(ctx, text: str) -> str:
            for page in (1, 2):
                ctx.checkpoint(page)
                await ctx.settle()
                found.append((await store.get(ctx.job.id)).checkpoint)
            return text

        work = Work(do)
        queue = await start(work, store=store)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.JOB_COMPLETED, job.id)
        assert found == ["1", "2"]

    async def test_is_waited_for_while_the_store_is_away(self, new_store, start):
        store = TappedStore(new_store())

        async def do(ctx, text: str) -> str:
            ctx.checkpoint("safe")
            await ctx.settle()
            return str((await store.get(ctx.job.id)).checkpoint)

        work = Work(do)
        queue = await start(work, store=store)
        diary = Diary(queue)
        store.refused = {"beat"}
        job = (await queue.enqueue(work, Text())).job
        await store.next("beat")
        store.refused = set()
        told = await diary.until(EventName.JOB_COMPLETED, job.id)
        assert json.loads(told.result)["text"] == '"safe"'

    async def test_a_run_that_is_over_waits_for_nothing(self, start, stubborn):
        went_on = []

        async def settle(ctx, text: str) -> str:
            await ctx.settle()
            went_on.append(text)
            return text

        stubborn.last = settle
        work = Work(stubborn.work)
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.JOB_STARTED, job.id)
        await queue.cancel(job.id, "enough")
        await diary.until(EventName.JOB_CANCELLED, job.id)
        stubborn.let_go()
        await soon(stubborn.ended.wait())
        assert went_on == []

    async def test_is_sent_again_only_until_it_is_stored(self, new_store, start):
        store = TappedStore(new_store())
        work = Work(lambda ctx, _: (ctx.checkpoint("a wide one"), for_ever())[1])
        queue = await start(work, store=store, lease_s=0.3)
        job = (await queue.enqueue(work, Text())).job
        while (await queue.get(job.id)).checkpoint is None:
            await store.next("beat")
        await store.next("beat")
        await store.next("beat")
        ((beat,), _) = store.given["beat"]
        assert (beat.job_id, beat.checkpoint) == (job.id, None)

    async def test_may_hold_half_a_character(self, start):
        async def do(ctx, text: str) -> str:
            ctx.progress(message="half \ud83d")
            ctx.log("half \ud83d")
            raise JobError("half \ud83d", retryable=False)

        work = Work(do)
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.JOB_FAILED, job.id)
        stored = await queue.get(job.id)
        assert (stored.progress.message, stored.log, stored.error) == (
            "half ?",
            ("half ?",),
            "half ?",
        )


class Panic(BaseException):
    """What PyO3 makes of a panic is no `Exception` either."""


class TestFailure:
    @staticmethod
    async def outcome_of(error: BaseException, start, **options):
        """The job after its failure, and how often it ran."""
        runs = []

        async def do(*_) -> str:
            runs.append(1)
            raise error

        work = Work(do, **options)
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.JOB_FAILED, job.id)
        return await queue.get(job.id), len(runs), diary.names(job.id)

    async def test_that_may_pass_is_tried_as_often_as_allowed(self, start):
        job, runs, told = await self.outcome_of(JobError("Busy."), start, max_attempts=3)
        assert (job.state, job.error, job.attempt, runs) == (State.DISCARDED, "Busy.", 3, 3)
        assert told.count(EventName.JOB_RETRY) == 2

    async def test_that_will_not_pass_ends_the_job_at_once(self, start):
        error = JobError("Not allowed.", retryable=False, severity=Severity.HIGH)
        job, runs, _ = await self.outcome_of(error, start, max_attempts=3)
        assert (job.state, job.error, runs) == (State.DISCARDED, "Not allowed.", 1)

    async def test_that_nobody_foresaw_is_tried_again_and_told_without_its_details(self, start):
        job, runs, _ = await self.outcome_of(ValueError("secret"), start, max_attempts=2)
        assert (job.state, runs) == (State.DISCARDED, 2)
        assert job.error == "Something inside this job went wrong (ValueError)."

    async def test_by_a_cancellation_from_within_spends_attempts(self, start):
        job, runs, _ = await self.outcome_of(asyncio.CancelledError(), start, max_attempts=2)
        assert (job.state, job.error, runs) == (
            State.DISCARDED,
            "It was interrupted from within.",
            2,
        )

    @pytest.mark.parametrize(
        "error",
        [Panic("a library in Rust"), SystemExit(2), JobError("Busy.", retry_after_s="soon")],
    )
    async def test_by_what_no_handler_should_raise_spends_attempts(self, start, error):
        job, runs, _ = await self.outcome_of(error, start, max_attempts=2)
        assert (job.state, runs) == (State.DISCARDED, 2)

    async def test_by_a_result_that_cannot_be_written(self, start):
        work = Work(lambda *_: asyncio.sleep(0, "half \ud83d"), max_attempts=1)
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.JOB_FAILED, job.id)
        assert "went wrong" in (await queue.get(job.id)).error

    async def test_waits_for_its_backoff(self, start):
        async def do(*_) -> str:
            raise JobError("Busy.", retry_after_s=3600)

        work = Work(do)
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        told = await diary.until(EventName.JOB_RETRY, job.id)
        stored = await queue.get(job.id)
        assert (stored.state, stored.error, stored.attempt) == (State.RETRYABLE, "Busy.", 1)
        assert stored.run_at == told.run_at
        assert 3590 < stored.run_at - stored.created_at < 3690

    async def test_to_end_in_time_is_one(self, start):
        ended = asyncio.Event()

        async def do(*_) -> str:
            try:
                return await for_ever()
            finally:
                ended.set()

        work = Work(do, timeout=0.05, max_attempts=1)
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.JOB_FAILED, job.id)
        assert ended.is_set()
        assert (await queue.get(job.id)).error == "It took longer than 0.05 seconds."


class TestSnooze:
    async def test_repeats_the_run_later_without_spending_an_attempt(self, start):
        runs = []

        async def do(_, text: str) -> str:
            runs.append(1)
            if len(runs) < 4:
                raise Snooze(0.01)
            return text

        work = Work(do, max_attempts=1)
        queue = await start(work)
        diary = Diary(queue)
        job = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.JOB_COMPLETED, job.id)
        assert ((await queue.get(job.id)).attempt, len(runs)) == (1, 4)

    async def test_for_a_time_that_is_no_number_repeats_it_at_once(self, start):
        runs = []

        async def do(_, text: str) -> str:
            runs.append(1)
            if len(runs) == 1:
                raise Snooze(float("nan"))
            return text

        work = Work(do)
        queue = await start(work)
        diary = Diary(queue)
        await queue.enqueue(work, Text())
        await diary.until(EventName.JOB_COMPLETED)


class TestBadRows:
    async def test_a_request_that_cannot_be_read_ends_at_once_with_a_sentence(self, start):
        work = Work()
        queue = await start(work)
        diary = Diary(queue)
        bad = Job(new_id(), "work", "work", payload='{"text": ', max_attempts=3)
        await queue.store.enqueue([bad])
        good = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.JOB_COMPLETED, good.id)
        told = await diary.until(EventName.JOB_FAILED, bad.id)
        assert (told.attempt, told.state) == (1, State.DISCARDED)
        assert told.error.startswith("The stored request cannot be read by this version.")

    async def test_a_kind_that_nobody_here_knows_stays_untouched(self, start):
        work = Work()
        queue = await start(work)
        diary = Diary(queue)
        strange = Job(new_id(), "strange", "strange", payload="{}")
        await queue.store.enqueue([strange])
        good = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.JOB_COMPLETED, good.id)
        assert await queue.get(strange.id) == strange

    @on_a_file
    async def test_a_damaged_checkpoint_fails_its_job_alone(self, new_store, start, tmp_path):
        work = Work(lambda ctx, _: asyncio.sleep(0, str(ctx.saved)), max_attempts=1)
        elsewhere = new_store()
        await elsewhere.open()
        bad = Job(new_id(), "work", "work", payload="{}")
        await elsewhere.enqueue([bad])
        await elsewhere.close()
        with sqlite3.connect(tmp_path / "queue.db") as db:
            db.execute("UPDATE body SET checkpoint = '{'")
        db.close()
        queue = await start(work)
        diary = Diary(queue)
        await diary.until(EventName.JOB_FAILED, bad.id)
        good = (await queue.enqueue(work, Text())).job
        await diary.until(EventName.JOB_COMPLETED, good.id)


async def test_it_takes_no_more_than_a_batch_at_a_time(new_store):
    gate, store = Gate(), TappedStore(new_store())
    work = Work(gate.work)
    queue = JobQueue(store, QueueOptions(WorkerOptions({"work": 8}, batch=3)))
    queue.register(work)
    await queue.open()
    for _ in range(8):
        await queue.enqueue(work, Text())
    await queue.start()
    await gate.has(8)
    assert store.calls["claim"] == 3
    await queue.stop(grace_s=0)
