"""How long finished jobs are kept, and when one may go."""

from dataclasses import dataclass

from bot.queue.job import Job
from bot.queue.states import State


@dataclass(frozen=True, slots=True)
class Retention:
    """Seconds that finished jobs are kept, how many of them at most, and how many results for
    those who ask the same again.
    """

    completed_s: float = 86_400
    failed_s: float = 259_200
    most: int = 10_000
    cached: int = 10_000

    def past_keeping(self, job: Job, now: float) -> bool:
        """Whether this job was finished too long ago."""
        kept_s = self.completed_s if job.state is State.COMPLETED else self.failed_s
        return job.finished_at is not None and job.finished_at < now - kept_s
