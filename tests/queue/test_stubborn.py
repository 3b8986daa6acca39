"""A handler that does not stop when it is asked to is reported, replaced, and not heard again."""

import asyncio
import gc
import time

import pytest

from bot.queue.errors import JobError
from bot.queue.events import EventName
from bot.queue.states import State
from tests.queue.kinds import Gate, Text, Work
from tests.queue.watching import Diary, TappedStore, never, on_a_file, soon


class Panic(BaseException):
    """What no handler should raise."""


async def break_late(*_) -> str:
    raise JobError("Late.")


async def panic_late(*_) -> str:
    raise Panic


async def talk_late(ctx, text: str) -> str:
    ctx.progress(1, 1, "late")
    ctx.log("late")
    ctx.checkpoint("late")
    return text


async def settled(stubborn) -> None:
    """Until the handler has ended, and whoever may hear of it has."""
    stubborn.let_go()
    await soon(stubborn.ended.wait())
    for _ in range(3):
        await asyncio.sleep(0)
    gc.collect()  # a task whose failure nobody asked for complains when it goes


@pytest.fixture
async def replaced(start, stubborn):
    """A queue with one slot, whose stubborn job was cancelled; and that job."""
    gate = Gate()
    kinds = Work(stubborn.work, "stubborn"), Work(gate.work, "gated")
    queue = await start(*kinds, slots={"work": 1})
    queue.diary, queue.gate = Diary(queue), gate
    job = (await queue.enqueue(kinds[0], Text(text="done"))).job
    queue.waiting = [(await queue.enqueue(kinds[1], Text())).job for _ in range(3)]
    await queue.diary.until(EventName.JOB_STARTED, job.id)
    await queue.cancel(job.id, "Not needed.")
    await gate.has(1)
    return queue, job


async def test_its_job_is_cancelled_and_its_slot_is_free(replaced, stubborn):
    queue, job = replaced
    told = await queue.diary.until(EventName.JOB_CANCELLED, job.id)
    assert (told.state, told.error) == (State.CANCELLED, "Not needed.")
    stored = await queue.get(job.id)
    assert (stored.state, stored.error) == (State.CANCELLED, "Not needed.")
    assert stubborn.interrupted.is_set()
    assert not stubborn.ended.is_set()


async def test_it_is_reported_before_its_job_ends(replaced, caplog):
    queue, job = replaced
    await queue.diary.until(EventName.JOB_CANCELLED, job.id)
    what = "a handler goes on although it was cancelled; its slot is free for another job"
    names = queue.diary.names(job.id)
    assert names[-2:] == [EventName.ERROR, EventName.JOB_CANCELLED]
    assert [event.what for event in queue.diary.troubles] == [what]
    logged = [*caplog.get_records("setup"), *caplog.records]
    assert [line.job for line in logged if line.getMessage() == what] == [job.id]


@pytest.mark.parametrize("last", [break_late, panic_late, talk_late])
async def test_its_late_end_counts_for_nothing(replaced, stubborn, last, caplog):
    queue, job = replaced
    await queue.diary.until(EventName.JOB_CANCELLED, job.id)
    before, told = await queue.get(job.id), queue.diary.names(job.id)
    stubborn.last = last
    await settled(stubborn)
    await queue.gate.let_out(3)
    await queue.diary.until(EventName.JOB_COMPLETED, times=3)
    assert queue.gate.most == 1  # its slot was not freed twice
    assert await queue.get(job.id) == before
    assert queue.diary.names(job.id) == told
    assert [line.message for line in caplog.records if "retrieved" in line.message] == []


@pytest.mark.parametrize("attempts", [1, 2])
async def test_a_deadline_that_is_ignored_fails_the_attempt(start, stubborn, attempts):
    async def do(ctx, text: str) -> str:
        return await stubborn.work(ctx, text) if ctx.job.attempt == 1 else text

    work = Work(do, timeout=0.05, max_attempts=attempts)
    queue = await start(work, slots={"work": 1})
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text(text="done"))).job
    if attempts == 1:
        told = await diary.until(EventName.JOB_FAILED, job.id)
        assert told.state is State.DISCARDED
    else:
        told = await diary.until(EventName.JOB_RETRY, job.id)
        await diary.until(EventName.JOB_COMPLETED, job.id)
    assert told.error == "It took longer than 0.05 seconds."
    assert "although its time was over" in diary.troubles[0].what
    before = await queue.get(job.id)
    await settled(stubborn)
    assert await queue.get(job.id) == before


@on_a_file
async def test_a_lost_run_frees_its_slot_too(new_store, start, stubborn):
    store = TappedStore(new_store())
    gate = Gate()
    kinds = Work(stubborn.work, "stubborn"), Work(gate.work, "gated")
    queue = await start(*kinds, store=store, slots={"work": 1})
    diary = Diary(queue)
    job = (await queue.enqueue(kinds[0], Text())).job
    await diary.until(EventName.JOB_STARTED, job.id)
    ahead = new_store()
    ahead._clock = lambda: time.time() + 3_600  # to this process all leases are over
    second = await start(Work(name="stubborn"), Work(name="gated", queue="no"), store=ahead)
    await Diary(second).until(EventName.JOB_COMPLETED, job.id)
    await second.stop()
    await queue._worker.beat()
    await queue.enqueue(kinds[1], Text())
    await gate.has(1)
    (trouble,) = [event for event in diary.troubles if event.job]
    assert (trouble.job.id, "although its lease was lost" in trouble.what) == (job.id, True)
    await settled(stubborn)
    await gate.let_out(1)
    await diary.until(EventName.JOB_COMPLETED)
    assert (await queue.get(job.id)).result == '{"text":""}'
    assert EventName.JOB_COMPLETED not in diary.names(job.id)
    assert store.calls["finish"] == 1


async def test_one_that_cleans_up_in_time_is_waited_for(start):
    interrupted, cleaned = asyncio.Event(), asyncio.Event()

    async def do(*_) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            interrupted.set()
            await cleaned.wait()

    work = Work(do)
    queue = await start(work, slots={"work": 1}, stubborn_s=600)
    diary = Diary(queue)
    jobs = [(await queue.enqueue(work, Text())).job for _ in range(2)]
    await diary.until(EventName.JOB_STARTED, jobs[0].id)
    await queue.cancel(jobs[0].id, "Not needed.")
    await soon(interrupted.wait())
    await never(asyncio.create_task(diary.until(EventName.JOB_STARTED, jobs[1].id)))
    cleaned.set()
    await diary.until(EventName.JOB_CANCELLED, jobs[0].id)
    await diary.until(EventName.JOB_STARTED, jobs[1].id)
    assert diary.troubles == []


async def test_a_result_that_comes_while_it_cleans_up_stands(start, stubborn):
    work = Work(stubborn.work)
    queue = await start(work, stubborn_s=600)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text(text="done"))).job
    await diary.until(EventName.JOB_STARTED, job.id)
    await queue.cancel(job.id, "Not needed.")
    await soon(stubborn.interrupted.wait())
    stubborn.let_go()
    assert (await diary.until(EventName.JOB_COMPLETED, job.id)).result == '{"text":"done"}'


async def test_to_ask_again_changes_nothing(start, stubborn):
    work = Work(stubborn.work)
    queue = await start(work)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await diary.until(EventName.JOB_STARTED, job.id)
    await queue.cancel(job.id, "First.")
    await queue.cancel(job.id, "Second.")
    assert (await diary.until(EventName.JOB_CANCELLED, job.id)).error == "First."
    assert len(diary.troubles) == 1
