"""How a job goes on when its provider does not do what it was asked."""

from bot.providers.breaker import Resting
from bot.providers.errors import ProviderError
from bot.queue.errors import JobError, Snooze
from bot.queue.job import Job

PATIENCE_S = 3600.0
"""How long a job waits for a provider that is left alone: what comes even later would surprise
more than it helps. Then its attempts are spent on it: all of them, for it may have been brought
back.
"""


def failed(error: ProviderError, more: str = "") -> JobError:
    """The attempt failed, for the provider's reason; `more` may say what else there is to it."""
    return JobError(
        f"{error} {more}".rstrip(),
        retryable=error.retryable,
        category=error.category,
        retry_after_s=error.retry_after_s,
    )


def later(job: Job, resting: Resting) -> JobError | Snooze:
    """The job waits until the provider is asked again, though not for ever."""
    if (job.started_at or job.created_at) - job.created_at > PATIENCE_S:
        return failed(resting)
    return Snooze(resting.retry_after_s or 0)
