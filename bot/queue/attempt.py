"""One attempt at a job: its handler runs, and whatever it does is an outcome."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.queue.errors import JobError, Severity, Snooze
from bot.queue.handlers import JobContext, Registry
from bot.queue.job import Clock, Job
from bot.queue.lifecycle import Complete, Outcome, SnoozeUntil
from bot.queue.retry import RetryPolicy, after, after_failure, together
from bot.queue.sentences import sentence

logger = logging.getLogger(__name__)

ELSEWHERE_S = 10.0
"""Seconds, more or less by a half, for which a job of an unknown kind is left to other processes:
short enough for a rolling upgrade, and long enough that a full queue of them costs next to nothing.
"""

_LEVELS = MappingProxyType(
    {
        Severity.LOW: logging.DEBUG,
        Severity.NORMAL: logging.INFO,
        Severity.HIGH: logging.ERROR,
    }
)

Begun = Callable[[Job], None]
"""Told of a job in the task that runs it, before anything else happens there."""


def nothing(_: Job) -> None:
    """What is done at the beginning of a run, if nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """What every attempt needs; `strange` has the unknown kinds that were met and told of."""

    registry: Registry
    policy: RetryPolicy
    clock: Clock
    begun: Begun = nothing
    strange: set[str] = field(default_factory=set)

    async def run(self, job: Job, context: JobContext) -> Outcome:
        """Run the handler; raises nothing but the cancellation of this attempt."""
        self.begun(job)
        if job.type not in self.registry:
            return self._left_to_others(job)
        try:
            job_type = self.registry[job.type]
            result = await job_type.run(context, job_type.request(job))
            return Complete(result.model_dump_json())
        except Snooze as snooze:
            return SnoozeUntil(together(after(self.clock(), snooze.delay_s)))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a handler's exit is not the bot's
            return self.failed(job, error)

    def _left_to_others(self, job: Job) -> Outcome:
        """Another process may know this kind, of a newer version or an older one."""
        if job.type not in self.strange:
            self.strange.add(job.type)
            logger.warning(
                "jobs of the kind %r are left to a process that knows it; if there is none, start "
                "the version that has it, or discard them",
                job.type,
                extra={"job": job.id},
            )
        return SnoozeUntil(after(self.clock(), ELSEWHERE_S * random.uniform(0.5, 1.5)))

    def late(self, job: Job) -> Outcome:
        """What follows an attempt that did not end in its time."""
        late = sentence("end-late", seconds=f"{job.timeout_s:g}")
        return self.failed(job, JobError(late, category="timeout"))

    def failed(self, job: Job, error: BaseException) -> Outcome:
        """What follows an attempt that raised `error`, which is logged here and nowhere else."""
        if isinstance(error, JobError):
            about = {"job": job.id, "category": error.category}
            level = _LEVELS[error.severity]
            logger.log(level, "attempt %d failed: %s", job.attempt, error, extra=about)
        else:
            logger.error("attempt %d failed", job.attempt, exc_info=error, extra={"job": job.id})
        return after_failure(job, error, self.policy, self.clock())
