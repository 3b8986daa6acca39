"""Each step of each job is a line in the log, with whose job it is and how long it took."""

import logging
from types import MappingProxyType

from bot.queue.events import Event, EventName, Events
from bot.queue.job import Job

logger = logging.getLogger(__name__)

LEVELS = MappingProxyType(
    {
        EventName.JOB_ENQUEUED: logging.DEBUG,
        EventName.JOB_STARTED: logging.DEBUG,
        EventName.JOB_RETRY: logging.INFO,
        EventName.JOB_COMPLETED: logging.INFO,
        EventName.JOB_CANCELLED: logging.INFO,
        EventName.JOB_FAILED: logging.WARNING,
    }
)
"""What is told, and how loud; the rest is told where it happens, or is no news."""


def log_jobs(events: Events) -> None:
    """Log the steps of all jobs from now on; never what they ask or answer."""
    events.subscribe(_log)


def _log(event: Event) -> None:
    if event.job is None or event.name not in LEVELS:
        return
    logger.log(LEVELS[event.name], event.name.replace("_", " "), extra=_about(event.job))


def _about(job: Job) -> dict[str, object]:
    """Whose it is; seconds that it waited for its run, and ran."""
    values = {
        "job": job.id,
        "kind": job.type,
        "user": job.owner,
        "guild": job.guild,
        "attempt": job.attempt or None,
        "waited_s": _between(job.run_at or job.created_at, job.started_at),
        "ran_s": _between(job.started_at, job.finished_at),
    }
    return {name: value for name, value in values.items() if value is not None}


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else round(max(0.0, end - start), 3)
