"""The jobs' tables: each method is one operation inside a transaction of somebody else's."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.queue import lifecycle
from bot.queue.errors import QueueFull, TaskNotFoundError, UserLimitReached
from bot.queue.figures import Kind, Measure, Observed, ended, waited
from bot.queue.job import Job
from bot.queue.retention import Retention
from bot.queue.states import FINISHED, State
from bot.queue.store.admission import admitted
from bot.queue.store.base import (
    Alive,
    Beat,
    BeatAnswer,
    CancelRequested,
    Enqueued,
    Finish,
    Group,
    Limits,
    Lost,
)
from bot.queue.store.sqlite.figures import FigureTable
from bot.queue.store.sqlite.rows import (
    Row,
    job_from,
    job_row,
    log_text,
    one,
    progress_text,
    saved_row,
)
from bot.queue.store.sqlite.statements import Statements
from bot.queue.turns import NOBODY, TURN, takes_turn

Connection = sqlite3.Connection
Counts = Counter[Group]


class JobTable:
    """Writes jobs. `now` is given to each call, so that one operation sees one time."""

    def __init__(self, sql: Statements, figures: FigureTable) -> None:
        self._sql = sql
        self._figures = figures

    def enqueue(self, db: Connection, jobs: Sequence[Job], limits: Limits) -> list[Enqueued]:
        """Insert the jobs whose key is new, all or none."""
        answers = admitted(jobs, lambda key: self._by_key(db, key))
        new = [answer.job for answer in answers if answer.created]
        if not new:
            return answers
        self._check(db, new, limits)
        ranked = [self._ranked(db, None, job) for job in new]
        self._insert(db, ranked)
        stored = {job.id: job for job in ranked}
        return [replace(answer, job=stored.get(answer.job.id, answer.job)) for answer in answers]

    def _ranked(self, db: Connection, before: State | None, job: Job) -> Job:
        if not takes_turn(before, job.state):
            return job
        turn = (job.queue, -job.priority, job.owner or NOBODY, TURN)
        return replace(job, rank=one(db, self._sql["turn_take"], turn))

    def _by_key(self, db: Connection, key: str) -> Job | None:
        row = db.execute(self._sql["job_by_key"], (key,)).fetchone()
        return None if row is None else job_from(row)

    def _check(self, db: Connection, jobs: Iterable[Job], limits: Limits) -> None:
        owners = Counter(job.owner for job in jobs)
        if limits.max_size is not None:
            waiting = one(db, self._sql["counter_waiting"])
            if waiting + owners.total() > limits.max_size:
                raise QueueFull(waiting)
        most = limits.max_active_per_owner
        if most is None:
            return
        for owner, more in owners.items():
            if (
                owner is not None
                and one(db, self._sql["owner_active"], (owner, most)) + more > most
            ):
                raise UserLimitReached(most)

    def _insert(self, db: Connection, jobs: list[Job]) -> None:
        for job in jobs:
            seq = db.execute(self._sql["job_insert"], job_row(job)).lastrowid
            db.execute(self._sql["body_insert"], (seq, job.payload))
        self._count(db, Counter(_group(job) for job in jobs))

    def _count(self, db: Connection, change: Counts) -> None:
        rows = [(*group, n) for group, n in change.items() if n]
        db.executemany(self._sql["counter_add"], rows)

    def claim(
        self, db: Connection, worker: str, wants: Mapping[str, int], now: float, lease_s: float
    ) -> list[Job]:
        """Take the best ready jobs of each queue."""
        rows: list[Any] = []
        for queue, n in wants.items():
            rows += db.execute(self._sql["jobs_ready"], (queue, n)).fetchall()
        if not rows:
            return []
        claimed = json.dumps([row[-1] for row in rows])
        db.execute(self._sql["jobs_claim"], (worker, now, now + lease_s, claimed))
        jobs = [lifecycle.claimed(job_from(row), worker, now, lease_s) for row in rows]
        self._move_lanes(db, jobs)
        self._count(db, _moved(Counter(_group(job) for job in jobs), State.PENDING))
        self._figures.observe(db, waited(jobs, now), now)
        return jobs

    def _move_lanes(self, db: Connection, claimed: Sequence[Job]) -> None:
        highest = {(job.queue, -job.priority): job.rank for job in claimed}  # they are in order
        rows = [(*lane, rank) for lane, rank in highest.items()]
        db.executemany(self._sql["lane_move"], rows)

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
        if cancel_requested_at is None:
            return Alive()
        return CancelRequested(one(db, self._sql["body_error"], (seq,)) or "")

    def finish(self, db: Connection, finishes: Sequence[Finish], now: float) -> list[State | None]:
        """End runs whose token still counts; completions, the most frequent, go together."""
        states: list[State | None] = []
        completed: dict[int, tuple[str, Group, float]] = {}
        for finish in finishes:
            key = (finish.job_id, finish.token)
            held = db.execute(self._sql["job_held"], key).fetchone()
            if held is None or held[0] in completed:
                states.append(None)
            elif isinstance(finish.outcome, lifecycle.Complete):
                seq, queue, kind, lane, began = held
                group = Group(queue, kind, -lane, State.COMPLETED)
                completed[seq] = (finish.outcome.result, group, began)
                states.append(State.COMPLETED)
            else:
                states.append(self._settle(db, finish, now).state)
        if completed:
            self._complete(db, completed, now)
        return states

    def _complete(
        self, db: Connection, completed: Mapping[int, tuple[str, Group, float]], now: float
    ) -> None:
        """End the runs of these rows, each with its result, where it counts, and when it began."""
        ended = json.dumps(list(completed))
        db.execute(self._sql["jobs_complete"], (now, ended))
        db.executemany(
            self._sql["body_complete"],
            [(result, seq) for seq, (result, _, _) in completed.items()],
        )
        db.execute(self._sql["deliveries_come_due"], (now, ended))
        done = Counter(group for _, group, _ in completed.values())
        self._count(db, _moved(done, State.PROCESSING))
        ran: dict[Kind, list[float]] = defaultdict(list)
        for _, group, began in completed.values():
            ran[Kind(group.queue, group.type)].append(now - began)
        self._figures.observe(db, Observed(Measure.RAN, ran), now)

    def _settle(self, db: Connection, finish: Finish, now: float) -> Job:
        seq, job = self._known(db, finish.job_id)
        return self._save(db, seq, job, lifecycle.settled(job, finish.outcome, now), now)

    def _known(self, db: Connection, job_id: str) -> tuple[int, Job]:
        row = db.execute(self._sql["job_by_id"], (job_id,)).fetchone()
        if row is None:
            raise TaskNotFoundError(job_id)
        return row[-1], job_from(row)

    def _save(self, db: Connection, seq: int, before: Job, job: Job, now: float) -> Job:
        job = self._ranked(db, before.state, job)
        db.execute(self._sql["job_save"], saved_row(seq, job))
        db.execute(self._sql["body_save"], (job.result, job.error, seq))
        change = Counter([_group(job)])
        change[_group(before)] -= 1
        self._count(db, change)
        if job.state in FINISHED:
            db.execute(self._sql["deliveries_come_due"], (now, json.dumps([seq])))
            self._figures.observe(db, ended(job), now)
        return job

    def promote(self, db: Connection, now: float) -> float | None:
        """Make due jobs ready, at most a thousand a call; when to call again."""
        for row in db.execute(self._sql["jobs_due"], (now,)).fetchall():
            job = job_from(row)
            self._save(db, row[-1], job, lifecycle.promoted(job), now)
        following: float | None = one(db, self._sql["jobs_next_due"])
        return following

    def reap(self, db: Connection, dead: Sequence[str], now: float, max_losses: int) -> list[Job]:
        """Take back what dead workers and expired leases held."""
        rows = db.execute(self._sql["jobs_lost"], (now, json.dumps(dead))).fetchall()
        return [self._lose(db, row, now, max_losses) for row in rows]

    def _lose(self, db: Connection, row: Any, now: float, max_losses: int) -> Job:
        job = job_from(row)
        return self._save(db, row[-1], job, lifecycle.lost(job, now, max_losses), now)

    def purge(self, db: Connection, retention: Retention, limit: int, now: float) -> int:
        """Remove finished jobs past their keeping; their pages go back to the file system."""
        excess = one(db, self._sql["counter_finished"]) - retention.most
        oldest = db.execute(self._sql["jobs_oldest"], (max(0, min(excess, limit)),)).fetchall()
        before = (now - retention.completed_s, now - retention.failed_s)
        stale = db.execute(self._sql["jobs_stale"], (*before, limit)).fetchall()
        gone = list(dict.fromkeys([*oldest, *stale]))[:limit]
        if gone:
            self._remove(db, gone)
        self._figures.forget(db, now)
        return len(gone)

    def _remove(self, db: Connection, gone: Sequence[Row]) -> None:
        rows = json.dumps([seq for seq, *_ in gone])
        for statement in ("deliveries_remove", "bodies_remove", "jobs_remove"):
            db.execute(self._sql[statement], (rows,))
        removed: Counts = Counter()
        for _, queue, kind, lane, state in gone:
            removed[Group(queue, kind, -lane, State(state))] -= 1
        self._count(db, removed)

    def cancel(self, db: Connection, job_id: str, reason: str, now: float) -> Job:
        """Cancel a waiting job, or mark a running one."""
        seq, job = self._known(db, job_id)
        return self._save(db, seq, job, lifecycle.cancelled(job, reason, now), now)

    def retry(self, db: Connection, job_id: str, now: float) -> Job:
        """Make a job ready again."""
        seq, job = self._known(db, job_id)
        db.execute(self._sql["deliveries_told_anew"], (job_id,))
        return self._save(db, seq, job, lifecycle.retried(job, now), now)


def _group(job: Job) -> Group:
    return Group(job.queue, job.type, job.priority, job.state)


def _moved(arrived: Counts, before: State) -> Counts:
    """The change when so many jobs came to each group from the same in the state `before`."""
    change = Counter(arrived)
    for group, n in arrived.items():
        change[group._replace(state=before)] -= n
    return change
