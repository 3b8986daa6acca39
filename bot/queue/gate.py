"""Who is asked before a job is stored, and may refuse it."""

from typing import Protocol

from bot.queue.job import Job


class Gate(Protocol):
    """Asked for each new job, within the time in which somebody waits for the ticket.

    A process may die at any moment after `admit`: what it keeps must be found without `let_go`.
    """

    async def admit(self, job: Job) -> None:
        """Let this job be stored; raises a `QueueError` with a sentence for people to refuse it."""

    async def let_go(self, job: Job) -> None:
        """It was admitted, and not stored after all; raises no `QueueError`."""
