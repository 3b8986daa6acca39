"""What happens to a job, as pure functions from one job to the next; stores save the answer."""

from dataclasses import dataclass

from bot.queue.job import ERRORS_KEPT, Failure, Job
from bot.queue.sentences import sentence
from bot.queue.states import Action, next_state


@dataclass(frozen=True, slots=True)
class Complete:
    """The run succeeded; `result` is a JSON text."""

    result: str


@dataclass(frozen=True, slots=True)
class Fail:
    """The run failed and may be tried again at `retry_at` (unix seconds)."""

    error: str
    retry_at: float


@dataclass(frozen=True, slots=True)
class Discard:
    """The job is given up, for a reason that people can read."""

    error: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """The run was stopped because someone asked for it."""

    reason: str


@dataclass(frozen=True, slots=True)
class SnoozeUntil:
    """The run asks to be repeated later; its attempt is given back."""

    at: float


@dataclass(frozen=True, slots=True)
class HandBack:
    """The worker stops; its attempt is given back."""


Outcome = Complete | Fail | Discard | Cancel | SnoozeUntil | HandBack


def claimed(job: Job, worker: str, now: float, lease_s: float) -> Job:
    """The job in the hands of `worker`, under a token that no earlier claim had."""
    return job._replace(
        state=next_state(job.state, Action.CLAIM),
        worker=worker,
        token=job.token + 1,
        attempt=job.attempt + 1,
        started_at=now,
        lease_until=now + lease_s,
    )


def settled(job: Job, outcome: Outcome, now: float) -> Job:
    """The job after its run. A requested cancellation wins over another try, not over a result."""
    match outcome:
        case Complete(result):
            return finished(job, Action.COMPLETE, now, None, result)
        case Cancel(reason):
            return finished(job, Action.CANCEL, now, reason)
        case Discard(error):
            return finished(failed(job, error, now), Action.DISCARD, now, error)
        case _ if job.cancel_requested_at is not None:
            return finished(job, Action.CANCEL, now, job.error)
        case Fail(error, retry_at):
            job = failed(job, error, now)._replace(error=error, run_at=retry_at)
            return _released(job, Action.FAIL)
        case SnoozeUntil(at):
            return _released(job._replace(attempt=job.attempt - 1, run_at=at), Action.SNOOZE)
        case HandBack():
            return _released(job._replace(attempt=job.attempt - 1, run_at=now), Action.HAND_BACK)


def lost(job: Job, now: float, max_losses: int) -> Job:
    """The job after its worker died: it runs again, attempt unspent, unless it kills workers."""
    losses = job.losses + 1
    unspent = job._replace(losses=losses, attempt=job.attempt - 1)
    if job.cancel_requested_at is not None:
        return finished(unspent, Action.CANCEL, now, job.error)
    if losses >= max_losses:
        error = sentence("end-lost", times=losses)
        errors = failed(job, error, now).errors
        return finished(unspent._replace(errors=errors), Action.DISCARD, now, error)
    return _released(unspent._replace(run_at=now), Action.LOSE)


def promoted(job: Job) -> Job:
    """The job whose time has come."""
    return job._replace(state=next_state(job.state, Action.PROMOTE))


def failed(job: Job, error: str, now: float) -> Job:
    """The job with one more failed attempt to remember."""
    failure = Failure(job.attempt, now, error)
    return job._replace(errors=(*job.errors, failure)[-ERRORS_KEPT:])


def finished(
    job: Job, action: Action, now: float, error: str | None, result: str | None = None
) -> Job:
    """The job at its end."""
    return job._replace(
        state=next_state(job.state, action),
        finished_at=now,
        lease_until=None,
        worker=None,
        error=error,
        result=result,
    )


def _released(job: Job, action: Action) -> Job:
    return job._replace(state=next_state(job.state, action), lease_until=None, worker=None)
