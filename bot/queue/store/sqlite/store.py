"""The SQLite store: durable on one machine with nothing but a file, shared by its processes."""

import asyncio
import logging
import os
import socket
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import local
from types import MappingProxyType
from typing import TypeVar

from bot.queue.controls import Control
from bot.queue.deliveries import Delivery, NewDelivery, Way
from bot.queue.errors import StoreError, StoreUnavailable
from bot.queue.figures import Figures
from bot.queue.ids import new_id
from bot.queue.job import Clock, Job
from bot.queue.reply import File
from bot.queue.retention import Retention
from bot.queue.states import State
from bot.queue.store.admission import Ask
from bot.queue.store.base import (
    Beat,
    BeatAnswer,
    DueDelivery,
    Enqueued,
    Entry,
    Finish,
    Inputs,
    JobFilter,
    Limits,
    Policies,
    Policy,
    SettleDelivery,
    Stats,
)
from bot.queue.store.sqlite.asking import Asking
from bot.queue.store.sqlite.figures import FigureTable
from bot.queue.store.sqlite.file import connect, explained, prepare, shrink
from bot.queue.store.sqlite.jobs import JOBS_IN_A_BITE, JobTable
from bot.queue.store.sqlite.keeping import Keeping
from bot.queue.store.sqlite.log import LogKeeper
from bot.queue.store.sqlite.looking import Looking
from bot.queue.store.sqlite.neighbours import Neighbours, NeighbourWatch
from bot.queue.store.sqlite.outbox import DeliveryTable
from bot.queue.store.sqlite.records import RecordTable
from bot.queue.store.sqlite.rows import job_from, one
from bot.queue.store.sqlite.runs import RunTable
from bot.queue.store.sqlite.statements import Statements
from bot.queue.store.sqlite.steering import Steering
from bot.queue.store.sqlite.writer import GroupCommitWriter
from bot.queue.store.texts import too_large, unstorable

T = TypeVar("T")

logger = logging.getLogger(__name__)

READERS = 2
"""Reading connections, each in its own thread."""


class SqliteStore:
    """Jobs in one file. An answered call is on the disk (`synchronous=FULL`)."""

    def __init__(self, path: Path | str, clock: Clock = time.time) -> None:
        self.process = f"{socket.gethostname()}-{os.getpid()}-{new_id()}"
        self._path = Path(path).absolute()
        self._clock = clock
        self._sql = Statements()
        self._outbox = DeliveryTable(self._sql)
        self._figures = FigureTable(self._sql)
        jobs = JobTable(self._sql, self._figures)
        self._asking = Asking(self._sql, jobs, self._outbox, self._figures, clock)
        self._runs = RunTable(self._sql, jobs, self._figures)
        self._steering = Steering(self._sql, jobs, self._outbox, clock)
        self._keeping = Keeping(self._sql, jobs, self._figures)
        self._looking = Looking(self._sql, self._figures)
        self._records = RecordTable(self._sql)
        folder = self._path.with_name(f"{self._path.name}-processes")
        self._neighbours = Neighbours(folder, self.process)
        self._writer = GroupCommitWriter(
            lambda: connect(self._path, writing=True), LogKeeper(self._path).shorten
        )
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._reader = local()
        self._reading: list[sqlite3.Connection] = []
        self._watch = NeighbourWatch(self._neighbours, self._version, self._wake)
        self._wakes: list[Callable[[], None]] = []
        self._is_open = self._was_open = False

    async def open(self) -> None:
        """See `Store.open`."""
        if self._was_open:
            raise StoreError(
                "This store was opened already. Give whoever opens one another for the same file."
            )
        await asyncio.to_thread(self._start)
        self._is_open = self._was_open = True

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
        *,
        fresh: bool = False,
        inputs: Inputs = MappingProxyType({}),
    ) -> list[Enqueued]:
        """See `Store.enqueue`."""
        ask = Ask(jobs, deliveries or {}, limits or Limits(), fresh, inputs)
        return await self._writer.run_together(self._asking.enqueue, ask)

    async def claim(self, worker: str, wants: Mapping[str, int], lease_s: float) -> list[Job]:
        """See `Store.claim`."""
        return await self._writer.run(
            lambda db: self._runs.claim(db, worker, wants, self._clock(), lease_s)
        )

    async def beat(self, beats: Sequence[Beat], lease_s: float) -> list[BeatAnswer]:
        """See `Store.beat`."""
        return await self._writer.run(lambda db: self._runs.beat(db, beats, self._clock(), lease_s))

    async def finish(self, finishes: Sequence[Finish]) -> list[State | None]:
        """See `Store.finish`."""
        return await self._writer.run(lambda db: self._runs.finish(db, finishes, self._clock()))

    async def promote(self) -> float | None:
        """See `Store.promote`."""
        return await self._writer.run(self._steering.promote)

    async def reap(self, max_losses: int) -> list[Job]:
        """See `Store.reap`."""
        dead = await asyncio.to_thread(self._neighbours.dead)

        def operation(db: sqlite3.Connection) -> list[Job]:
            now = self._clock()
            if dead:
                self._outbox.free(db, dead, now)
            return self._runs.reap(db, dead, now, max_losses)

        taken_back = await self._writer.run(operation)
        if len(taken_back) < JOBS_IN_A_BITE:  # nothing is left of theirs
            self._neighbours.bury(dead)
        return taken_back

    async def age(self, after_s: float, every_s: float) -> int:
        """See `Store.age`."""
        if not await self._writer.run(lambda db: self._steering.begin_ageing(db, every_s)):
            return 0
        risen = await self._read(lambda db: self._steering.old(db, after_s))
        n = 0
        for at in range(0, len(risen), JOBS_IN_A_BITE):
            some = risen[at : at + JOBS_IN_A_BITE]
            n += await self._writer.run(partial(self._steering.lift, some=some))
        return n

    async def control(self, job_id: str, control: Control, limits: Limits | None = None) -> Job:
        """See `Store.control`."""
        return await self._writer.run(
            lambda db: self._steering.control(db, job_id, control, limits or Limits())
        )

    async def delete(self, job_id: str, *, recall: bool = False) -> None:
        """See `Store.delete`."""
        await self._writer.run(lambda db: self._keeping.delete(db, job_id, recall=recall))

    async def policy(self, change: Policy) -> None:
        """See `Store.policy`."""
        await self._writer.run(lambda db: self._steering.policy(db, change))

    async def policies(self) -> Policies:
        """See `Store.policies`."""
        return await self._read(self._steering.policies)

    async def artifacts(self, job_id: str) -> list[File]:
        """See `Store.artifacts`."""
        return await self._files("artifacts", job_id)

    async def inputs(self, job_id: str) -> list[File]:
        """See `Store.inputs`."""
        return await self._files("inputs", job_id)

    async def _files(self, statement: str, job_id: str) -> list[File]:
        return await self._read(
            lambda db: [File(*row) for row in db.execute(self._sql[statement], (job_id,))]
        )

    async def purge(self, retention: Retention, limit: int) -> int:
        """See `Store.purge`."""
        now = self._clock()
        gone, results_left = await self._writer.run(
            lambda db: self._keeping.purge(db, retention, limit, now)
        )
        while results_left:
            results_left = await self._writer.run(
                lambda db: self._keeping.trim(db, retention, limit, now)
            )
        while gone and await self._writer.run(shrink):
            continue
        return gone

    async def get(self, job_id: str) -> Job | None:
        """See `Store.get`."""
        rows = await self._read(lambda db: db.execute(self._sql["job_by_id"], (job_id,)).fetchall())
        return job_from(rows[0]) if rows else None

    async def find(
        self,
        wanted: JobFilter,
        before: str | None = None,
        limit: int = 25,
        *,
        after: str | None = None,
    ) -> list[Job]:
        """See `Store.find`."""
        return await self._read(lambda db: self._looking.find(db, wanted, before, limit, after))

    async def positions(self, job_ids: Sequence[str], cap: int = 1000) -> dict[str, int]:
        """See `Store.positions`."""
        return await self._read(lambda db: self._looking.positions(db, job_ids, cap))

    async def stats(self) -> Stats:
        """See `Store.stats`."""
        return await self._read(self._looking.stats)

    async def figures(self) -> Figures:
        """See `Store.figures`."""
        return await self._read(lambda db: self._figures.figures(db, self._clock()))

    async def deliveries(self, job_id: str) -> list[Delivery]:
        """See `Store.deliveries`."""
        return await self._read(lambda db: self._outbox.of_job(db, job_id))

    async def deliveries_claim(
        self, worker: str, limit: int, lease_s: float, way: Way = Way.PERSON
    ) -> list[DueDelivery]:
        """See `Store.deliveries_claim`."""
        return await self._writer.run(
            lambda db: self._outbox.claim(db, worker, limit, self._clock(), lease_s, way)
        )

    async def deliveries_settle(self, settled: Sequence[SettleDelivery]) -> list[bool]:
        """See `Store.deliveries_settle`."""
        return await self._writer.run(lambda db: self._outbox.settle(db, settled, self._clock()))

    async def deliveries_next(self, way: Way = Way.PERSON) -> float | None:
        """See `Store.deliveries_next`."""
        following: float | None = await self._read(
            lambda db: one(db, self._sql["deliveries_next"], (way,))
        )
        return following

    async def note(self, scope: str, name: str, value: str | None) -> None:
        """See `Records.note`."""
        await self._writer.run(lambda db: self._records.note(db, scope, name, value))

    async def swap(
        self, scope: str, name: str, before: str | None, after: str | None
    ) -> str | None:
        """See `Records.swap`."""
        return await self._writer.run(lambda db: self._records.swap(db, scope, name, before, after))

    async def notes(self, scope: str) -> dict[str, str]:
        """See `Records.notes`."""
        return await self._read(lambda db: self._records.notes(db, scope))

    async def record(self, scope: str, text: str) -> None:
        """See `Records.record`."""
        await self._writer.run(lambda db: self._records.record(db, scope, text, self._clock()))

    async def entries(self, scope: str, before: int | None = None, limit: int = 25) -> list[Entry]:
        """See `Records.entries`."""
        return await self._read(lambda db: self._records.entries(db, scope, before, limit))

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
        except OverflowError:
            raise too_large() from None

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
