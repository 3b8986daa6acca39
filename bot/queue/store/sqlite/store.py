"""The SQLite store: durable on one machine with nothing but a file, shared by its processes."""

import asyncio
import logging
import os
import socket
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local
from typing import TypeVar

from ulid import ULID

from bot.queue.deliveries import Delivery, NewDelivery
from bot.queue.errors import StoreUnavailable
from bot.queue.figures import Figures, Observed
from bot.queue.job import Clock, Job
from bot.queue.retention import Retention
from bot.queue.states import State
from bot.queue.store.base import (
    Beat,
    BeatAnswer,
    DueDelivery,
    Enqueued,
    Finish,
    Group,
    JobFilter,
    Limits,
    SettleDelivery,
    Stats,
)
from bot.queue.store.sqlite.figures import FigureTable
from bot.queue.store.sqlite.file import connect, explained, prepare, shrink
from bot.queue.store.sqlite.jobs import JobTable
from bot.queue.store.sqlite.neighbours import Neighbours, NeighbourWatch
from bot.queue.store.sqlite.outbox import DeliveryTable
from bot.queue.store.sqlite.rows import Row, job_from, one
from bot.queue.store.sqlite.statements import Statements
from bot.queue.store.sqlite.writer import GroupCommitWriter
from bot.queue.store.texts import unstorable

T = TypeVar("T")

logger = logging.getLogger(__name__)

READERS = 2
"""Reading connections, each in its own thread."""


class SqliteStore:
    """Jobs in one file. An answered call is on the disk (`synchronous=FULL`)."""

    def __init__(self, path: Path | str, clock: Clock = time.time) -> None:
        self.process = f"{socket.gethostname()}-{os.getpid()}-{ULID()}"
        self._path = Path(path)
        self._clock = clock
        self._sql = Statements()
        self._figures = FigureTable(self._sql)
        self._jobs = JobTable(self._sql, self._figures)
        self._outbox = DeliveryTable(self._sql)
        folder = self._path.with_name(f"{self._path.name}-processes")
        self._neighbours = Neighbours(folder, self.process)
        self._writer = GroupCommitWriter(lambda: connect(self._path, writing=True))
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._reader = local()
        self._reading: list[sqlite3.Connection] = []
        self._watch = NeighbourWatch(self._neighbours, self._version, self._wake)
        self._wakes: list[Callable[[], None]] = []
        self._is_open = False

    async def open(self) -> None:
        """See `Store.open`."""
        await asyncio.to_thread(self._start)
        self._is_open = True

    def _start(self) -> None:
        with explained(self._path):
            prepare(self._path)
            self._neighbours.register()
            self._writer.start()
        self._watch.start()

    async def close(self) -> None:
        """See `Store.close`."""
        if not self._is_open:
            return
        self._is_open = False
        await asyncio.to_thread(self._watch.stop)
        await self._writer.close()
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._reading:
            connection.close()
        self._neighbours.leave()

    def on_wake(self, callback: Callable[[], None]) -> None:
        """See `Store.on_wake`."""
        self._wakes.append(callback)

    def _wake(self) -> None:
        for callback in self._wakes:
            try:
                callback()
            except Exception:
                logger.exception("a listener failed on the news of another process")

    async def enqueue(
        self,
        jobs: Sequence[Job],
        deliveries: Mapping[str, Sequence[NewDelivery]] | None = None,
        limits: Limits | None = None,
    ) -> list[Enqueued]:
        """See `Store.enqueue`."""
        owed = deliveries or {}

        def operation(db: sqlite3.Connection) -> list[Enqueued]:
            stored = self._jobs.enqueue(db, jobs, limits or Limits())
            for job in stored:
                if job.created and job.job.id in owed:
                    self._outbox.add(db, job.job.id, owed[job.job.id])
            return stored

        return await self._writer.run(operation)

    async def claim(self, worker: str, wants: Mapping[str, int], lease_s: float) -> list[Job]:
        """See `Store.claim`."""
        return await self._writer.run(
            lambda db: self._jobs.claim(db, worker, wants, self._clock(), lease_s)
        )

    async def beat(self, beats: Sequence[Beat], lease_s: float) -> list[BeatAnswer]:
        """See `Store.beat`."""
        return await self._writer.run(lambda db: self._jobs.beat(db, beats, self._clock(), lease_s))

    async def finish(self, finishes: Sequence[Finish]) -> list[State | None]:
        """See `Store.finish`."""
        return await self._writer.run(lambda db: self._jobs.finish(db, finishes, self._clock()))

    async def promote(self) -> float | None:
        """See `Store.promote`."""
        return await self._writer.run(lambda db: self._jobs.promote(db, self._clock()))

    async def reap(self, max_losses: int) -> list[Job]:
        """See `Store.reap`."""
        dead = await asyncio.to_thread(self._neighbours.dead)

        def operation(db: sqlite3.Connection) -> list[Job]:
            now = self._clock()
            if dead:
                self._outbox.free(db, dead, now)
            return self._jobs.reap(db, dead, now, max_losses)

        taken_back = await self._writer.run(operation)
        self._neighbours.bury(dead)
        return taken_back

    async def cancel(self, job_id: str, reason: str) -> Job:
        """See `Store.cancel`."""
        return await self._writer.run(
            lambda db: self._jobs.cancel(db, job_id, reason, self._clock())
        )

    async def retry(self, job_id: str) -> Job:
        """See `Store.retry`."""
        return await self._writer.run(lambda db: self._jobs.retry(db, job_id, self._clock()))

    async def purge(self, retention: Retention, limit: int) -> int:
        """See `Store.purge`."""
        gone = await self._writer.run(
            lambda db: self._jobs.purge(db, retention, limit, self._clock())
        )
        if gone:
            await self._writer.run(shrink)
        return gone

    async def get(self, job_id: str) -> Job | None:
        """See `Store.get`."""
        rows = await self._read(lambda db: db.execute(self._sql["job_by_id"], (job_id,)).fetchall())
        return job_from(rows[0]) if rows else None

    async def find(
        self, wanted: JobFilter, before: str | None = None, limit: int = 25
    ) -> list[Job]:
        """See `Store.find`."""
        conditions, values = _where(wanted, before)
        sql = self._sql["jobs_found"].replace("/*conditions*/", conditions)
        rows = await self._read(lambda db: db.execute(sql, (*values, limit)).fetchall())
        return [job_from(row) for row in rows]

    async def positions(self, job_ids: Sequence[str], cap: int = 1000) -> dict[str, int]:
        """See `Store.positions`."""

        def counted(db: sqlite3.Connection) -> dict[str, int]:
            places: dict[str, int] = {}
            for job_id in job_ids:
                place = db.execute(self._sql["job_place"], (job_id,)).fetchone()
                if place is not None:
                    places[job_id] = one(db, self._sql["jobs_ahead"], (*place, job_id, cap))
            return places

        return await self._read(counted)

    async def stats(self) -> Stats:
        """See `Store.stats`."""

        def counted(db: sqlite3.Connection) -> Stats:
            counts = {
                Group(queue, kind, priority, State(state)): n
                for queue, kind, priority, state, n in db.execute(self._sql["counters"])
            }
            people = one(db, self._sql["people_active"])
            return Stats(counts, self._figures.paces(db), people, self._ready_since(db, counts))

        return await self._read(counted)

    def _ready_since(self, db: sqlite3.Connection, counts: Iterable[Group]) -> dict[str, float]:
        queues = {group.queue for group in counts if group.state is State.PENDING}
        return {queue: one(db, self._sql["job_oldest_ready"], (queue,)) for queue in queues}

    async def observe(self, observed: Observed) -> None:
        """See `Store.observe`."""
        await self._writer.run(lambda db: self._figures.observe(db, observed, self._clock()))

    async def figures(self) -> Figures:
        """See `Store.figures`."""
        return await self._read(lambda db: self._figures.figures(db, self._clock()))

    async def deliveries(self, job_id: str) -> list[Delivery]:
        """See `Store.deliveries`."""
        return await self._read(lambda db: self._outbox.of_job(db, job_id))

    async def deliveries_claim(self, worker: str, limit: int, lease_s: float) -> list[DueDelivery]:
        """See `Store.deliveries_claim`."""
        return await self._writer.run(
            lambda db: self._outbox.claim(db, worker, limit, self._clock(), lease_s)
        )

    async def deliveries_settle(self, settled: Sequence[SettleDelivery]) -> list[bool]:
        """See `Store.deliveries_settle`."""
        return await self._writer.run(lambda db: self._outbox.settle(db, settled, self._clock()))

    async def deliveries_next(self) -> float | None:
        """See `Store.deliveries_next`."""
        following: float | None = await self._read(lambda db: one(db, self._sql["deliveries_next"]))
        return following

    async def _read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        if not self._is_open:
            raise StoreUnavailable("The store is not open.")
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._readers, self._snapshot, query)
        except sqlite3.Error as error:
            raise StoreUnavailable(f"The database cannot be read now: {error}.") from error
        except UnicodeEncodeError:
            raise unstorable() from None

    def _snapshot(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """What the query sees at one moment, however many statements it has."""
        connection = self._connection()
        connection.execute("BEGIN")
        try:
            return query(connection)
        finally:
            connection.execute("ROLLBACK")

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._reader, "connection"):
            self._reader.connection = connect(self._path)
            self._reading.append(self._reader.connection)
        connection: sqlite3.Connection = self._reader.connection
        return connection

    def _version(self) -> int:
        """Changes with every commit of another connection."""
        try:
            version: int = one(self._connection(), "PRAGMA data_version")
        except sqlite3.Error:  # no news for now; the watch must outlive a passing trouble
            return 0
        return version


def _where(wanted: JobFilter, before: str | None) -> tuple[str, Row]:
    """The conditions of a search, built from fixed texts alone; values are bound."""
    states = sorted(wanted.states)
    parts: list[tuple[str, Row]] = [
        ("owner = ?", (wanted.owner,)) if wanted.owner is not None else ("", ()),
        ("guild = ?", (wanted.guild,)) if wanted.guild is not None else ("", ()),
        ("type = ?", (wanted.type,)) if wanted.type is not None else ("", ()),
        ("id < ?", (before,)) if before is not None else ("", ()),
        (f"state IN ({', '.join('?' * len(states))})", tuple(states)) if states else ("", ()),
    ]
    used = [(text, values) for text, values in parts if text]
    conditions = " AND ".join(text for text, _ in used) or "true"
    return conditions, tuple(value for _, values in used for value in values)
