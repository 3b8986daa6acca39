"""What claim, finish and position cost at 1,000 and at 1,000,000 waiting jobs: the same."""

import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable
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
BATCH = 10_000

T = TypeVar("T")
Times = dict[tuple[str, int], list[float]]


async def filled(folder: Path, count: int) -> SqliteStore:
    """A store with so many waiting jobs; tells how fast they went in."""
    store = SqliteStore(folder / f"{count}.db")
    await store.open()
    jobs = noop_jobs(count)
    began = time.perf_counter()
    for start in range(0, count, BATCH):
        await store.enqueue(jobs[start : start + BATCH])
    took = time.perf_counter() - began
    print(f"     {count:,} jobs enqueued at {count / took:,.0f}/s")
    return store


async def measure(store: SqliteStore, count: int, last: str, times: Times) -> None:
    """One claim, one finish and one position of the last in line."""

    async def timed(what: str, call: Awaitable[T]) -> T:
        began = time.perf_counter()
        answer = await call
        times[what, count].append(time.perf_counter() - began)
        return answer

    (job,) = await timed("claim", store.claim("me", {Noop.queue: 1}, 600))
    await timed("finish", store.finish([Finish(job.id, job.token, Complete(job.payload))]))
    await timed("position", store.positions([last]))


async def main() -> None:
    """Rounds of both sizes, in turn; the medians are compared."""
    times: Times = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        stores = {count: await filled(Path(folder), count) for count in (FEW, MANY)}
        for _ in range(ROUNDS):
            for count, store in stores.items():
                await measure(store, count, f"{count - 1:026}", times)
        for store in stores.values():
            await store.close()
    verdicts = []
    for what in ("claim", "finish", "position"):
        few, many = (median(times[what, count]) * 1_000 for count in (FEW, MANY))
        print(f"     {what}: {few:.3f} ms at {FEW:,}, {many:.3f} ms at {MANY:,}")
        verdicts.append(judged(f"{what}, many / few", many / few, at_most=2.0))
    leave(verdicts)


if __name__ == "__main__":
    asyncio.run(main())
