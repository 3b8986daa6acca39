"""A clock that jumps an hour, forward or back, loses no job, doubles no run, and makes no time
negative.
"""

import asyncio
import time

import pytest

from bot.queue import schedule
from bot.queue.deliveries import Delivered, DeliveryState, NewDelivery
from bot.queue.errors import JobError
from bot.queue.events import EventName
from bot.queue.figures import Kind
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.retention import Retention
from bot.queue.states import State
from bot.queue.store.base import SettleDelivery
from bot.queue.store.memory import MemoryStore
from bot.queue.store.sqlite import SqliteStore
from tests.queue.kinds import Gate, Text, Work
from tests.queue.test_killed import killed_while_running
from tests.queue.watching import GUARD_S, Diary, TappedStore, on_a_file

HOUR = 3600.0

both_ways = pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["forward", "back"])


class JumpingClock:
    """The machine's clock, as set by somebody."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


@pytest.fixture
def clock(monkeypatch) -> JumpingClock:
    monkeypatch.setattr(schedule, "LONGEST_SLEEP_S", 0.05)  # how soon a jump is noticed
    return JumpingClock()


@pytest.fixture(params=["memory", "sqlite"])
def new_store(request, tmp_path, clock):
    """Each call gives a store over the same jobs, under the clock that jumps."""
    if request.param == "sqlite":
        return lambda: SqliteStore(tmp_path / "queue.db", clock)
    kept = MemoryStore(clock)
    return lambda: kept


async def until(queue: JobQueue, job_id: str, state: State) -> None:
    """Asks again with every round of the promoter."""
    async with asyncio.timeout(GUARD_S):
        while (await queue.get(job_id)).state is not state:
            await queue.store.next("promote")


@both_ways
async def test_a_run_goes_on(jump, clock, new_store, start):
    gate, store = Gate(), TappedStore(new_store())
    work = Work(gate.work, timeout=HOUR / 2)
    queue = await start(work, store=store, clock=clock, lease_s=1.8)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text(text="kept"))).job
    await gate.has(1)
    clock.ahead_s = jump
    for call in ("beat", "reap", "reap"):
        await store.next(call)
    await gate.let_out(1)
    told = await diary.until(EventName.JOB_COMPLETED, job.id)
    assert (told.attempt, told.losses, told.token) == (1, 0, 1)
    assert gate.most == 1
    assert EventName.JOB_RETRY not in diary.names(job.id)


@both_ways
async def test_a_run_of_another_process_is_not_taken_from_it(jump, clock, new_store, start):
    gate, store, looking = Gate(), TappedStore(new_store()), TappedStore(new_store())
    work = Work(gate.work)
    queue = await start(work, store=store, clock=clock, lease_s=30)
    job = (await queue.enqueue(work, Text())).job
    await gate.has(1)
    other = await start(store=looking, clock=clock, lease_s=30)
    store.refused = {"beat"}  # the other one's round comes first
    clock.ahead_s = jump
    await other._upkeep._reap()
    store.refused = set()
    await store.next("beat")
    await other._upkeep._reap()
    assert looking.calls["reap"] >= 2
    stored = await queue.get(job.id)
    assert (stored.state, stored.losses, stored.token) == (State.PROCESSING, 0, 1)
    await gate.let_out(1)
    await Diary(queue).until(EventName.JOB_COMPLETED, job.id)


@on_a_file
@both_ways
async def test_the_jobs_of_a_dead_process_are_taken_back(jump, clock, make, tmp_path):
    job_id = await killed_while_running(tmp_path / "queue.db")
    clock.ahead_s = jump
    queue = make(Work(), clock=clock)
    diary = Diary(queue)
    await queue.start()
    told = await diary.until(EventName.JOB_COMPLETED, job_id)
    assert (told.losses, told.attempt) == (1, 1)


@both_ways
async def test_jobs_that_wait_are_run_once(jump, clock, new_store, start):
    gate = Gate()
    work = Work(gate.work)
    queue = await start(work, store=new_store(), clock=clock, slots={"work": 1})
    diary = Diary(queue)
    jobs = [(await queue.enqueue(work, Text())).job for _ in range(3)]
    await gate.has(1)
    clock.ahead_s = jump
    jobs += [(await queue.enqueue(work, Text())).job for _ in range(3)]
    await gate.let_out(6)
    await diary.until(EventName.JOB_COMPLETED, times=6)
    started = [e.job.id for e in diary.events if e.name is EventName.JOB_STARTED]
    assert started == [job.id for job in jobs]


async def test_a_scheduled_job_runs_when_its_hour_has_come_by_the_clock(clock, new_store, start):
    work = Work()
    queue = await start(work, store=new_store(), clock=clock)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text(), run_at=clock() + HOUR)).job
    assert job.state is State.SCHEDULED
    clock.ahead_s = HOUR
    await diary.until(EventName.JOB_COMPLETED, job.id)


async def test_a_scheduled_job_waits_for_a_clock_that_went_back(clock, new_store, start):
    work, store = Work(), TappedStore(new_store())
    queue = await start(work, store=store, clock=clock)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text(), run_at=clock() + HOUR / 2)).job
    clock.ahead_s = -HOUR
    for _ in range(2):
        await store.next("promote")
    assert (await queue.get(job.id)).state is State.SCHEDULED
    clock.ahead_s = HOUR
    await diary.until(EventName.JOB_COMPLETED, job.id)
    assert diary.names(job.id).count(EventName.JOB_STARTED) == 1


async def fail_at_first(ctx, text: str) -> str:
    if ctx.job.attempt == 1:
        raise JobError("not yet", retry_after_s=HOUR / 2)
    return text


@pytest.fixture
async def retryable(clock, new_store, start):
    """A job that waits half an hour for its second attempt; the queue, its diary."""
    work, store = Work(fail_at_first), TappedStore(new_store())
    queue = await start(work, store=store, clock=clock)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await diary.until(EventName.JOB_RETRY, job.id)
    return job, queue, diary


async def test_a_retry_comes_early_when_the_clock_goes_forward(clock, retryable):
    job, _, diary = retryable
    clock.ahead_s = HOUR
    assert (await diary.until(EventName.JOB_COMPLETED, job.id)).attempt == 2


async def test_a_retry_comes_late_when_the_clock_goes_back_or_when_asked_for(clock, retryable):
    job, queue, diary = retryable
    clock.ahead_s = -HOUR
    for _ in range(2):
        await queue.store.next("promote")
    assert (await queue.get(job.id)).state is State.RETRYABLE
    await queue.retry(job.id)
    assert (await diary.until(EventName.JOB_COMPLETED, job.id)).attempt == 2


@pytest.fixture
async def leased(clock, new_store, start):
    """A queue, and a delivery of a finished job in somebody's hands for half an hour."""
    work = Work()
    queue = await start(work, store=new_store(), clock=clock)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text(), deliveries=[NewDelivery("someone")])).job
    await diary.until(EventName.JOB_COMPLETED, job.id)
    (due,) = await queue.store.deliveries_claim("first", 5, HOUR / 2)
    return queue, due.delivery


async def settled(queue: JobQueue, delivery) -> bool:
    done = SettleDelivery(delivery.id, delivery.token, Delivered())
    return (await queue.store.deliveries_settle([done]))[0]


async def test_a_leased_delivery_whose_lease_the_clock_ended_is_settled_once(clock, leased):
    queue, first = leased
    clock.ahead_s = HOUR
    (due,) = await queue.store.deliveries_claim("second", 5, HOUR / 2)
    assert due.delivery.id == first.id
    assert await settled(queue, first) is False
    assert await settled(queue, due.delivery) is True
    assert await queue.store.deliveries_claim("third", 5, HOUR / 2) == []


async def test_a_leased_delivery_stays_with_its_holder_when_the_clock_goes_back(clock, leased):
    queue, first = leased
    clock.ahead_s = -HOUR
    assert await queue.store.deliveries_claim("second", 5, HOUR / 2) == []
    assert await settled(queue, first) is True
    (delivery,) = await queue.store.deliveries(first.job_id)
    assert delivery.state is DeliveryState.DELIVERED
    assert await queue.store.deliveries_claim("second", 5, HOUR / 2) == []


@both_ways
async def test_a_finished_job_is_kept_for_its_time_and_goes_after_it(jump, clock, leased):
    queue, delivery = leased
    await settled(queue, delivery)
    keeping = Retention(completed_s=1.5 * HOUR)
    clock.ahead_s = jump
    assert await queue.store.purge(keeping, 5) == 0
    clock.ahead_s = 2 * HOUR
    assert await queue.store.purge(keeping, 5) == 1


@both_ways
async def test_no_time_is_negative(jump, clock, new_store, start):
    gate = Gate()
    work = Work(gate.work)
    queue = await start(work, store=new_store(), clock=clock, slots={"work": 1})
    diary = Diary(queue)
    jobs = [await asked(queue, work) for _ in range(4)]
    await gate.has(1)
    clock.ahead_s = jump
    await gate.let_out(1)
    await diary.until(EventName.JOB_COMPLETED)
    await gate.has(1)
    pace = (await queue.store.stats()).pace[Kind("work", "work")]
    assert pace.wait_s >= 0
    assert pace.run_s >= 0
    now = clock()
    outlooks = await queue.outlooks(jobs)
    assert [outlooks[job.id].ahead for job in jobs[2:]] == [0, 1]
    assert all(outlooks[job.id].done_at >= now for job in jobs[2:])
    await gate.let_out(3)
    await diary.until(EventName.JOB_COMPLETED, times=4)


async def asked(queue: JobQueue, work: Work) -> Job:
    return (await queue.enqueue(work, Text())).job


async def test_an_estimate_follows_the_pace_when_the_clock_went_back(clock, new_store, start):
    gate, store = Gate(), TappedStore(new_store())
    work = Work(gate.work)
    queue = await start(work, store=store, clock=clock, slots={"work": 1})
    jobs = [await asked(queue, work) for _ in range(3)]
    await gate.has(1)
    await queue.outlooks(jobs)
    looks = store.calls["stats"]
    assert looks
    clock.ahead_s = -HOUR
    await queue.outlooks(jobs)
    assert store.calls["stats"] == looks + 1
    await gate.let_out(3)
