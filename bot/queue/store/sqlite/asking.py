"""Enqueueing: many callers' jobs are admitted, placed and written together."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence

from bot.queue import deliveries as outbox
from bot.queue.errors import QueueError
from bot.queue.figures import looked_up
from bot.queue.job import Job
from bot.queue.states import State
from bot.queue.store.admission import Admission, Admitted, Ask
from bot.queue.store.base import Enqueued
from bot.queue.store.sqlite.desk import Desk
from bot.queue.store.sqlite.figures import FigureTable
from bot.queue.store.sqlite.jobs import JobTable
from bot.queue.store.sqlite.outbox import DeliveryTable
from bot.queue.store.sqlite.rows import one
from bot.queue.store.sqlite.statements import Statements

Connection = sqlite3.Connection


class _Facts:
    """What the database knows at the moment of the decision."""

    def __init__(
        self, db: Connection, sql: Statements, jobs: JobTable, desk: Desk, now: float
    ) -> None:
        self._db = db
        self._sql = sql
        self._jobs = jobs
        self._desk = desk
        self._now = now
        self._free: set[str] = set()

    def look_ahead(self, coming: Sequence[Job]) -> None:
        """Ask which keys are known in one statement, which costs less than one by one."""
        keys = [job.key for job in coming if job.key is not None]
        plain = [key for key in keys if "\0" not in key]  # SQLite's JSON ends a text there
        if plain:
            rows = self._db.execute(self._sql["keys_known"], (json.dumps(plain),))
            self._free = set(plain) - {key for (key,) in rows}

    def by_key(self, key: str) -> Job | None:
        """See `Facts.by_key`."""
        found = self._jobs.find(self._db, "job_by_key", key) if self._is_known(key) else None
        if found is None and self._desk.standing.joined:
            found = self._jobs.find(self._db, "job_by_asking", key)
        return found

    def _is_known(self, key: str) -> bool:
        """Asked before the whole job is, for most keys are new."""
        return key not in self._free and one(self._db, self._sql["key_known"], (key,)) is not None

    def by_dedup_key(self, dedup_key: str) -> Job | None:
        """See `Facts.by_dedup_key`."""
        return self._jobs.find(self._db, "job_by_work", dedup_key)

    def cached(self, cache_key: str) -> str | None:
        """See `Facts.cached`."""
        job_id = one(self._db, self._sql["cached"], (self._now, cache_key, self._now))
        if job_id is None:
            return None
        result: str | None = one(self._db, self._sql["result"], (job_id,))
        return result

    def waiting(self) -> int:
        """See `Facts.waiting`."""
        return self._desk.waiting()

    def active(self, owner: int) -> int:
        """See `Facts.active`."""
        return self._desk.active(owner)


class Asking:
    """Writes what was asked for."""

    def __init__(
        self,
        sql: Statements,
        jobs: JobTable,
        outbox: DeliveryTable,
        figures: FigureTable,
        clock: Callable[[], float],
    ) -> None:
        self._sql = sql
        self._jobs = jobs
        self._outbox = outbox
        self._figures = figures
        self._clock = clock

    def enqueue(self, db: Connection, asks: Sequence[Ask]) -> list[list[Enqueued] | QueueError]:
        """An answer for each call: all of its jobs, or their refusal."""
        now = self._clock()
        desk = Desk(db, self._sql)
        facts = _Facts(db, self._sql, self._jobs, desk, now)
        coming = [job for ask in asks for job in ask.jobs]
        if len(coming) > 1:
            facts.look_ahead(coming)
            desk.look_ahead(coming)
        admission = Admission(facts, now)
        answers = [admission.answer(ask) for ask in asks]
        stored = self._let_in(db, desk, admission.admitted, asks)
        desk.close()
        for observed in looked_up(admission.admitted.hits, admission.admitted.misses):
            self._figures.observe(db, observed, now)
        return [
            answer if isinstance(answer, QueueError) else [_placed(one, stored) for one in answer]
            for answer in answers
        ]

    def _let_in(
        self, db: Connection, desk: Desk, admitted: Admitted, asks: Sequence[Ask]
    ) -> dict[str, Job]:
        new = self._jobs.insert(db, desk, admitted.new) if admitted.new else []
        new = [self._with_files(db, job) if job.state is State.COMPLETED else job for job in new]
        self._keep_inputs(db, new, asks)
        for join in admitted.joins:
            db.execute(self._sql["subscriber_first"], (join.joined.id,))
            row = (join.joined.id, join.asked.owner, join.asked.key)
            db.execute(self._sql["subscriber_add"], row)
        told = {job.id: job for job in new} | {one.asked.id: one.joined for one in admitted.joins}
        self._outbox.add(
            db,
            [
                outbox.stored(told[asked], one)
                for ask in asks
                for asked, owed in ask.deliveries.items()
                if asked in told
                for one in owed
            ],
        )
        return {job.id: job for job in new}

    def _keep_inputs(self, db: Connection, new: Sequence[Job], asks: Sequence[Ask]) -> None:
        """Keep the files of the jobs that will run."""
        inputs = {job_id: files for ask in asks for job_id, files in ask.inputs.items()}
        if inputs:
            for job in new:
                rows = [(job.id, file.name, file.data) for file in inputs.get(job.id, ())]
                db.executemany(self._sql["input_set"], rows)

    def _with_files(self, db: Connection, job: Job) -> Job:
        """The job that is done already, with those of the run that brought its result."""
        copied = db.execute(self._sql["artifacts_copy"], (job.id, job.cache_key)).rowcount
        if not copied:
            return job
        db.execute(self._sql["job_attached"], (job.id,))
        return job._replace(attached=copied)


def _placed(one: Enqueued, stored: Mapping[str, Job]) -> Enqueued:
    return Enqueued(stored.get(one.job.id, one.job), one.created, one.joined)
