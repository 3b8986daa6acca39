"""Tells people that their job is stored: a ticket, after which the job's delivery is let go.

Until a ticket is settled the delivery is held, so that a crash between the two leaves neither a job
that nobody asked for nor a promise that nobody keeps.
"""

import asyncio
import logging
from dataclasses import dataclass

import discord

from bot.delivery.discord_calls import DiscordCalls, Refusal, WayClosed
from bot.delivery.first_response import respond
from bot.delivery.ladder import ticket_nonce
from bot.delivery.outbox import Outbox
from bot.delivery.target import Target
from bot.delivery.tickets import Tickets
from bot.queue.deliveries import NewDelivery
from bot.queue.errors import StoreError
from bot.queue.job_queue import JobQueue
from bot.queue.outlook import Outlook
from bot.queue.store.base import Enqueued
from bot.ui.post import Post
from bot.ui.ticket import ticket

logger = logging.getLogger(__name__)

OUTLOOK_S = 1.0
"""How long a ticket waits to know its job's place in the line."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was stored, for whom, and the news that is owed of it."""

    stored: Enqueued
    target: Target
    owed: NewDelivery


@dataclass(frozen=True, slots=True)
class _Shown:
    """A ticket, and what it says of the job's place."""

    post: Post
    outlook: Outlook | None


class Acknowledging:
    """Shows tickets. `degraded` brings the news of jobs that run without the store."""

    def __init__(
        self,
        queue: JobQueue,
        calls: DiscordCalls,
        tickets: Tickets,
        outbox: Outbox,
        degraded: Outbox,
    ) -> None:
        self._queue = queue
        self._calls = calls
        self._tickets = tickets
        self._outbox = outbox
        self._degraded = degraded

    async def respond(
        self, interaction: discord.Interaction, taken: Taken, *, deferred: bool
    ) -> None:
        """Answer a command or a press with the ticket, in place of its deferral if there was one.

        Who asks again for what is told already gets a ticket, and no second news.
        """
        shown, target = await self._ticket(taken), taken.target
        try:
            message = await (
                self._calls.edit_by_token(target, shown.post)
                if deferred
                else respond(interaction, shown.post, private=target.private)
            )
        except Refusal as refusal:
            if isinstance(refusal, WayClosed) and not deferred and taken.stored.is_new:
                # the person saw "did not respond"
                promises = self._outbox_of(taken).promises
                await promises.forget(taken.stored.job.id, target.user, taken.owed.id)
            self._leave_uncertain(taken, refusal)
        else:
            if taken.stored.is_new:
                self._release(taken, message, shown)

    async def reply(self, taken: Taken) -> None:
        """Answer a message with the ticket."""
        shown, target = await self._ticket(taken), taken.target
        nonce = ticket_nonce(taken.stored.job.id, target)
        try:
            message = await self._calls.post(target, shown.post, nonce, reply_to=target.question)
        except Refusal as refusal:
            self._leave_uncertain(taken, refusal)
        else:
            self._release(taken, message, shown)

    async def _ticket(self, taken: Taken) -> _Shown:
        outlook = await self._outlook(taken.stored)
        return _Shown(ticket(taken.stored.job, outlook, reader=taken.target.user), outlook)

    async def _outlook(self, stored: Enqueued) -> Outlook | None:
        if stored.job.finished_at is not None:
            return None
        try:
            async with asyncio.timeout(OUTLOOK_S):
                return (await self._queue.outlooks([stored.job])).get(stored.job.id)
        except (StoreError, TimeoutError) as error:
            logger.warning("a position is not known in time: %r", error)
            return None

    def _leave_uncertain(self, taken: Taken, refusal: Refusal) -> None:
        """Let the outbox ask, when it is time, what the person sees."""
        logger.info("a ticket is uncertain: %s", refusal, extra={"job": taken.stored.job.id})
        self._outbox_of(taken).poke()

    def _release(self, taken: Taken, message: int | None, shown: _Shown) -> None:
        target = taken.target.model_copy(update={"message": message})
        self._tickets.follow(taken.stored.job, target, shown.post, shown.outlook)
        self._outbox_of(taken).release(taken.owed.id, target)

    def _outbox_of(self, taken: Taken) -> Outbox:
        """Who brings the job's news: it is owed by the store that has the job."""
        return self._outbox if taken.stored.job.durable else self._degraded
