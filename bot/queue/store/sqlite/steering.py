"""Steering: due and aged jobs move on, people act on jobs; bounds, weights and pauses are set."""

import sqlite3
from collections import Counter
from collections.abc import Callable

from bot.queue import lifecycle
from bot.queue.controls import CancelJob, Control, controlled
from bot.queue.deliveries import LEFT
from bot.queue.job import Job
from bot.queue.slots import Bounds
from bot.queue.states import FINISHED
from bot.queue.store.base import (
    PauseQueue,
    Policies,
    Policy,
    ResumeQueue,
    SetBounds,
    SetWeight,
)
from bot.queue.store.sqlite.desk import Desk, bound_rows, standing
from bot.queue.store.sqlite.jobs import JobTable
from bot.queue.store.sqlite.outbox import DeliveryTable
from bot.queue.store.sqlite.rows import job_from, one
from bot.queue.store.sqlite.statements import Statements
from bot.queue.turns import lifted

Connection = sqlite3.Connection


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
        """Make due jobs ready, at most a thousand a call; when to call again."""
        now = self._clock()
        desk = Desk(db, self._sql)
        for row in db.execute(self._sql["jobs_due"], (now,)).fetchall():
            job = job_from(row)
            self._jobs.save(db, desk, row[-1], job, lifecycle.promoted(job), now)
        desk.close()
        following: float | None = one(db, self._sql["jobs_next_due"])
        return following

    def age(self, db: Connection, after_s: float, every_s: float) -> int:
        """Lift who has waited too long."""
        now = self._clock()
        last = one(db, self._sql["fact"], ("aged_at",))
        if last is not None and 0 <= now - last < every_s:
            return 0
        db.execute(self._sql["fact_set"], ("aged_at", now))
        desk = Desk(db, self._sql)
        waiting = {job.id: (seq, job) for seq, job in self._jobs.waiting(db, now, after_s)}
        risen = lifted((job for _, job in waiting.values()), now, after_s)
        for job in risen:
            self._jobs.save(db, desk, *waiting[job.id], job, now)
        desk.close()
        return len(risen)

    def control(self, db: Connection, job_id: str, control: Control) -> Job:
        """Do what is asked of a job."""
        now = self._clock()
        seq, before = self._jobs.known(db, job_id)
        if isinstance(control, CancelJob) and self._leaves(db, before, control.by):
            return before
        after = controlled(before, control, now)
        desk = Desk(db, self._sql)
        job = self._jobs.save(db, desk, seq, before, after, now)
        if before.state in FINISHED:
            db.execute(self._sql["deliveries_told_anew"], (job_id, LEFT))
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
