"""Runs: jobs are claimed, beat for, ended and taken back. Claims and completions, the most
frequent, are written together.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence

from bot.queue import lifecycle
from bot.queue.figures import Kind, Measure, Observed, waited
from bot.queue.job import Job
from bot.queue.states import State
from bot.queue.store.base import Alive, Beat, BeatAnswer, CancelRequested, Finish, Lost
from bot.queue.store.sqlite.desk import Desk, Held
from bot.queue.store.sqlite.figures import FigureTable
from bot.queue.store.sqlite.jobs import JOBS_IN_A_BITE, JobTable
from bot.queue.store.sqlite.rows import Row, job_from, log_text, one, progress_text
from bot.queue.store.sqlite.statements import Statements

Connection = sqlite3.Connection

MOST_PARAMETERS = 999
"""How many one statement may have in every SQLite (some allow 250,000)."""


class RunTable:
    """Writes what happens to running jobs. `now` is given, so that one operation sees one time."""

    def __init__(self, sql: Statements, jobs: JobTable, figures: FigureTable) -> None:
        self._sql = sql
        self._jobs = jobs
        self._figures = figures

    def claim(
        self, db: Connection, worker: str, wants: Mapping[str, int], now: float, lease_s: float
    ) -> list[Job]:
        """Take the best ready jobs of each queue."""
        ready: list[int] = []
        for queue, n in wants.items():
            ready += [seq for (seq,) in db.execute(self._sql["jobs_ready"], (queue, n))]
        if not ready:
            return []
        claimed = json.dumps(ready)
        db.execute(self._sql["jobs_claim"], (worker, now, now + lease_s, claimed))
        by_seq = {row[-1]: row for row in db.execute(self._sql["jobs_by_seq"], (claimed,))}
        jobs = [job_from(by_seq[seq]) for seq in ready]
        desk = Desk(db, self._sql)
        desk.turns.claimed(jobs)
        desk.claimed(jobs)
        desk.close()
        self._figures.observe(db, waited(jobs, now), now)
        return jobs

    def beat(
        self, db: Connection, beats: Sequence[Beat], now: float, lease_s: float
    ) -> list[BeatAnswer]:
        """Renew leases and save what changed."""
        return [self._beat(db, beat, now + lease_s) for beat in beats]

    def _beat(self, db: Connection, beat: Beat, lease_until: float) -> BeatAnswer:
        forgiven = beat.checkpoint is not None
        parameters = (lease_until, forgiven, beat.job_id, beat.token)
        found = db.execute(self._sql["job_beat"], parameters).fetchone()
        if found is None:
            return Lost()
        seq, cancel_requested_at = found
        changed = (progress_text(beat.progress), beat.checkpoint, log_text(beat.log))
        if changed != (None, None, None):
            db.execute(self._sql["body_beat"], (*changed, seq))
        if beat.artifacts:
            files = [(beat.job_id, file.name, file.data) for file in beat.artifacts]
            db.executemany(self._sql["artifact_set"], files)
            db.execute(self._sql["job_attached"], (beat.job_id,))
        if cancel_requested_at is None:
            return Alive()
        return CancelRequested(one(db, self._sql["body_error"], (seq,)) or "")

    def finish(self, db: Connection, finishes: Sequence[Finish], now: float) -> list[State | None]:
        """End runs whose token still counts; completions, the most frequent, go together."""
        desk = Desk(db, self._sql)
        states: list[State | None] = []
        completed: dict[int, tuple[Finish, Held]] = {}
        rows = self._held(db, [finish.job_id for finish in finishes])
        for finish in finishes:
            row = rows.pop((finish.job_id, finish.token), None)  # each run ends once
            if row is None:
                states.append(None)
            elif isinstance(finish.outcome, lifecycle.Complete):
                held = Held(*row)
                completed[held.seq] = finish, held
                states.append(State.COMPLETED)
            else:
                states.append(self._settle(db, desk, finish, now).state)
        if completed:
            self._complete(db, desk, completed, now)
        self._jobs.unpark(db, desk, now)
        desk.close()
        return states

    def _held(self, db: Connection, ids: Sequence[str]) -> dict[Row, Row]:
        """What is known of those that run, by id and token."""
        rows: dict[Row, Row] = {}
        for at in range(0, len(ids), MOST_PARAMETERS):
            some = ids[at : at + MOST_PARAMETERS]
            sql = self._sql["jobs_held"].replace("/*ids*/", ", ".join("?" * len(some)))
            rows.update((row[:2], row[2:]) for row in db.execute(sql, some))
        return rows

    def _complete(
        self, db: Connection, desk: Desk, completed: Mapping[int, tuple[Finish, Held]], now: float
    ) -> None:
        ended = json.dumps(list(completed))
        results = [
            (finish.outcome.result, seq)
            for seq, (finish, _) in completed.items()
            if isinstance(finish.outcome, lifecycle.Complete)
        ]
        db.execute(self._sql["jobs_complete"], (now, ended))
        db.executemany(self._sql["body_complete"], results)
        db.execute(self._sql["deliveries_come_due"], (now, ended))
        desk.completed([held for _, held in completed.values()])
        known = [
            (held.cache_key, finish.job_id, now + held.cache_ttl_s, now)
            for finish, held in completed.values()
            if held.cache_key is not None and held.cache_ttl_s
        ]
        if known:
            db.executemany(self._sql["cached_set"], known)
        ran: dict[Kind, list[float]] = defaultdict(list)
        for _, held in completed.values():
            ran[Kind(held.queue, held.type)].append(now - held.began)
        self._figures.observe(db, Observed(Measure.RAN, ran), now)

    def _settle(self, db: Connection, desk: Desk, finish: Finish, now: float) -> Job:
        seq, job = self._jobs.known(db, finish.job_id)
        after = lifecycle.settled(job, finish.outcome, now)
        return self._jobs.save(db, desk, seq, job, after, now)

    def reap(self, db: Connection, dead: Sequence[str], now: float, max_losses: int) -> list[Job]:
        """Take back what dead workers and expired leases held, a bite of it."""
        desk = Desk(db, self._sql)
        taken_back = []
        parameters = (now, json.dumps(dead), JOBS_IN_A_BITE)
        for row in db.execute(self._sql["jobs_lost"], parameters).fetchall():
            job = job_from(row)
            after = lifecycle.lost(job, now, max_losses)
            taken_back.append(self._jobs.save(db, desk, row[-1], job, after, now))
        self._jobs.unpark(db, desk, now)
        desk.close()
        return taken_back
