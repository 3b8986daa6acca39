"""Cancel works on waiting and running jobs, from any process, and says so when it cannot."""

import asyncio

import pytest

from bot.queue.controls import CancelJob
from bot.queue.errors import InvalidStateTransitionError, JobError, TaskNotFoundError
from bot.queue.events import EventName
from bot.queue.ids import new_id
from bot.queue.states import State
from tests.queue.kinds import Gate, Text, Work, for_ever
from tests.queue.watching import Diary, TappedStore, on_a_file


class Interrupted:
    """Work that never ends, and tells when it was interrupted."""

    def __init__(self) -> None:
        self.times = 0

    async def work(self, *_) -> str:
        try:
            return await for_ever()
        except asyncio.CancelledError:
            self.times += 1
            raise


async def test_a_waiting_job_ends_at_once(start):
    gate = Gate()
    work = Work(gate.work)
    queue = await start(work, slots={"work": 1})
    diary = Diary(queue)
    running = (await queue.enqueue(work, Text())).job
    waiting = (await queue.enqueue(work, Text())).job
    await gate.has(1)
    answer = await queue.cancel(waiting.id, "Not needed.")
    assert (answer.state, answer.error) == (State.CANCELLED, "Not needed.")
    assert diary.names(waiting.id) == [EventName.JOB_ENQUEUED, EventName.JOB_CANCELLED]
    await gate.let_out(1)
    await diary.until(EventName.JOB_COMPLETED, running.id)
    assert gate.most == 1


async def test_a_running_job_is_interrupted_without_waiting_for_a_beat(new_store, start):
    handler = Interrupted()
    work = Work(handler.work)
    store = TappedStore(new_store())
    store.refused = {"beat"}
    queue = await start(work, store=store)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await diary.until(EventName.JOB_STARTED, job.id)
    answer = await queue.cancel(job.id, "Not needed.")
    assert answer.state is State.PROCESSING
    told = await diary.until(EventName.JOB_CANCELLED, job.id)
    assert (told.state, told.error, handler.times) == (State.CANCELLED, "Not needed.", 1)
    stored = await queue.get(job.id)
    assert (stored.state, stored.error) == (State.CANCELLED, "Not needed.")


@on_a_file
async def test_a_job_that_runs_in_another_process_is_interrupted_with_its_next_beat(start, make):
    handler = Interrupted()
    work = Work(handler.work)
    queue = await start(work)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await diary.until(EventName.JOB_STARTED, job.id)
    elsewhere = make()
    await elsewhere.open()
    await elsewhere.cancel(job.id, "Not needed.")
    async with asyncio.timeout(2):  # the promise itself: G6
        told = await diary.until(EventName.JOB_CANCELLED, job.id)
    assert (told.error, handler.times) == ("Not needed.", 1)


async def test_a_result_that_comes_anyway_stands(start):
    async def do(_, text: str) -> str:
        try:
            return await for_ever()
        except asyncio.CancelledError:
            return text

    work = Work(do)
    queue = await start(work)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text(text="done"))).job
    await diary.until(EventName.JOB_STARTED, job.id)
    await queue.cancel(job.id, "Not needed.")
    await diary.until(EventName.JOB_COMPLETED, job.id)
    assert (await queue.get(job.id)).result == '{"text":"done"}'


async def test_a_failure_that_comes_instead_is_no_reason_to_try_again(start):
    async def do(*_) -> str:
        try:
            return await for_ever()
        except asyncio.CancelledError:
            raise JobError("The connection broke.") from None

    work = Work(do)
    queue = await start(work)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await diary.until(EventName.JOB_STARTED, job.id)
    await queue.cancel(job.id, "Not needed.")
    told = await diary.until(EventName.JOB_CANCELLED, job.id)
    assert told.error == "Not needed."


async def test_a_failing_job_is_not_tried_again_though_its_worker_never_heard(new_store, start):
    gate = Gate()

    async def do(ctx, text: str) -> str:
        raise JobError(await gate.work(ctx, text))

    store = TappedStore(new_store())
    work = Work(do)
    queue = await start(work, store=store)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await gate.has(1)
    await store.control(job.id, CancelJob("Not needed."))
    await gate.let_out(1)
    told = await diary.until(EventName.JOB_CANCELLED, job.id)
    assert told.state is State.CANCELLED
    assert (await queue.get(job.id)).error == "Not needed."


async def test_a_finished_job_cannot_be_cancelled(start):
    work = Work()
    queue = await start(work)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await diary.until(EventName.JOB_COMPLETED, job.id)
    with pytest.raises(InvalidStateTransitionError, match="COMPLETED cannot be cancelled"):
        await queue.cancel(job.id, "Not needed.")
    assert (await queue.get(job.id)).state is State.COMPLETED


async def test_an_unknown_job_is_named(start):
    queue = await start()
    unknown = new_id()
    with pytest.raises(TaskNotFoundError, match=unknown):
        await queue.cancel(unknown, "Not needed.")
