"""What storing one awaited job costs: alone beside a plain insert with fsync, and in a crowd."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from benchmarks.noop import Noop, Number, noop_jobs
from benchmarks.plain import FSYNC, INSERT, table
from bot.queue.job_queue import JobQueue
from bot.queue.store.sqlite import SqliteStore

CALLERS = 100
JOBS = 10_000
ROUNDS = 5
UNCOUNTED, ALONE = 1_500, 1_500
"""Jobs that are stored with nobody else waiting. The first of each do not count: until a log is as
long as it becomes, which takes the plain table a thousand inserts, each fsync costs more.
"""

Enqueue = Callable[[int], Awaitable[object]]


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[JobQueue]:
    """A queue that accepts jobs and has no worker."""
    queue = JobQueue(SqliteStore(path))
    await queue.open()
    yield queue
    await queue.stop()


def through(queue: JobQueue) -> Enqueue:
    """As everyone does: the job's id is made and its request dumped on the way."""
    noop = Noop()
    return lambda n: queue.enqueue(
        noop, Number(n=n), owner=n % CALLERS, guild=1, key=f"interaction-{n}"
    )


def into_its_store(queue: JobQueue) -> Enqueue:
    """Ready-made jobs, given to the store."""
    jobs = noop_jobs(JOBS)
    return lambda n: queue.store.enqueue([jobs[n]])


async def from_callers(enqueue: Enqueue, callers: int, jobs: int) -> float:
    """Jobs in a second when each caller waits for its own before it brings the next."""

    async def call(caller: int) -> None:
        for n in range(caller, jobs, callers):
            await enqueue(n)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for caller in range(callers):
            group.create_task(call(caller))
    return jobs / (time.perf_counter() - began)


async def crowd(folder: Path, how: Callable[[JobQueue], Enqueue]) -> float:
    """The median rate of `CALLERS` callers, in jobs a second."""
    rates = []
    for number in range(ROUNDS):
        async with opened(folder / f"{how.__name__}-{number}.db") as queue:
            rates.append(await from_callers(how(queue), CALLERS, JOBS))
    return median(rates)


async def alone(folder: Path) -> Mapping[str, float]:
    """Median seconds of one job through the queue, into its store, and of one plain insert.

    In turn, with nobody else waiting.
    """
    took: dict[str, list[float]] = defaultdict(list)
    async with (
        opened(folder / "queue.db") as queue,
        opened(folder / "store.db") as other,
        table(folder / "plain.db", FSYNC) as db,
    ):
        ways: Mapping[str, Enqueue] = {
            "queue": through(queue),
            "store": into_its_store(other),
            "plain": lambda n: db.execute(INSERT, (Number(n=n).model_dump_json(),)),
        }
        for n in range(UNCOUNTED + ALONE):
            for name, way in ways.items():
                began = time.perf_counter()
                await way(n)
                took[name].append(time.perf_counter() - began)
    return {name: median(seconds[UNCOUNTED:]) for name, seconds in took.items()}
