"""What claim, finish and position cost at 1,000 and at 1,000,000 waiting jobs, and at 1,000 behind
100,000 that are parked: the same.
"""

import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks.judge import judged, leave
from benchmarks.noop import Noop, noop_jobs
from bot.queue.job import Job, Priority
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
BATCH = 10_000

T = TypeVar("T")
Times = dict[tuple[str, str], list[float]]


async def filled(folder: Path, size: str) -> SqliteStore:
    """A store of this size; tells how fast the ready jobs went in."""
    parked, ready = SIZES[size]
    store = SqliteStore(folder / f"{size}.db")
    await store.open()
    await _park(store, parked)
    jobs = noop_jobs(ready)
    began = time.perf_counter()
    await _enqueue(store, jobs)
    took = time.perf_counter() - began
    print(f"     {size}: {ready:,} jobs enqueued at {ready / took:,.0f}/s")
    return store


async def _enqueue(store: SqliteStore, jobs: Sequence[Job]) -> None:
    for start in range(0, len(jobs), BATCH):
        await store.enqueue(jobs[start : start + BATCH])


async def _park(store: SqliteStore, count: int) -> None:
    """So many jobs that would be served first, behind one that runs and has their key."""
    if not count:
        return
    urgent = [
        job._replace(id=f"parked-{job.id}", key=None, limit_key="one", priority=Priority.HIGH)
        for job in noop_jobs(count + 1)
    ]
    await _enqueue(store, urgent)
    (running,) = await store.claim("me", {Noop.queue: 2}, 600)
    if (await store.stats()).total(State.PARKED) != count:
        raise AssertionError(f"{running.id} should have all others behind it")


async def measure(store: SqliteStore, size: str, times: Times) -> None:
    """One claim, one finish and one position of the last in line."""
    _, ready = SIZES[size]

    async def timed(what: str, call: Awaitable[T]) -> T:
        began = time.perf_counter()
        answer = await call
        times[what, size].append(time.perf_counter() - began)
        return answer

    (job,) = await timed("claim", store.claim("me", {Noop.queue: 1}, 600))
    await timed("finish", store.finish([Finish(job.id, job.token, Complete(job.payload))]))
    await timed("position", store.positions([f"{ready - 1:026}"]))


async def main() -> None:
    """Rounds of all sizes, in turn; the medians are compared."""
    times: Times = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        stores = {size: await filled(Path(folder), size) for size in SIZES}
        for _ in range(ROUNDS):
            for size, store in stores.items():
                await measure(store, size, times)
        for store in stores.values():
            await store.close()
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
