"""How long the duties that go through many jobs (purge, promote, ageing, reap) hold the writer:
from BEGIN until COMMIT is answered, with few jobs and with many.
"""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from benchmarks.judge import judged, leave, told
from benchmarks.noop import Noop, noop_jobs
from bot.queue.deliveries import Delivered, NewDelivery
from bot.queue.job import Job, Priority
from bot.queue.lifecycle import Complete
from bot.queue.retention import Retention
from bot.queue.states import State
from bot.queue.store.base import Finish, SettleDelivery
from bot.queue.store.sqlite import SqliteStore, writer
from bot.queue.testing import ManualClock
from bot.queue.upkeep import PURGE_BITE

SIZES = (1_000, 200_000)
"""Finished jobs that are kept, or jobs that are due."""

REMOVED = 5_000
"""Of the finished ones at most so many are removed while it is measured."""

HELD = 3_600
"""Jobs in the hands of a process that died."""

PLACES = [(queue, lane) for queue in "abc" for lane in (Priority.LOW, Priority.DEFAULT)]
HEADS = 1_000
"""Where jobs wait to rise, and how many in each place, each of another person."""

RESULT = '{"text": "' + 1_000 * "x" + '"}'
CHUNK = 1_000
LEASE_S = 30.0
MOST_MS = 50.0


class Times:
    """How long each transaction took, in ms."""

    def __init__(self) -> None:
        self.ms: list[float] = []

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Of all within."""
        real = writer._commit_together  # noqa: SLF001 - what is measured is all of it

        def timed(connection: sqlite3.Connection, group: list[Any]) -> None:
            began = time.perf_counter()
            real(connection, group)
            self.ms.append(1_000 * (time.perf_counter() - began))

        with patch("bot.queue.store.sqlite.writer._commit_together", timed):
            yield


async def finished(store: SqliteStore, jobs: list[Job]) -> None:
    """These jobs and their deliveries are done."""
    await store.enqueue(jobs, {job.id: [NewDelivery("someone")] for job in jobs})
    runs = await store.claim("w", {Noop.queue: len(jobs)}, LEASE_S)
    await store.finish([Finish(run.id, run.token, Complete(RESULT)) for run in runs])
    due = await store.deliveries_claim("w", len(jobs), LEASE_S)
    await store.deliveries_settle(
        [SettleDelivery(one.delivery.id, one.delivery.token, Delivered("")) for one in due]
    )


async def purge(store: SqliteStore, clock: ManualClock, size: int) -> Callable[[], Awaitable[None]]:
    """Finished jobs are too many."""
    for first in range(0, size, CHUNK):
        jobs = [
            job._replace(cache_key=job.id, cache_ttl_s=1e9) for job in noop_jobs(CHUNK, first=first)
        ]
        await finished(store, jobs)
        clock.forward(1)
    keep = Retention(1e9, 1e9, most=max(0, size - REMOVED))

    async def duty() -> None:
        while await store.purge(keep, PURGE_BITE) == PURGE_BITE:
            continue

    return duty


async def promote(
    store: SqliteStore, clock: ManualClock, size: int
) -> Callable[[], Awaitable[None]]:
    """All jobs are due at once."""
    for first in range(0, size, CHUNK):
        jobs = [
            job._replace(state=State.SCHEDULED, run_at=clock.now + 1)
            for job in noop_jobs(CHUNK, first=first)
        ]
        await store.enqueue(jobs)
    clock.forward(2)

    async def duty() -> None:
        due: float | None = 0.0
        while due is not None and due <= clock.now:
            due = await store.promote()

    return duty


async def reap(store: SqliteStore, clock: ManualClock, size: int) -> Callable[[], Awaitable[None]]:
    """All leases ran out."""
    for first in range(0, size, CHUNK):
        await store.enqueue(noop_jobs(min(CHUNK, size - first), first=first))
    while await store.claim("w", {Noop.queue: CHUNK}, LEASE_S):
        continue
    clock.forward(2 * LEASE_S)

    async def duty() -> None:
        while await store.reap(10):
            continue

    return duty


async def age(store: SqliteStore, clock: ManualClock, size: int) -> Callable[[], Awaitable[None]]:
    """Everybody's first job has waited long enough."""
    for n, (queue, lane) in enumerate(PLACES):
        jobs = noop_jobs(size // len(PLACES), owners=size, first=n * size)
        await store.enqueue(
            [
                job._replace(queue=queue, priority=lane, run_at=clock.now, owner=int(job.id))
                for job in jobs
            ]
        )
    clock.forward(1_000)

    async def duty() -> None:
        if await store.age(300, 10) != size:
            raise AssertionError("They did not rise.")

    return duty


async def measure(what: Any, size: int) -> bool:
    """Prints the longest transaction of the duty; whether it is short enough."""
    with tempfile.TemporaryDirectory() as folder:
        clock, times = ManualClock(), Times()
        store = SqliteStore(Path(folder) / "queue.db", clock)
        await store.open()
        duty = await what(store, clock, size)
        with times.taken():
            began = time.perf_counter()
            await duty()
            took = time.perf_counter() - began
        await store.close()
    name = f"{what.__name__} of {size:,}"
    told(f"{name}: {len(times.ms)} transactions in", took, "s")
    told(f"{name}: median transaction", median(times.ms), "ms")
    return judged(f"{name}: longest transaction, ms", max(times.ms), at_most=MOST_MS)


async def main() -> None:
    """Print the figures."""
    verdicts = [
        await measure(duty, size)
        for duty, sizes in (
            (purge, SIZES),
            (promote, SIZES),
            (age, (len(PLACES) * HEADS,)),
            (reap, (HELD,)),
        )
        for size in sizes
    ]
    leave(verdicts)


if __name__ == "__main__":
    asyncio.run(main())
