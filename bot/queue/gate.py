"""Who is asked before a job is stored, or brought back, and may refuse it."""

from typing import Protocol

from bot.queue.job import Job


class Gate(Protocol):
    """Asked for each new job, and for one that is brought back, within the time in which somebody
    waits for the ticket.

    A process may die at any moment after `admit`: what it keeps must be found without `let_go`.
    """

    async def admit(self, job: Job) -> None:
        """Let this job run; raises a `QueueError` with a sentence for people to refuse it."""

    async def let_go(self, job: Job) -> None:
        """It was admitted, and is not stored or brought back after all; raises no `QueueError`."""
