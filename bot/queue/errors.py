"""Every way in which the queue says no."""

from enum import StrEnum


class Severity(StrEnum):
    """How loudly a failure is logged: DEBUG, INFO, or ERROR."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class QueueError(Exception):
    """Base of all errors that the queue itself raises; its text is a sentence for people."""


class TaskNotFoundError(QueueError):
    """No job has this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"There is no job {job_id}; it may have been removed after its retention.")
        self.job_id = job_id


class InvalidStateTransitionError(QueueError):
    """The job's state does not allow the action; nothing was changed."""

    def __init__(self, state: str, action: str) -> None:
        super().__init__(f"A job that is {state} cannot {action.replace('_', ' ')}.")
        self.state = state
        self.action = action


class QueueFull(QueueError):
    """`max_size` unfinished jobs are waiting already; nothing was enqueued."""

    def __init__(self, size: int) -> None:
        super().__init__(f"The queue is full: {size} jobs are waiting. Please try again later.")
        self.size = size


class UserLimitReached(QueueError):
    """The owner has as many unfinished jobs as one person may have; nothing was enqueued."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"You have {limit} unfinished jobs, which is the most one person may have. "
            "Wait for one to finish or cancel one."
        )
        self.limit = limit


class UnknownJobType(QueueError):
    """No handler is registered under this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no kind of job called {name!r}.")
        self.name = name


class NotInHand(QueueError):
    """The run does not count any more; nothing was changed."""

    def __init__(self, job_id: str) -> None:
        super().__init__(
            f"Job {job_id} is not in hand: its lease ran out, or it was ended already. "
            "Drop what you did for it; if it is not finished, it is handed out again."
        )
        self.job_id = job_id


class StoreError(QueueError):
    """The store could not do what was asked."""


class StoreUnavailable(StoreError):
    """The operation certainly did not happen; it may be tried again."""


class CommitUnknown(StoreError):
    """The commit failed: the operation may or may not have happened."""


class SchemaTooNew(StoreError):
    """The database was written by a newer version; it was not touched."""


class JobError(Exception):
    """Raised by a handler: the attempt failed, for a reason that people can read.

    `retryable=False` gives the job up at once; `retry_after_s` replaces the backoff. The log tells
    administrators the `category`, as loudly as the `severity` says.
    """

    def __init__(
        self,
        message: str,
        *,
        retryable: bool = True,
        category: str = "error",
        severity: Severity = Severity.NORMAL,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.category = category
        self.severity = severity
        self.retry_after_s = retry_after_s


class Snooze(Exception):
    """Raised by a handler: run me again in `delay_s` seconds; no attempt is spent."""

    def __init__(self, delay_s: float) -> None:
        super().__init__(delay_s)
        self.delay_s = delay_s
