"""What people may do to a job: who may, what it does, and what they are told."""

from collections.abc import Awaitable, Callable

from bot.delivery.administration.audit import Audit, Deed
from bot.delivery.person import Person
from bot.delivery.sight import NotAllowed, Seen, Sight
from bot.delivery.target import Handle
from bot.delivery.tickets import Tickets
from bot.queue.deliveries import OVER_FOR_GOOD, Delivery, DeliveryState
from bot.queue.errors import InvalidStateTransitionError, UserLimitReached
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.states import FINISHED, State
from bot.texts import say
from bot.ui.admin_jobs import asked_to_cancel
from bot.ui.post import Place, Post
from bot.ui.ticket import elsewhere_ticket, left_ticket, ticket

Show = Callable[[Post], Awaitable[None]]


class Actions:
    """Each action checks who asks, then acts; what an administrator does to others' jobs is written
    down. All raise `NotAllowed`, `QueueFull` or `StoreError`.
    """

    def __init__(self, queue: JobQueue, tickets: Tickets) -> None:
        self._queue = queue
        self._tickets = tickets
        self.sight = Sight(queue)
        self._audit = Audit(queue.store)

    async def cancel(self, person: Person, job_id: str) -> Job | Post:
        """Cancel the job for who waits for it; it goes on, if others still do.

        An administrator would cancel it for all of them: the question whether that is meant.
        """
        seen = await self._unfinished(person, job_id)
        if not seen.waits:
            return asked_to_cancel(seen.job)
        reason = say("job-cancelled-by-you")
        try:
            job = await self._queue.cancel(seen.job.id, reason, by=person.id)
        except InvalidStateTransitionError:
            raise NotAllowed(say("job-just-ended")) from None
        if has_left(job):
            await self._tickets.leave(job, person.id)
        return job

    async def retry(self, person: Person, job_id: str) -> Job:
        """Run a job that ended in vain once more, for all who waited for it."""
        seen = await self.sight.job(person, job_id)
        if seen.job.state not in {State.CANCELLED, State.DISCARDED}:
            raise NotAllowed(say("press-not-in-vain", state=seen.job.state))
        by = person.name if seen.waits else say("job-administrator", name=person.name)
        try:
            job = await self._queue.retry(seen.job.id, say("press-retried", by=by))
        except InvalidStateTransitionError:
            raise NotAllowed(say("press-not-in-vain", state=State.PENDING)) from None
        except UserLimitReached as full:
            raise NotAllowed(say("press-no-room", limit=full.limit)) from None
        if not seen.waits:
            await self._audit.record(person, Deed.RETRIED, job.id)
        return job

    async def cancel_here(self, person: Person, job_id: str, show: Show, ask: Show) -> None:
        """Cancel the job, and show that in the ticket that was pressed; or `ask` the person."""
        cancelled = await self.cancel(person, job_id)
        if isinstance(cancelled, Post):
            await ask(cancelled)
        elif not has_left(cancelled):
            await self._tickets.show(cancelled.id, show)

    async def cancel_elsewhere(self, person: Person, job_id: str) -> Post | None:
        """Cancel the job away from its ticket; what the person reads then, if not just the job."""
        cancelled = await self.cancel(person, job_id)
        if isinstance(cancelled, Post):
            return cancelled
        return left_ticket(cancelled) if has_left(cancelled) else None

    async def refresh(self, person: Person, job_id: str, show: Show, handle: Handle) -> None:
        """Show how far the job is, or where its result went; `handle` is of the pressed message."""
        job = (await self._whole(person, job_id)).job
        if job.state in FINISHED:
            await show(await self._elsewhere(job, person, handle))
            return
        await self._tickets.renew(job, handle, person.id)
        await self._tickets.show(job.id, show)

    async def retry_here(self, person: Person, job_id: str, show: Show, handle: Handle) -> None:
        """Run the job once more; the pressed message is its ticket again."""
        seen = await self._whole(person, job_id)
        job = await self.retry(person, seen.job.id)
        await self._tickets.renew(job, handle, person.id, asked_anew=True)
        await self._tickets.show(job.id, show)

    async def result(self, person: Person, job_id: str, file_limit: int) -> Post:
        """How this job ended, for this person's eyes, in one message with files of at most
        `file_limit` bytes.
        """
        job = (await self._whole(person, job_id)).job
        if job.state not in FINISHED:
            raise NotAllowed(say("press-unfinished"))
        (post,) = await self._tickets.presenting.posts(job, single=True, file_limit=file_limit)
        return post

    async def _elsewhere(self, job: Job, person: Person, handle: Handle) -> Post:
        """The ticket of a job whose news did not come in its place."""
        address = await self._tickets.addresses.at(job.id, handle, person.id)
        place = None if address is None else _place(address.delivery)
        if place in {None, Place.TICKET}:
            raise NotAllowed(say("job-ended-already", state=job.state))
        return elsewhere_ticket(job, str(place)) if job.state is State.COMPLETED else ticket(job)

    async def _unfinished(self, person: Person, job_id: str) -> Seen:
        seen = await self.sight.job(person, job_id)
        if seen.job.state in FINISHED:
            raise NotAllowed(say("job-ended-already", state=seen.job.state))
        return seen

    async def _whole(self, person: Person, job_id: str) -> Seen:
        """The job, if the person may see what it is about."""
        seen = await self.sight.job(person, job_id)
        if not seen.whole:
            raise NotAllowed(say("press-private"))
        return seen


def has_left(job: Job) -> bool:
    """Whether this job, which a person just cancelled, goes on for others."""
    return job.finished_at is None and job.cancel_requested_at is None


def _place(delivery: Delivery) -> str | None:
    """Where this news went; None: it is on its way, or nobody waits for it."""
    if not delivery.is_over or delivery.note in OVER_FOR_GOOD:
        return None
    return delivery.note if delivery.state is DeliveryState.DELIVERED else Place.KEPT
