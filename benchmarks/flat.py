"""What claim, finish and position cost at 1,000 and at 1,000,000 waiting jobs, and at 1,000 behind
100,000 that are parked: the same.
"""

import asyncio
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks.judge import judged, leave
from benchmarks.noop import Noop, noop_jobs
from bot.queue.job import Priority
from bot.queue.lifecycle import Complete
from bot.queue.states import State
from bot.queue.store.base import Finish
from bot.queue.store.sqlite import SqliteStore

FEW = 1_000
MANY = 1_000_000
PARKED = 100_000
BEHIND_PARKED = "behind parked"
SIZES: dict[str, tuple[int, int]] = {
    "few": (0, FEW),
    "many": (0, MANY),
    BEHIND_PARKED: (PARKED, FEW),
}
"""Jobs that are parked and jobs that are ready, by the name of the size."""
ROUNDS = 300
FILL = 10_000
"""Jobs stored at once while the stores are filled."""
BATCH = 32
"""Jobs that a worker with as many slots claims and finishes at once."""
BATCHES = 200

T = TypeVar("T")
Times = dict[tuple[str, str], list[float]]
Stores = Mapping[str, SqliteStore]


@asynccontextmanager
async def stores(folder: Path, *sizes: str) -> AsyncIterator[Stores]:
    """A store of each size (none named: of all)."""
    made = {size: await _filled(folder, size) for size in sizes or SIZES}
    yield made
    for store in made.values():
        await store.close()


async def _filled(folder: Path, size: str) -> SqliteStore:
    """A store of this size; tells how fast the ready jobs went in."""
    parked, ready = SIZES[size]
    store = SqliteStore(folder / f"{size}.db")
    await store.open()
    if parked:
        await _park(store, parked)
    began = time.perf_counter()
    for first in range(0, ready, FILL):
        await store.enqueue(noop_jobs(min(FILL, ready - first), first=first))
    took = time.perf_counter() - began
    print(f"     {size}: {ready:,} jobs made and enqueued at {ready / took:,.0f}/s")
    return store


async def _park(store: SqliteStore, count: int) -> None:
    """So many jobs that would be served first, behind one that runs and has their key."""
    for first in range(0, count + 1, FILL):
        await store.enqueue(
            [
                job._replace(id=f"p-{job.id}", key=None, limit_key="one", priority=Priority.HIGH)
                for job in noop_jobs(min(FILL, count + 1 - first), first=first)
            ]
        )
    (running,) = await store.claim("me", {Noop.queue: 2}, 600)
    if (await store.stats()).total(State.PARKED) != count:
        raise AssertionError(f"{running.id} should have all others behind it")


async def one_by_one(made: Stores) -> Times:
    """Seconds of one claim, one finish and one position of the last in line, in turn."""
    times: Times = defaultdict(list)

    async def timed(what: str, size: str, call: Awaitable[T]) -> T:
        began = time.perf_counter()
        answer = await call
        times[what, size].append(time.perf_counter() - began)
        return answer

    for _ in range(ROUNDS):
        for size, store in made.items():
            _, ready = SIZES[size]
            (job,) = await timed("claim", size, store.claim("me", {Noop.queue: 1}, 600))
            ends = [Finish(job.id, job.token, Complete(job.payload))]
            await timed("finish", size, store.finish(ends))
            await timed("position", size, store.positions([f"{ready - 1:026}"]))
    return times


async def turnover(made: Stores) -> Mapping[str, float]:
    """Jobs claimed and finished in a second by batches of a worker, while the length stays."""
    times: dict[str, list[float]] = defaultdict(list)
    for number in range(BATCHES):
        for size, store in made.items():
            _, ready = SIZES[size]
            began = time.perf_counter()
            jobs = await store.claim("me", {Noop.queue: BATCH}, 600)
            await store.finish([Finish(job.id, job.token, Complete(job.payload)) for job in jobs])
            times[size].append(time.perf_counter() - began)
            await store.enqueue(noop_jobs(BATCH, first=ready + number * BATCH))
    return {size: BATCH / median(seconds) for size, seconds in times.items()}


async def places(store: SqliteStore) -> list[float]:
    """Seconds that the position of one takes, of jobs anywhere among the many."""
    anywhere = random.Random(1).sample(range(MANY // 10, MANY), ROUNDS)
    took = []
    for n in anywhere:
        began = time.perf_counter()
        await store.positions([f"{n:026}"])
        took.append(time.perf_counter() - began)
    return took


async def plain_count(store: SqliteStore) -> float:
    """Seconds to count all that is before the last of the many."""
    began = time.perf_counter()
    await store.positions([f"{MANY - 1:026}"], cap=MANY)
    return time.perf_counter() - began


async def main() -> None:
    """The medians are compared."""
    with tempfile.TemporaryDirectory() as folder:
        async with stores(Path(folder)) as made:
            times = await one_by_one(made)
    verdicts = []
    for what in ("claim", "finish", "position"):
        cost = {size: median(times[what, size]) * 1_000 for size in SIZES}
        print(f"     {what}: " + ", ".join(f"{ms:.3f} ms {size}" for size, ms in cost.items()))
        verdicts += [
            judged(f"{what}, {size} / few", cost[size] / cost["few"], at_most=2.0)
            for size in ("many", BEHIND_PARKED)
        ]
    leave(verdicts)


if __name__ == "__main__":
    asyncio.run(main())
