"""What follows a failed attempt: another try after a backoff, or the end. Pure but for the dice."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from bot.queue.errors import JobError, QueueError
from bot.queue.job import Job
from bot.queue.lifecycle import Discard, Fail
from bot.queue.sentences import sentence
from bot.queue.store.texts import storable

LONGEST_DELAY_S = 366 * 86_400.0
"""A year: who asks for a later try means none, and a job that waits for ever is never told of."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with full jitter, in seconds."""

    base_s: float = 5
    multiplier: float = 2
    cap_s: float = 3600

    def ceiling_s(self, attempt: int) -> float:
        """The longest wait after this attempt (the first is 1)."""
        return min(self.cap_s, self.base_s * self.multiplier ** min(attempt - 1, 64))


def after_failure(
    job: Job,
    error: BaseException,
    policy: RetryPolicy,
    now: float,
    dice: Callable[[], float] = random.random,
) -> Fail | Discard:
    """The outcome of an attempt that raised `error`; `dice` answers within 0 and 1."""
    why = sentence_of(error)
    known = error if isinstance(error, JobError) else None
    if (known is not None and not known.retryable) or job.attempt >= job.max_attempts:
        return Discard(why)
    if known is not None and known.retry_after_s is not None:
        return Fail(why, after(now, known.retry_after_s))
    return Fail(why, now + dice() * policy.ceiling_s(job.attempt))


def after(now: float, delay_s: float) -> float:
    """The time `delay_s` from now; never earlier, also where the delay is no number, nor later than
    `LONGEST_DELAY_S`, also where it is infinite.
    """
    return now + max(0.0, min(delay_s, LONGEST_DELAY_S))


def together(at: float) -> float:
    """The time to the next hundredth of a second: jobs that wait for one moment are ready at once,
    and so in the order of the line, though each has reckoned it a little differently.
    """
    return math.ceil(at * 100) / 100


def sentence_of(error: BaseException) -> str:
    """What people are told; the details of an unforeseen fault stay in the log."""
    if isinstance(error, JobError | QueueError):
        return storable(str(error))
    return sentence("end-unforeseen", fault=type(error).__name__)
