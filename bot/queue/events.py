"""What happens in the queue, told to listeners of this process as it happens."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.queue.job import Job

logger = logging.getLogger(__name__)


class EventName(StrEnum):
    """The events, by the names that job queues use."""

    JOB_ENQUEUED = "job_enqueued"
    JOB_STARTED = "job_started"
    JOB_PROGRESS = "job_progress"
    JOB_COMPLETED = "job_completed"
    JOB_FAILED = "job_failed"
    JOB_CANCELLED = "job_cancelled"
    JOB_RETRY = "job_retry"
    QUEUE_FULL = "queue_full"


ENDINGS = frozenset({EventName.JOB_COMPLETED, EventName.JOB_FAILED, EventName.JOB_CANCELLED})
"""After one of these the job's deliveries are due."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to `job`, which is shown as it is after it."""

    name: EventName
    job: Job


Listener = Callable[[Event], None]


class Events:
    """Listeners are called in turn, at once, on the event loop; they must not wait."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def __bool__(self) -> bool:
        return bool(self._listeners)

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` with every event from now on."""
        self._listeners.append(listener)

    def emit(self, name: EventName, job: Job) -> None:
        """Tell all listeners; one that fails is logged and does not disturb the others."""
        for listener in self._listeners:
            try:
                listener(Event(name, job))
            except Exception:
                logger.exception("a listener failed on %s", name, extra={"job": job.id})
