"""What people may ask of a job, as pure functions from one job to the next."""

from dataclasses import dataclass, field

from bot.queue.job import Job, Priority
from bot.queue.lifecycle import finished
from bot.queue.states import FINISHED, Action, State, next_state

LOG_LINES = 100
"""How many of a job's last log lines are kept."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """What is changed when a job runs again; None: it stays. `payload` is a JSON text.

    With another payload it is other work, which needs the slot of its own `limit_key` and begins
    at its beginning, without checkpoint and files: nobody joins it, and its result is for nobody
    else.
    """

    payload: str | None = None
    priority: Priority | None = None
    max_attempts: int | None = None
    timeout_s: float | None = None
    limit_key: str | None = None


@dataclass(frozen=True, slots=True)
class CancelJob:
    """End it: at once if it waits, by its worker if it runs.

    `by` names one of several people who asked for it: then only this one leaves, and the job goes
    on for the others.
    """

    reason: str
    by: int | None = None


@dataclass(frozen=True, slots=True)
class DiscardJob:
    """Give it up now, also while it runs: whatever the run still does counts for nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class RetryJob:
    """Run it now: before its retry is due, or again after it was cancelled or discarded."""

    reason: str = ""
    changes: Overrides = field(default_factory=Overrides)


@dataclass(frozen=True, slots=True)
class ResumeJob:
    """Bring a cancelled or discarded job back, with new attempts or with what is left of them
    (one at least).
    """

    reset_attempts: bool = True
    reason: str = ""
    changes: Overrides = field(default_factory=Overrides)


@dataclass(frozen=True, slots=True)
class Reprioritise:
    """Let it take its turns in another lane; what waiting has added is forgotten."""

    priority: Priority


@dataclass(frozen=True, slots=True)
class Reschedule:
    """Let it wait until `run_at` (unix seconds); what is past means now."""

    run_at: float


Control = CancelJob | DiscardJob | RetryJob | ResumeJob | Reprioritise | Reschedule


def controlled(job: Job, control: Control, now: float) -> Job:
    """The job after what was asked; raises `InvalidStateTransitionError` where it cannot be."""
    match control:
        case CancelJob(reason):
            return _cancelled(job, reason, now)
        case DiscardJob(reason):
            return finished(job, Action.DISCARD, now, reason)
        case RetryJob(reason, changes) if job.state not in FINISHED:
            after = next_state(job.state, Action.RETRY)
            return _changed(job._replace(state=after, run_at=now), reason, changes)
        case RetryJob(reason, changes):
            return _resumed(job, now, reason, changes, reset_attempts=True)
        case ResumeJob(reset_attempts, reason, changes):
            return _resumed(job, now, reason, changes, reset_attempts=reset_attempts)
        case Reprioritise(priority):
            after = next_state(job.state, Action.REPRIORITISE)
            return job._replace(state=after, priority=priority, lifted=0)
        case Reschedule(run_at):
            after = next_state(job.state, Action.RESCHEDULE)
            return job._replace(state=after, run_at=max(now, run_at))


def _cancelled(job: Job, reason: str, now: float) -> Job:
    if job.state is State.PROCESSING:
        return job._replace(cancel_requested_at=job.cancel_requested_at or now, error=reason)
    return finished(job._replace(cancel_requested_at=now), Action.CANCEL, now, reason)


def _resumed(job: Job, now: float, reason: str, changes: Overrides, *, reset_attempts: bool) -> Job:
    job = job._replace(
        state=next_state(job.state, Action.RESUME),
        run_at=now,
        attempt=0 if reset_attempts else job.attempt,
        losses=0,
        lifted=0,
        finished_at=None,
        cancel_requested_at=None,
        error=None,
        result=None,
    )
    return _changed(job, reason, changes)


def _changed(job: Job, reason: str, changes: Overrides) -> Job:
    if changes.payload is not None:
        job = job._replace(
            payload=changes.payload,
            limit_key=changes.limit_key,
            dedup_key=None,
            cache_key=None,
            progress=None,
            checkpoint=None,
            attached=0,
        )
    if changes.priority is not None:
        job = job._replace(priority=changes.priority, lifted=0)
    return job._replace(
        log=(*job.log, reason)[-LOG_LINES:] if reason else job.log,
        max_attempts=job.max_attempts if changes.max_attempts is None else changes.max_attempts,
        timeout_s=job.timeout_s if changes.timeout_s is None else changes.timeout_s,
    )
