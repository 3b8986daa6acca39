"""For people who write kinds of work: everything to test one in a few lines, without waiting.

    async def test_a_greeting_is_sent():
        ran = await run_inline(Greeting(), Name(name="Ada"))      # without any queue
        assert ran.reply.text == "Hello Ada!"

    async def test_it_is_tried_again():
        clock = ManualClock()
        async with working(Greeting(), clock=clock) as queue:     # through a real one, in memory
            await queue.enqueue(Greeting(), Name(name="Ada"))
            await drain(queue)
            clock.forward(3600)
            await drain(queue)

`docs/writing-a-job.md` has a whole example.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic

from pydantic import BaseModel, JsonValue

from bot.queue.handlers import AnyJobType, JobContext, JobType, RequestT, ResultT
from bot.queue.ids import new_id
from bot.queue.job import Job, Progress
from bot.queue.job_queue import JobQueue
from bot.queue.options import QueueOptions
from bot.queue.reply import File, Reply
from bot.queue.states import State
from bot.queue.store.base import JobFilter, Store
from bot.queue.store.memory import MemoryStore

GUARD_S = 10.0
"""Seconds after which `drain` says what is still there."""

SHOWN = 10
"""Jobs that a failed assertion shows."""

PAGE = 100
"""Jobs that are read at once."""

UNDER_WAY = frozenset({State.PENDING, State.PARKED, State.PROCESSING})


class ManualClock:
    """Unix seconds that pass only when told to: a `Clock` for a queue and its store."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> float:
        """Let so many seconds pass; the new time."""
        self.now += seconds
        return self.now


@dataclass(frozen=True, slots=True)
class InlineRun(Generic[ResultT]):
    """What a run gave and said. `checkpoint`: what the next run would find in `ctx.saved`;
    `files`: what it attached.
    """

    result: ResultT
    reply: Reply
    progress: tuple[Progress, ...]
    log: tuple[str, ...]
    checkpoint: JsonValue
    files: tuple[File, ...]


async def run_inline(
    kind: JobType[RequestT, ResultT],
    request: RequestT,
    *,
    saved: JsonValue = None,
    owner: int | None = None,
    guild: int | None = None,
) -> InlineRun[ResultT]:
    """Run one attempt here and now, as if an earlier one had left the checkpoint `saved`.

    Request and result go through JSON as they do in a queue. Raises whatever the handler raises;
    there is no deadline, and nothing is tried again.
    """
    job = Job(
        new_id(),
        kind.name,
        kind.queue,
        payload=request.model_dump_json(),
        state=State.PROCESSING,
        owner=owner,
        guild=guild,
        attempt=1,
        token=1,
    )
    progress: list[Progress] = []
    context = JobContext(job, lambda _, said: progress.append(said))
    if saved is not None:
        context.checkpoint(saved)
    result = await kind.run(context, kind.request(job))
    done = context.job._replace(state=State.COMPLETED, result=result.model_dump_json())
    return InlineRun(
        kind.result_of(done),
        kind.reply(done),
        tuple(progress),
        done.log,
        context.saved,
        context.beat().artifacts,
    )


@asynccontextmanager
async def working(
    *kinds: AnyJobType, clock: ManualClock | None = None, options: QueueOptions | None = None
) -> AsyncIterator[JobQueue]:
    """A queue in memory that runs these kinds; it stops, without grace, at the end of the block."""
    clock = clock or ManualClock()
    queue = JobQueue(MemoryStore(clock), options, clock)
    for kind in kinds:
        queue.register(kind)
    await queue.start()
    try:
        yield queue
    finally:
        await queue.stop(grace_s=0)


async def drain(queue: JobQueue, guard_s: float = GUARD_S) -> None:
    """Until nothing is ready or runs; what is due by the queue's clock becomes ready first.

    Jobs whose time has not come stay. Raises `AssertionError` with what is left if that takes
    longer than `guard_s`, and `RuntimeError` if the queue does not work.
    """
    if not (await queue.status()).working:
        raise RuntimeError("This queue does not work, so it cannot be drained: start it first.")
    news = asyncio.Event()
    unsubscribe = queue.events.subscribe(lambda _: news.set())
    try:
        async with asyncio.timeout(guard_s):
            while await _under_way(queue):
                await news.wait()
                news.clear()
    except TimeoutError:
        left = await queue.find(JobFilter(states=UNDER_WAY), limit=SHOWN)
        raise AssertionError(f"After {guard_s:g} s there still was:{_listed(left)}") from None
    finally:
        unsubscribe()


async def _under_way(queue: JobQueue) -> int:
    await queue.promote()
    stats = await queue.store.stats()
    return sum(stats.total(state) for state in UNDER_WAY)


async def assert_enqueued(
    where: JobQueue | Store,
    kind: AnyJobType | type[AnyJobType],
    request: BaseModel | None = None,
    *,
    matching: Callable[[Job], bool] = lambda _: True,
    times: int | None = None,
) -> list[Job]:
    """Jobs of this kind, in any state, with exactly this request (None: any); newest first.

    Raises `AssertionError`, with what was there instead, unless there are as many as `times`
    says (None: at least one).
    """
    store = where.store if isinstance(where, JobQueue) else where
    payload = None if request is None else request.model_dump_json()
    everything = await _all_jobs(store)
    found = [
        job
        for job in everything
        if job.type == kind.name and payload in {None, job.payload} and matching(job)
    ]
    if len(found) == times or (found and times is None):
        return found
    wanted = kind.name if payload is None else f"{kind.name} {payload}"
    often = "at least once" if times is None else f"{times} times"
    raise AssertionError(
        f"{wanted} should have been enqueued {often}, but was {len(found)} times. "
        f"There was:{_listed(everything)}"
    )


async def _all_jobs(store: Store) -> list[Job]:
    jobs = page = await store.find(JobFilter(), limit=PAGE)
    while len(page) == PAGE:
        page = await store.find(JobFilter(), before=page[-1].id, limit=PAGE)
        jobs = [*jobs, *page]
    return jobs


def _listed(jobs: Sequence[Job]) -> str:
    if not jobs:
        return " nothing."
    lines = [f"{job.type} {job.payload} ({job.state})" for job in jobs[:SHOWN]]
    if len(jobs) > SHOWN:
        lines.append(f"… and {len(jobs) - SHOWN} more")
    return "".join(f"\n  {line}" for line in lines)
