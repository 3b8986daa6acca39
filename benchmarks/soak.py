"""A day's load in fast motion: 200,000 jobs, each with a delivery, while people ask how they stand.

Shows that what must not grow does not: the log beside the file, the file after its peak, the
memory of the process, and the time for which removing old jobs holds the writer.
"""

import asyncio
import gc
import os
import sqlite3
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.judge import judged, leave
from benchmarks.noop import Noop, Number
from bot.queue.deliveries import Delivered, NewDelivery
from bot.queue.events import Event, EventName
from bot.queue.job_queue import JobQueue
from bot.queue.options import QueueOptions
from bot.queue.retention import Retention
from bot.queue.store.base import SettleDelivery, Store
from bot.queue.store.sqlite import SqliteStore
from bot.queue.store.sqlite.file import connect
from bot.queue.worker import WorkerOptions

PEOPLE = 100
ASKERS = 8
PAUSE_S = 0.01
"""People who look at the queue, and how long each pauses before the next look."""

PURGE_EVERY_S = 0.5
"""A minute of the day."""

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Load:
    """How many jobs there are, how many are asked for at once (usually, and at the worst, which
    comes after `settled` jobs: by then the process has all the memory that it needs), how many
    finished ones are kept.
    """

    jobs: int = 200_000
    settled: int = 50_000
    wave: int = 5_000
    peak: int = 50_000
    kept: int = 10_000


KINDS = {"DELETE FROM": "purge", "incremental_vacuum": "vacuum"}
"""What in a statement's text tells that it removes old jobs or gives their room back."""


class Stopwatch:
    """The longest that each kind of transaction held the writer, in ms.

    `whole_ms` is all of it, with the operations that shared it and the disk's syncing; `own_ms` are
    the statements of the kind alone.
    """

    def __init__(self) -> None:
        self.whole_ms: dict[str, float] = defaultdict(float)
        self.own_ms: dict[str, float] = defaultdict(float)
        self._began = 0.0
        self._own: dict[str, float] = {}

    def took(self, statement: str, began: float) -> None:
        """The writer has executed this."""
        now = time.perf_counter()
        if statement.startswith("BEGIN"):
            self._began, self._own = began, {"other": 0.0}
        kind = next((kind for sign, kind in KINDS.items() if sign in statement), "other")
        self._own[kind] = self._own.get(kind, 0.0) + now - began
        if statement == "COMMIT":
            self._add_up(now - self._began)

    def _add_up(self, whole: float) -> None:
        removal = [kind for kind in KINDS.values() if kind in self._own]
        for kind in removal or ["other"]:
            self.whole_ms[kind] = max(self.whole_ms[kind], 1_000 * whole)
            self.own_ms[kind] = max(self.own_ms[kind], 1_000 * self._own[kind])


class TimedConnection:
    """The writer's connection under a stopwatch."""

    def __init__(self, connection: sqlite3.Connection, watch: Stopwatch) -> None:
        self._connection = connection
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        """As the connection does."""
        began = time.perf_counter()
        cursor = self._connection.execute(sql, *args)
        self._watch.took(sql, began)
        return cursor


class Day:
    """The queue under load, and the largest of everything that was seen."""

    def __init__(self, path: Path, load: Load) -> None:
        self.path = path
        self.load = load
        self.watch = Stopwatch()
        self.largest: dict[str, int] = defaultdict(int)
        self.rss: dict[int, int] = {}
        self.store: Store = SqliteStore(path)
        worker = WorkerOptions(concurrency={Noop.queue: 32})
        self.queue = JobQueue(self.store, QueueOptions(worker, retention=Retention(most=load.kept)))
        self.queue.register(Noop())
        self.queue.events.subscribe(self._count)
        self._asked = self._completed = 0
        self._drained = asyncio.Event()

    async def run(self) -> None:
        """All waves, each to its end."""
        with (
            patch("bot.queue.upkeep.PURGE_EVERY_S", PURGE_EVERY_S),
            patch("bot.queue.store.sqlite.store.connect", self._connect),
        ):
            await self.queue.start()
            meanwhile = [asyncio.create_task(self._deliver()), asyncio.create_task(self._look())]
            meanwhile += [asyncio.create_task(self._ask(n)) for n in range(ASKERS)]
            await self._waves()
            for task in meanwhile:
                task.cancel()
            await asyncio.gather(*meanwhile, return_exceptions=True)
            await self.queue.stop()

    def _connect(self, path: Path, *, writing: bool = False) -> Any:
        connection = connect(path, writing=writing)
        return TimedConnection(connection, self.watch) if writing else connection

    async def _waves(self) -> None:
        while self._asked < self.load.jobs:
            settled = self._asked == self.load.settled
            await self._wave(self.load.peak if settled else self.load.wave)
            if self._asked in {self.load.settled, self.load.jobs}:
                gc.collect()
                self.rss[self._asked] = resident()
        await asyncio.sleep(3 * PURGE_EVERY_S)  # the last ones are purged

    async def _wave(self, size: int) -> None:
        self._drained.clear()
        numbers = range(self._asked, self._asked + size)
        self._asked += size
        for start in numbers[::100]:
            await asyncio.gather(*(self._enqueue(n) for n in range(start, start + 100)))
        await self._drained.wait()

    async def _enqueue(self, n: int) -> None:
        owed = [NewDelivery("someone")]
        await self.queue.enqueue(Noop(), Number(n=n), owner=n % PEOPLE, key=f"{n}", deliveries=owed)

    def _count(self, event: Event) -> None:
        self._completed += event.name is EventName.JOB_COMPLETED
        if self._completed == self._asked:
            self._drained.set()

    async def _deliver(self) -> None:
        while True:
            due = await self.store.deliveries_claim(self.store.process, 100, 60)
            await self.store.deliveries_settle(
                [SettleDelivery(one.delivery.id, one.delivery.token, Delivered()) for one in due]
            )
            if not due:
                await asyncio.sleep(0.01)

    async def _ask(self, owner: int) -> None:
        """One's own jobs and their places, again and again."""
        while True:
            own = (await self.queue.status(owner)).own
            await self.queue.outlooks([one.job for one in own])
            await asyncio.sleep(PAUSE_S)

    async def _look(self) -> None:
        while True:
            for suffix in ("", "-wal"):
                size = self.path.with_name(self.path.name + suffix).stat().st_size
                self.largest[suffix] = max(self.largest[suffix], size)
            await asyncio.sleep(0.05)


def resident() -> int:
    """Bytes of this process's memory (from Linux's /proc)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """One day; everything that was largest is judged."""
    load = Load()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        day = Day(Path(folder) / "soak.db", load)
        asyncio.run(day.run())
        took = time.perf_counter() - began
        left = day.path.stat().st_size
    file, rss, watch = day.largest[""], day.rss, day.watch
    print(f"     {load.jobs:,} jobs in {took:.0f} s, {load.jobs / took:,.0f}/s with deliveries")
    print(f"     file: {file / MIB:.1f} MiB at the peak, {left / MIB:.1f} MiB at the end")
    for jobs, used in rss.items():
        print(f"     memory: {used / MIB:.1f} MiB after {jobs:,} jobs")
    for kind, ms in watch.whole_ms.items():
        print(f"     longest transaction, {kind}: {ms:.1f} ms, {watch.own_ms[kind]:.1f} of its own")
    leave(
        [
            judged("log, MiB", day.largest["-wal"] / MIB, at_most=16),
            judged("file, end / peak", left / file, at_most=0.5),
            judged("longest purge, ms", watch.own_ms["purge"], at_most=50),
            judged("longest vacuum, ms", watch.own_ms["vacuum"], at_most=50),
            judged("memory, end / settled", rss[load.jobs] / rss[load.settled], at_most=1.1),
        ]
    )


if __name__ == "__main__":
    main()
