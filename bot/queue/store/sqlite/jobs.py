"""The jobs' rows: how they are added, found, changed and moved; every other duty goes through here.

Each method works inside a transaction of somebody else's.
"""

import json
import sqlite3
from collections.abc import Sequence

from bot.queue.errors import TaskNotFoundError
from bot.queue.figures import ended
from bot.queue.job import Job, Priority
from bot.queue.states import FINISHED
from bot.queue.store.sqlite.desk import Desk
from bot.queue.store.sqlite.figures import FigureTable
from bot.queue.store.sqlite.rows import job_from, job_row, saved_row, saved_texts
from bot.queue.store.sqlite.statements import Statements

Connection = sqlite3.Connection

JOBS_IN_A_BITE = 250
"""Jobs that one transaction moves at most when many are due, old or lost at once, so that nobody
waits long for the writer (`benchmarks/bites.py`).
"""


class JobTable:
    """Reads and writes jobs; what else a change entails is noted on the operation's desk."""

    def __init__(self, sql: Statements, figures: FigureTable) -> None:
        self._sql = sql
        self._figures = figures

    def find(self, db: Connection, statement: str, *parameters: object) -> Job | None:
        """The first job that the statement finds."""
        row = db.execute(self._sql[statement], parameters).fetchone()
        return None if row is None else job_from(row)

    def known(self, db: Connection, job_id: str) -> tuple[int, Job]:
        """The job and its row number; raises `TaskNotFoundError`."""
        row = db.execute(self._sql["job_by_id"], (job_id,)).fetchone()
        if row is None:
            raise TaskNotFoundError(job_id)
        return row[-1], job_from(row)

    def insert(self, db: Connection, desk: Desk, jobs: Sequence[Job]) -> list[Job]:
        """Add new jobs, each in its place."""
        placed = [desk.places.moved(None, job) for job in jobs]
        first = desk.standing.last_seq + 1
        rows = [job_row(seq, job) for seq, job in enumerate(placed, first)]
        texts = [(seq, job.payload, job.result) for seq, job in enumerate(placed, first)]
        db.executemany(self._sql["job_insert"], rows)
        db.executemany(self._sql["body_insert"], texts)
        for job in placed:
            desk.came(job)
        return placed

    def save(
        self, db: Connection, desk: Desk, seq: int, before: Job, after: Job, now: float
    ) -> Job:
        """Write the job as it is after something happened to it; its deliveries follow its end."""
        job = self._write(db, desk, seq, before, desk.places.moved(before, after))
        if job.state in FINISHED and before.state not in FINISHED:
            db.execute(self._sql["deliveries_come_due"], (now, json.dumps([seq])))
            self._figures.observe(db, ended(job), now)
        return job

    def _write(self, db: Connection, desk: Desk, seq: int, before: Job, job: Job) -> Job:
        db.execute(self._sql["job_save"], saved_row(seq, job))
        texts = saved_texts(job)
        if texts != saved_texts(before):
            db.execute(self._sql["body_save"], (*texts, seq))
        desk.changed(before, job)
        return job

    def unpark(self, db: Connection, desk: Desk, now: float) -> None:
        """Give what became free to those who are parked there."""
        if not desk.standing.parked:
            return
        seqs: dict[str, int] = {}

        def best(slot: str, n: int) -> list[Job]:
            rows = db.execute(self._sql["jobs_parked"], (slot, n)).fetchall()
            seqs.update((row[0], row[-1]) for row in rows)
            return [job_from(row) for row in rows]

        for before, job in desk.places.unparked(best, now):
            self._write(db, desk, seqs[job.id], before, job)

    def place_anew(self, db: Connection, desk: Desk, now: float, *, ready_too: bool) -> None:
        """Put every parked job where the bounds, which were changed, now put it."""
        rows = db.execute(self._sql["jobs_parked_all"]).fetchall()
        if ready_too:
            rows += db.execute(self._sql["jobs_ready_all"])
        seqs = {row[0]: row[-1] for row in rows}
        for before, job in desk.places.replaced(map(job_from, rows), now):
            self._write(db, desk, seqs[job.id], before, job)

    def by_seq(self, db: Connection, seqs: Sequence[int]) -> list[Job | None]:
        """The jobs of these numbers, in that order; None where there is none any more."""
        rows = {row[-1]: row for row in db.execute(self._sql["jobs_by_seq"], (json.dumps(seqs),))}
        return [job_from(rows[seq]) if seq in rows else None for seq in seqs]

    def waiting(self, db: Connection, now: float, after_s: float) -> list[tuple[int, Job]]:
        """Those that may age, with their numbers: who has waited `after_s` of the first thousand
        ready ones of each lane below HIGH, and of who is first in each lane of each slot, of a
        thousand of these.
        """
        rows = db.execute(self._sql["jobs_parked_first"], (now, after_s)).fetchall()
        for lane in db.execute(self._sql["lanes_ready"], (-Priority.HIGH,)).fetchall():
            rows += db.execute(self._sql["jobs_in_lane"], (*lane, now, after_s))
        return [(row[-1], job_from(row)) for row in rows]
