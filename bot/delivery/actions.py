"""What people may do to a job: who may, what it does, and what they are told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.delivery.tickets import Tickets
from bot.queue.errors import InvalidStateTransitionError, TaskNotFoundError
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.states import FINISHED
from bot.ui.post import Post

Show = Callable[[Post], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, as Discord's server says: never what a client claims."""

    id: int
    guild: int | None
    administrator: bool
    name: str


class NotAllowed(Exception):
    """It was not done; the text tells the person why."""


class Actions:
    """Each action checks who asks, then acts, then shows the ticket as it is then."""

    def __init__(self, queue: JobQueue, tickets: Tickets) -> None:
        self._queue = queue
        self._tickets = tickets

    async def cancel(self, person: Person, job_id: str, show: Show) -> None:
        """Cancel the job: whoever waits for it for themselves, an administrator for all.

        Raises `NotAllowed`.
        """
        waits = await self._unfinished(person, job_id)
        by = "you" if waits else f"{person.name} (administrator)"
        try:
            job = await self._queue.cancel(
                job_id, f"Cancelled by {by}.", by=person.id if waits else None
            )
        except InvalidStateTransitionError:
            raise NotAllowed("This job has just ended; nothing is left to cancel.") from None
        if job.finished_at is None and job.cancel_requested_at is None:
            await self._tickets.leave(job, person.id)
        else:
            await self._tickets.show(job_id, show)

    async def refresh(self, person: Person, job_id: str, show: Show) -> None:
        """Show how far the job is. Raises `NotAllowed`."""
        await self._unfinished(person, job_id)
        await self._tickets.show(job_id, show)

    async def _unfinished(self, person: Person, job_id: str) -> bool:
        """Whether the person, who may act on this unfinished job, waits for it."""
        try:
            job = await self._queue.get(job_id)
        except TaskNotFoundError:
            raise NotAllowed(
                "This job is not known any more: finished jobs are kept only for a while, and one "
                "that ran without the queue's storage is lost in a restart."
            ) from None
        waits = await self._queue.is_awaited_by(person.id, job_id)
        if not (waits or _administers(person, job)):
            raise NotAllowed("Only who started this job or an administrator may do that.")
        if job.state in FINISHED:
            raise NotAllowed(f"This job is {job.state.lower()} already.")
        return waits


def _administers(person: Person, job: Job) -> bool:
    return person.administrator and person.guild is not None and person.guild == job.guild
