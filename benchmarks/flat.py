"""What claim, finish and position cost at 1,000 and at 1,000,000 waiting jobs: the same."""

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
from bot.queue.lifecycle import Complete
from bot.queue.store.base import Finish
from bot.queue.store.sqlite import SqliteStore

FEW = 1_000
MANY = 1_000_000
ROUNDS = 300
FILL = 10_000
"""Jobs stored at once while the stores are filled."""
BATCH = 32
"""Jobs that a worker with as many slots claims and finishes at once."""
BATCHES = 200

T = TypeVar("T")
Times = dict[tuple[str, int], list[float]]
Stores = Mapping[int, SqliteStore]


@asynccontextmanager
async def stores(folder: Path) -> AsyncIterator[Stores]:
    """A store with few and one with many waiting jobs."""
    both = {count: await _filled(folder, count) for count in (FEW, MANY)}
    yield both
    for store in both.values():
        await store.close()


async def _filled(folder: Path, count: int) -> SqliteStore:
    """A store with so many waiting jobs; tells how fast they went in."""
    store = SqliteStore(folder / f"{count}.db")
    await store.open()
    began = time.perf_counter()
    for first in range(0, count, FILL):
        await store.enqueue(noop_jobs(min(FILL, count - first), first=first))
    took = time.perf_counter() - began
    print(f"     {count:,} jobs made and enqueued at {count / took:,.0f}/s")
    return store


async def one_by_one(both: Stores) -> Times:
    """Seconds of one claim, one finish and one position of the last in line, in turn."""
    times: Times = defaultdict(list)

    async def timed(what: str, count: int, call: Awaitable[T]) -> T:
        began = time.perf_counter()
        answer = await call
        times[what, count].append(time.perf_counter() - began)
        return answer

    for _ in range(ROUNDS):
        for count, store in both.items():
            (job,) = await timed("claim", count, store.claim("me", {Noop.queue: 1}, 600))
            ends = [Finish(job.id, job.token, Complete(job.payload))]
            await timed("finish", count, store.finish(ends))
            await timed("position", count, store.positions([f"{count - 1:026}"]))
    return times


async def turnover(both: Stores) -> Mapping[int, float]:
    """Jobs claimed and finished in a second by batches of a worker, while the length stays."""
    times: dict[int, list[float]] = defaultdict(list)
    for number in range(BATCHES):
        for count, store in both.items():
            began = time.perf_counter()
            jobs = await store.claim("me", {Noop.queue: BATCH}, 600)
            await store.finish([Finish(job.id, job.token, Complete(job.payload)) for job in jobs])
            times[count].append(time.perf_counter() - began)
            await store.enqueue(noop_jobs(BATCH, first=count + number * BATCH))
    return {count: BATCH / median(seconds) for count, seconds in times.items()}


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
        async with stores(Path(folder)) as both:
            times = await one_by_one(both)
    verdicts = []
    for what in ("claim", "finish", "position"):
        few, many = (median(times[what, count]) * 1_000 for count in (FEW, MANY))
        print(f"     {what}: {few:.3f} ms at {FEW:,}, {many:.3f} ms at {MANY:,}")
        verdicts.append(judged(f"{what}, many / few", many / few, at_most=2.0))
    leave(verdicts)


if __name__ == "__main__":
    asyncio.run(main())
