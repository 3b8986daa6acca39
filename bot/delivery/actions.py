"""What people may do to a job: who may, what it does, and what they are told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.delivery.target import Handle
from bot.delivery.tickets import Tickets
from bot.queue.deliveries import LEFT, Delivery, DeliveryState
from bot.queue.errors import InvalidStateTransitionError, TaskNotFoundError
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.states import FINISHED, State
from bot.texts import say
from bot.ui.post import Place, Post
from bot.ui.ticket import elsewhere_ticket, ticket

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

    async def refresh(self, person: Person, job_id: str, show: Show, handle: Handle) -> None:
        """Show how far the job is, or where its result went; `handle` is of the pressed message.

        Raises `NotAllowed`.
        """
        job, _ = await self._known(person, job_id)
        if job.state in FINISHED:
            await show(await self._elsewhere(job, person, handle))
            return
        await self._tickets.renew(job, handle, person.id)
        await self._tickets.show(job_id, show)

    async def retry(self, person: Person, job_id: str, show: Show, handle: Handle) -> None:
        """Run a job that ended in vain once more, for all who waited for it.

        The pressed message is its ticket again. Raises `NotAllowed`.
        """
        job, waits = await self._known(person, job_id)
        if job.state not in {State.CANCELLED, State.DISCARDED}:
            raise NotAllowed(say("press-not-in-vain", state=job.state))
        by = person.name if waits else f"{person.name} (administrator)"
        try:
            job = await self._queue.retry(job_id, say("press-retried", by=by))
        except InvalidStateTransitionError:
            raise NotAllowed(say("press-not-in-vain", state=State.PENDING)) from None
        await self._tickets.revive(job, handle, person.id)
        await self._tickets.show(job_id, show)

    async def result(self, person: Person, job_id: str, file_limit: int) -> Post:
        """How this job ended, for this person's eyes, in one message with files of at most
        `file_limit` bytes.

        Who waits for it may see it, and administrators what was not asked in private. Raises
        `NotAllowed`.
        """
        job, waits = await self._known(person, job_id)
        if not waits and await self._tickets.addresses.is_private(job_id):
            raise NotAllowed(say("press-private"))
        if job.state not in FINISHED:
            raise NotAllowed(say("press-unfinished"))
        (post,) = await self._tickets.presenting.posts(job, single=True, file_limit=file_limit)
        return post

    async def _elsewhere(self, job: Job, person: Person, handle: Handle) -> Post:
        """The ticket of a job whose news did not come in its place."""
        address = await self._tickets.addresses.at(job.id, handle, person.id)
        place = None if address is None else _place(address.delivery)
        if place in {None, Place.TICKET}:
            raise NotAllowed(_already(job))
        return elsewhere_ticket(job, str(place)) if job.state is State.COMPLETED else ticket(job)

    async def _unfinished(self, person: Person, job_id: str) -> bool:
        """Whether the person, who may act on this unfinished job, waits for it."""
        job, waits = await self._known(person, job_id)
        if job.state in FINISHED:
            raise NotAllowed(_already(job))
        return waits

    async def _known(self, person: Person, job_id: str) -> tuple[Job, bool]:
        """The job that this person may act on, and whether they wait for it."""
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
        return job, waits


def _already(job: Job) -> str:
    return f"This job is {job.state.lower()} already."


def _place(delivery: Delivery) -> str | None:
    """Where this news went; None: it is on its way, or its person wants none."""
    if not delivery.is_over or delivery.note == LEFT:
        return None
    return delivery.note if delivery.state is DeliveryState.DELIVERED else Place.KEPT


def _administers(person: Person, job: Job) -> bool:
    return person.administrator and person.guild is not None and person.guild == job.guild
