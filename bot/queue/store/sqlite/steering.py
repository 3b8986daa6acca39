"""Steering: due and aged jobs move on, people act on jobs; bounds, weights and pauses are set."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from bot.queue import lifecycle
from bot.queue.controls import CancelJob, Control, controlled
from bot.queue.deliveries import OVER_FOR_GOOD
from bot.queue.job import Job
from bot.queue.slots import Bounds
from bot.queue.states import FINISHED, State
from bot.queue.store.admission import refuse_return
from bot.queue.store.base import (
    Limits,
    PauseQueue,
    Policies,
    Policy,
    ResumeQueue,
    SetBounds,
    SetWeight,
)
from bot.queue.store.sqlite.desk import Desk, bound_rows, standing
from bot.queue.store.sqlite.jobs import JOBS_IN_A_BITE, JobTable
from bot.queue.store.sqlite.outbox import DeliveryTable
from bot.queue.store.sqlite.rows import job_from, one
from bot.queue.store.sqlite.statements import Statements
from bot.queue.turns import lifted

Connection = sqlite3.Connection


class Old(NamedTuple):
    """A job that has waited too long, its row number, and what waiting shall have added."""

    seq: int
    job: Job
    lifted: int


class Steering:
    """Each method is one operation inside a transaction of somebody else's."""

    def __init__(
        self, sql: Statements, jobs: JobTable, outbox: DeliveryTable, clock: Callable[[], float]
    ) -> None:
        self._sql = sql
        self._jobs = jobs
        self._outbox = outbox
        self._clock = clock

    def promote(self, db: Connection) -> float | None:
        """Make due jobs ready, a bite of them; when to call again."""
        now = self._clock()
        desk = Desk(db, self._sql)
        for row in db.execute(self._sql["jobs_due"], (now, JOBS_IN_A_BITE)).fetchall():
            job = job_from(row)
            self._jobs.save(db, desk, row[-1], job, lifecycle.promoted(job), now)
        desk.close()
        following: float | None = one(db, self._sql["jobs_next_due"])
        return following

    def begin_ageing(self, db: Connection, every_s: float) -> bool:
        """Whether it is time again, for this process alone."""
        now = self._clock()
        last = one(db, self._sql["fact"], ("aged_at",))
        if last is not None and 0 <= now - last < every_s:
            return False
        db.execute(self._sql["fact_set"], ("aged_at", now))
        return True

    def old(self, db: Connection, after_s: float) -> list[Old]:
        """Who has waited too long, as they should be; only reads."""
        now = self._clock()
        waiting = {job.id: (seq, job) for seq, job in self._jobs.waiting(db, now, after_s)}
        risen = lifted((job for _, job in waiting.values()), now, after_s)
        return [Old(*waiting[job.id], job.lifted) for job in risen]

    def lift(self, db: Connection, some: Sequence[Old]) -> int:
        """Lift a bite of them, but for those that were moved since; how many rose."""
        now = self._clock()
        desk = Desk(db, self._sql)
        unmoved = [
            (old, job)
            for old, job in zip(some, self._jobs.by_seq(db, [old.seq for old in some]), strict=True)
            if job is not None and _waits(job) == _waits(old.job)
        ]
        for old, job in unmoved:
            self._jobs.save(db, desk, old.seq, job, job._replace(lifted=old.lifted), now)
        desk.close()
        return len(unmoved)

    def control(self, db: Connection, job_id: str, control: Control, limits: Limits) -> Job:
        """Do what is asked of a job."""
        now = self._clock()
        seq, before = self._jobs.known(db, job_id)
        if isinstance(control, CancelJob) and self._leaves(db, before, control.by):
            return before
        after = controlled(before, control, now)
        desk = Desk(db, self._sql)
        if before.state in FINISHED:
            refuse_return(desk, after, limits)
        job = self._jobs.save(db, desk, seq, before, after, now)
        if before.state in FINISHED:
            db.execute(self._sql["deliveries_told_anew"], (job_id, *OVER_FOR_GOOD))
        if job.attached != before.attached:  # what was attached was of other work
            db.execute(self._sql["artifacts_remove"], (json.dumps([seq]),))
            db.execute(self._sql["job_attached"], (job_id,))
        self._jobs.unpark(db, desk, now)
        desk.close()
        return job

    def _leaves(self, db: Connection, job: Job, person: int | None) -> bool:
        """Whether only this person leaves, because others wait for the job too."""
        if person is None or job.finished_at is not None:
            return False
        if one(db, self._sql["subscribers_others"], (job.id, person)) is None:
            return False
        db.execute(self._sql["subscriber_leave"], (job.id, person))
        self._outbox.leave(db, job.id, person)
        return True

    def policy(self, db: Connection, change: Policy) -> None:
        """Set something for all processes."""
        match change:
            case SetBounds():
                self._set_bounds(db, change)
            case SetWeight(owner, weight):
                db.execute(self._sql["weight_set"], (owner, weight))
            case PauseQueue(queue):
                db.execute(self._sql["queue_pause"], (queue,))
            case ResumeQueue(queue):
                db.execute(self._sql["queue_resume"], (queue,))

    def _set_bounds(self, db: Connection, change: SetBounds) -> None:
        """Bounds that changed: slots are counted anew, and what waits is placed anew."""
        before = standing(db, self._sql).bounds
        bounds = change.over(before)
        if bounds == before:
            return
        for statement in ("bounds_forget", "slots_forget"):
            db.execute(self._sql[statement])
        db.executemany(self._sql["bound_set"], bound_rows(bounds))
        desk = Desk(db, self._sql)
        ready_too = not self._ready_fits(db, desk, bounds)
        self._jobs.place_anew(db, desk, self._clock(), ready_too=ready_too)
        desk.close()

    def _ready_fits(self, db: Connection, desk: Desk, bounds: Bounds) -> bool:
        """Count the slots of what runs, and of what is ready if there is room for all of it."""
        used, sizes = desk.slots.used, dict[str, int]()
        ready = Counter[str]()
        for is_ready, *who, n in db.execute(self._sql["slots_recount"]).fetchall():
            for name, size in bounds.slots(*who):
                used.add(name, n)
                ready[name] += n * is_ready
                sizes[name] = min(size, sizes.get(name, size))
        if all(used[name] <= size for name, size in sizes.items()):
            return True
        for name, n in ready.items():
            used.add(name, -n)
        return False

    def policies(self, db: Connection) -> Policies:
        """All that is set."""
        now = standing(db, self._sql)
        return Policies(
            now.bounds,
            now.weights,
            frozenset(queue for (queue,) in db.execute(self._sql["paused"])),
        )


def _waits(job: Job) -> tuple[str, State, int, int, float]:
    """Which job waits where, and since when: while that is the same, nothing happened to it."""
    return job.id, job.state, job.priority, job.lifted, job.run_at
