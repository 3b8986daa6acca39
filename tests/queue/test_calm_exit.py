"""A worker that stops loses nothing, spends no attempt, and does not stay longer than it may."""

import asyncio

from bot.queue import ends, worker
from bot.queue.errors import JobError
from bot.queue.events import EventName
from bot.queue.states import State
from tests.queue.kinds import Gate, Text, Work, for_ever
from tests.queue.watching import Diary, TappedStore, never, soon


async def after_exit(new_store, job):
    """The job as the next process finds it."""
    store = new_store()
    await store.open()
    try:
        return await store.get(job.id)
    finally:
        await store.close()


async def test_lets_runs_end_within_the_grace_and_takes_no_more(new_store, start):
    gate = Gate()
    work = Work(gate.work)
    queue = await start(work, slots={"work": 2})
    diary = Diary(queue)
    jobs = [(await queue.enqueue(work, Text())).job for _ in range(3)]
    await gate.has(2)
    stopping = asyncio.create_task(queue.stop(grace_s=600))
    await never(asyncio.shield(stopping))
    await gate.let_out(2)
    await soon(stopping)
    assert diary.names(jobs[0].id)[-1] is EventName.JOB_COMPLETED
    assert gate.most == 2
    states = [(await after_exit(new_store, job)).state for job in jobs]
    assert states == [State.COMPLETED, State.COMPLETED, State.PENDING]


async def test_hands_the_rest_back_unspent_and_the_next_start_goes_on(new_store, start):
    gate = Gate()

    async def do(ctx, text: str) -> str:
        ctx.checkpoint((ctx.saved or 0) + 1)
        return await gate.work(ctx, text)

    work = Work(do, max_attempts=1)
    queue = await start(work, slots={"work": 3})
    diary = Diary(queue)
    jobs = [(await queue.enqueue(work, Text())).job for _ in range(5)]
    await gate.has(3)
    await queue.stop(grace_s=0)
    assert EventName.JOB_FAILED not in {event.name for event in diary.events}
    for job in jobs:
        left = await after_exit(new_store, job)
        assert (left.state, left.attempt, left.losses, left.error) == (State.PENDING, 0, 0, None)

    gate.__init__()
    await gate.let_out(5)
    queue = await start(work)
    await Diary(queue).until(EventName.JOB_COMPLETED, times=5)
    assert [(await queue.get(job.id)).checkpoint for job in jobs] == ["2", "2", "2", "1", "1"]


async def test_spends_no_attempt_on_a_handler_that_breaks_when_interrupted(new_store, start):
    async def do(*_) -> str:
        try:
            return await for_ever()
        except asyncio.CancelledError:
            raise JobError("The connection broke.", retryable=False) from None

    work = Work(do)
    queue = await start(work)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await diary.until(EventName.JOB_STARTED, job.id)
    await queue.stop(grace_s=0)
    left = await after_exit(new_store, job)
    assert (left.state, left.attempt, left.error) == (State.PENDING, 0, None)


async def test_does_not_wait_for_a_handler_that_will_not_yield(
    new_store, start, stubborn, monkeypatch
):
    monkeypatch.setattr(worker, "YIELD_S", 0.05)
    work = Work(stubborn.work)
    queue = await start(work, stubborn_s=600)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await diary.until(EventName.JOB_STARTED, job.id)
    await soon(queue.stop(grace_s=0))
    left = await after_exit(new_store, job)
    assert (left.state, left.attempt, left.losses) == (State.PENDING, 0, 0)


async def test_does_not_wait_for_ever_for_a_store_that_refuses(new_store, start, monkeypatch):
    monkeypatch.setattr(ends, "PAUSE_S", 0.01)
    monkeypatch.setattr(worker, "REPORT_S", 0.1)
    gate = Gate()
    store = TappedStore(new_store())
    work = Work(gate.work)
    queue = await start(work, store=store)
    job = (await queue.enqueue(work, Text())).job
    await gate.has(1)
    store.refused = {"finish"}
    await gate.let_out(1)
    await soon(queue.stop(grace_s=600))
    assert store.calls["finish"] > 1
    assert (await after_exit(new_store, job)).state is State.PROCESSING


async def test_stores_ends_though_the_store_refused_for_a_moment(new_store, start, monkeypatch):
    monkeypatch.setattr(ends, "PAUSE_S", 0.01)
    gate = Gate()
    store = TappedStore(new_store())
    work = Work(gate.work)
    queue = await start(work, store=store)
    job = (await queue.enqueue(work, Text())).job
    await gate.has(1)
    store.refused = {"finish"}
    stopping = asyncio.create_task(queue.stop(grace_s=600))
    await gate.let_out(1)
    await store.next("finish")
    store.refused = set()
    await soon(stopping)
    assert (await after_exit(new_store, job)).state is State.COMPLETED


async def test_of_a_queue_that_never_started_is_no_trouble(make):
    await make(Work()).stop()


async def test_right_after_the_start_is_no_trouble(start):
    await soon((await start(Work())).stop())
