"""One attempt at a job: its handler runs, and whatever it does is an outcome."""

import logging
from dataclasses import dataclass
from types import MappingProxyType

from bot.queue.errors import JobError, Severity, Snooze
from bot.queue.handlers import JobContext, Registry
from bot.queue.job import Clock, Job
from bot.queue.lifecycle import Complete, Outcome, SnoozeUntil
from bot.queue.retry import RetryPolicy, after, after_failure

logger = logging.getLogger(__name__)

_LEVELS = MappingProxyType(
    {
        Severity.LOW: logging.DEBUG,
        Severity.NORMAL: logging.INFO,
        Severity.HIGH: logging.ERROR,
    }
)


@dataclass(frozen=True, slots=True)
class Attempts:
    """What every attempt needs."""

    registry: Registry
    policy: RetryPolicy
    clock: Clock

    async def run(self, job: Job, context: JobContext) -> Outcome:
        """Run the handler; raises nothing but the cancellation of this attempt."""
        try:
            job_type = self.registry[job.type]
            result = await job_type.run(context, job_type.request(job))
            return Complete(result.model_dump_json())
        except Snooze as snooze:
            return SnoozeUntil(after(self.clock(), snooze.delay_s))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a handler's exit is not the bot's
            return self.failed(job, error)

    def late(self, job: Job) -> Outcome:
        """What follows an attempt that did not end in its time."""
        sentence = f"It took longer than {job.timeout_s:g} seconds."
        return self.failed(job, JobError(sentence, category="timeout"))

    def failed(self, job: Job, error: BaseException) -> Outcome:
        """What follows an attempt that raised `error`, which is logged here and nowhere else."""
        if isinstance(error, JobError):
            about = {"job": job.id, "category": error.category}
            level = _LEVELS[error.severity]
            logger.log(level, "attempt %d failed: %s", job.attempt, error, extra=about)
        else:
            logger.error("attempt %d failed", job.attempt, exc_info=error, extra={"job": job.id})
        return after_failure(job, error, self.policy, self.clock())
