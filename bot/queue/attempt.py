"""One attempt at a job: its handler runs under a deadline, and whatever happens is an outcome."""

import asyncio
import logging
from dataclasses import dataclass

from bot.queue.errors import JobError, Snooze
from bot.queue.handlers import JobContext, Registry
from bot.queue.job import Clock, Job
from bot.queue.lifecycle import Complete, Outcome, SnoozeUntil
from bot.queue.retry import RetryPolicy, after, after_failure

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempts:
    """What every attempt needs."""

    registry: Registry
    policy: RetryPolicy
    clock: Clock

    async def run(self, job: Job, context: JobContext) -> Outcome:
        """Run the handler; raises nothing but the cancellation of this attempt."""
        deadline = asyncio.timeout(job.timeout_s)
        try:
            job_type = self.registry[job.type]
            async with deadline:
                result = await job_type.run(context, job_type.request(job))
            return Complete(result.model_dump_json())
        except Snooze as snooze:
            return SnoozeUntil(after(self.clock(), snooze.delay_s))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a handler's exit is not the bot's
            return self.failed(job, _late(job) if deadline.expired() else error)

    def failed(self, job: Job, error: BaseException) -> Outcome:
        """What follows an attempt that raised `error`, which is logged here and nowhere else."""
        if isinstance(error, JobError):
            logger.info("attempt %d failed: %s", job.attempt, error, extra={"job": job.id})
        else:
            logger.error("attempt %d failed", job.attempt, exc_info=error, extra={"job": job.id})
        return after_failure(job, error, self.policy, self.clock())


def _late(job: Job) -> JobError:
    return JobError(f"It took longer than {job.timeout_s:g} seconds.", category="timeout")
