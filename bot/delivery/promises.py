"""Whether a person was promised an answer: asked where an acknowledgement was interrupted.

Whoever saw a ticket was. No clear answer counts as promised; only who surely saw none was not, and
then the job is cancelled.
"""

import logging

from bot.delivery.discord_calls import DiscordCalls, WayClosed
from bot.delivery.ladder import ticket_nonce
from bot.delivery.poster import Poster
from bot.delivery.target import Sealer, Target
from bot.delivery.tickets import Tickets
from bot.queue.deliveries import NEVER_SEEN, Abandoned, Delivery, Released
from bot.queue.errors import InvalidStateTransitionError
from bot.queue.job import Clock, Job
from bot.queue.job_queue import JobQueue
from bot.queue.states import State
from bot.queue.store.base import SettleDelivery
from bot.texts import say
from bot.ui.ticket import ticket

logger = logging.getLogger(__name__)


class Promises:
    """Asks Discord, which alone knows what people saw."""

    def __init__(
        self,
        queue: JobQueue,
        calls: DiscordCalls,
        tickets: Tickets,
        sealer: Sealer,
        clock: Clock,
    ) -> None:
        self._queue = queue
        self._calls = calls
        self._tickets = tickets
        self._sealer = sealer
        self._clock = clock

    async def ask(self, delivery: Delivery, job: Job, target: Target) -> Released | Abandoned:
        """What becomes of a held delivery. Raises `NotNow` or `NotAcceptable`."""
        if job.state is State.CANCELLED and job.error == say("promise-unacknowledged"):
            return Abandoned(NEVER_SEEN)
        try:
            message = await self._ticket(job, target)
        except WayClosed:
            return Released()
        if message is not None:
            target = target.model_copy(update={"message": message})
            self._tickets.follow(job, target)
            return Released(self._sealer.seal(target))
        await self.forget(job.id, target.user, delivery.id)
        return Abandoned(NEVER_SEEN)

    async def _ticket(self, job: Job, target: Target) -> int | None:
        """The ticket's message: asked for, or (one of our own) posted again under its nonce."""
        if target.token is not None:
            if not target.token_lives(self._clock()):
                raise WayClosed("its token is dead, so the ticket cannot be asked for")
            return await self._calls.original(target)
        nonce = ticket_nonce(job.id, target)
        earlier = await Poster(self._calls, target, nonce, since=target.asked_at).ticket(job.id)
        if earlier is not None:
            return earlier
        post = ticket(job, reader=target.user)
        return await self._calls.post(target, post, nonce, reply_to=target.question)

    async def forget(self, job_id: str, person: int, delivery_id: str) -> None:
        """Give up this delivery, and cancel what this person was not promised by another one; for
        others who asked for the same, it goes on.
        """
        store = await self._queue.store_of(job_id)
        owed = await store.deliveries(job_id)
        others = [one for one in owed if one.owner == person and one.id != delivery_id]
        if all(one.is_over for one in others):
            await self._cancel(job_id, person)
        never_seen = SettleDelivery(delivery_id, None, Abandoned(NEVER_SEEN))
        await store.deliveries_settle([never_seen])  # a crash before leaves it held, for `ask`

    async def _cancel(self, job_id: str, person: int) -> None:
        try:
            await self._queue.cancel(job_id, say("promise-unacknowledged"), by=person)
        except InvalidStateTransitionError:
            logger.info("a job that nobody waits for had ended", extra={"job": job_id})
