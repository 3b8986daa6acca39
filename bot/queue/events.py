"""What happens in the queue, told to listeners of this process as it happens."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bot.queue.duty import log_failure
from bot.queue.errors import StoreError
from bot.queue.job import Job
from bot.queue.states import State

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
    QUEUE_EMPTY = "queue_empty"
    """The worker of this process has nothing left to do: all it ran has ended, every end is
    stored, and no job is ready that it may take. Told once each time, and only after it ran
    something; jobs that wait for their time, or in a queue that is paused, do not count."""
    ERROR = "error"
    """Something in the queue went wrong that a person should know, in a sentence: a listener
    failed, a duty was put off, a handler does not stop, an end cannot be stored. While a fault
    lasts it is told with every try, about once a second."""


ENDINGS = frozenset({EventName.JOB_COMPLETED, EventName.JOB_FAILED, EventName.JOB_CANCELLED})
"""After one of these the job's deliveries are due."""


_AFTER_RUN = MappingProxyType(
    {
        State.COMPLETED: EventName.JOB_COMPLETED,
        State.CANCELLED: EventName.JOB_CANCELLED,
        State.DISCARDED: EventName.JOB_FAILED,
    }
)


def after_run(state: State) -> EventName:
    """What is told of a run that left its job in this state."""
    return _AFTER_RUN.get(state, EventName.JOB_RETRY)


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to `job`, which is shown as it is after it; None: to the whole queue.

    `what` is the sentence of an `ERROR`, for administrators.
    """

    name: EventName
    job: Job | None = None
    what: str = ""


Listener = Callable[[Event], None]


class Events:
    """Listeners are called in turn, at once, on the event loop; they must not wait."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def __bool__(self) -> bool:
        return bool(self._listeners)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on, until the answer is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, name: EventName, job: Job | None = None) -> None:
        """Tell all listeners; one that fails is reported and does not disturb the others."""
        self._tell(Event(name, job))

    def failure(self, what: str, error: Exception) -> None:
        """Something did not happen because of `error`: log it and tell it."""
        log_failure(what, error)
        self._tell(Event(EventName.ERROR, what=_sentence(what, error)))

    def trouble(self, what: str, job: Job, error: Exception | None = None) -> None:
        """Something is wrong with the run of this job: log it and tell it."""
        level = logging.WARNING if error is None else logging.ERROR
        logger.log(level, "%s", what, exc_info=error, extra={"job": job.id})
        self._tell(Event(EventName.ERROR, job, what if error is None else _sentence(what, error)))

    def _tell(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception as error:
                logger.exception("a listener failed on %s", event.name, extra=_about(event.job))
                if event.name is not EventName.ERROR:  # whoever fails on errors is only logged
                    what = _sentence(f"a listener failed on {event.name}", error)
                    self._tell(Event(EventName.ERROR, event.job, what))


def _sentence(what: str, error: Exception) -> str:
    why = str(error) if isinstance(error, StoreError) else f"{type(error).__name__}; see the log."
    return f"{what}: {why}"


def _about(job: Job | None) -> dict[str, str]:
    return {} if job is None else {"job": job.id}
