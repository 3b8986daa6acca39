"""Takes a question in: stored first, then acknowledged with its ticket, both inside 3 s.

Until the acknowledgement is settled the job's delivery is held, so that a crash between the two
leaves neither a job that nobody asked for nor a promise that nobody keeps.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import discord
from pydantic import BaseModel

from bot.delivery.discord_calls import (
    NOBODY,
    DiscordCalls,
    NotAcceptable,
    NotNow,
    Refusal,
    WayClosed,
    refusals,
)
from bot.delivery.failures.book import Asked
from bot.delivery.failures.desk import FailureDesk
from bot.delivery.ladder import nonce_of, ticket_nonce
from bot.delivery.outbox import Outbox
from bot.delivery.sight import NotAllowed
from bot.delivery.target import Sealer, Target
from bot.delivery.tickets import Tickets
from bot.operation.log_context import also_about_job
from bot.queue.deliveries import NewDelivery
from bot.queue.errors import StoreError
from bot.queue.handlers import AnyJobType
from bot.queue.job_queue import JobQueue
from bot.queue.outlook import Outlook
from bot.queue.reply import File
from bot.queue.store.base import Enqueued
from bot.ui.post import Post
from bot.ui.ticket import ticket

logger = logging.getLogger(__name__)

PATIENCE_S = 1.0
"""How long the store may take before the command is deferred (DESIGN §6)."""

CHECK_AFTER_S = 5.0
"""When an unsettled acknowledgement is asked for (DESIGN §6): Discord's 3 s have surely passed."""

ALREADY_ACKNOWLEDGED = 40060

Inputs = Callable[[], Awaitable[Sequence[File]]]
"""Brings the files that come with a question, or raises `NotTaken`."""


class NotTaken(NotAllowed):
    """What came with a question cannot be taken; the text tells the person why."""


@dataclass(frozen=True, slots=True)
class How:
    """How a job is asked for: with these files, not before `run_at` (unix seconds), and, where it
    must be `fresh`, answered by no result that is kept.
    """

    inputs: Inputs | None = None
    run_at: float | None = None
    fresh: bool = False


class Intake:
    """Where commands and mentions become jobs."""

    def __init__(
        self,
        queue: JobQueue,
        calls: DiscordCalls,
        tickets: Tickets,
        outbox: Outbox,
        degraded: Outbox,
        sealer: Sealer,
        failures: FailureDesk,
    ) -> None:
        self._failures = failures
        self._queue = queue
        self._calls = calls
        self._tickets = tickets
        self._outbox = outbox
        self._degraded = degraded
        self._sealer = sealer
        self._going_on: set[asyncio.Task[Enqueued]] = set()

    async def command(
        self,
        interaction: discord.Interaction,
        job_type: AnyJobType,
        request: BaseModel,
        *,
        private: bool = False,
        inputs: Inputs | None = None,
        run_at: float | None = None,
        fresh: bool = False,
        key: str | None = None,
    ) -> bool:
        """Answer a slash command, or a press, with the ticket of its job, which is asked for as
        `How` says; the `inputs` are stored with it. However many presses have the same `key`, there
        is one job, whose ticket all are shown; whether this one made it.

        What enqueueing and `inputs` raise is raised.
        """
        target = _target_of(interaction, private=private)
        owed = self._owed(target)
        key = key or f"interaction:{interaction.id}"
        storing = self._store(key, job_type, request, target, owed, How(inputs, run_at, fresh))
        done, _ = await asyncio.wait({storing}, timeout=PATIENCE_S)
        deferred = not done and await self._defer(interaction, private=private)
        stored = await asyncio.shield(storing)
        also_about_job(stored.job.id)
        if stored.is_new or not deferred:
            await self._acknowledge(interaction, stored, target, owed, deferred=deferred)
        return stored.created

    async def mention(
        self,
        message: discord.Message,
        job_type: AnyJobType,
        request: BaseModel,
        *,
        inputs: Inputs | None = None,
    ) -> None:
        """Answer a message with the ticket of its job; `inputs` are stored with it."""
        target = _target_of_message(message)
        owed = self._owed(target)
        try:
            key = f"message:{message.id}"
            stored = await self._store(key, job_type, request, target, owed, How(inputs))
        except Exception as error:  # noqa: BLE001 - the desk logs it
            asked = Asked("a mention", target.user, target.guild)
            await self.tell(message, await self._failures.sentence(error, asked))
            return
        also_about_job(stored.job.id)
        if stored.is_new:
            await self._post_ticket(stored, target, owed)

    async def tell(self, message: discord.Message, sentence: str) -> None:
        """Answer a message with a sentence, once; nobody misses it where the bot may not write."""
        nonce = nonce_of(f"refusal:{message.id}")
        try:
            target = _target_of_message(message)
            await self._calls.post(target, Post(sentence), nonce, reply_to=message.id)
        except Refusal as refusal:
            logger.info("a sentence was not told: %s", refusal)

    def _owed(self, target: Target) -> NewDelivery:
        check_at = target.asked_at + CHECK_AFTER_S
        return NewDelivery(self._sealer.seal(target), check_at, owner=target.user)

    def _store(
        self,
        key: str,
        job_type: AnyJobType,
        request: BaseModel,
        target: Target,
        owed: NewDelivery,
        how: How,
    ) -> asyncio.Task[Enqueued]:
        """Enqueue in a task of its own, which goes on whatever becomes of the caller."""
        task = asyncio.create_task(self._enqueue(key, job_type, request, target, owed, how))
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)
        return task

    async def _enqueue(
        self,
        key: str,
        job_type: AnyJobType,
        request: BaseModel,
        target: Target,
        owed: NewDelivery,
        how: How,
    ) -> Enqueued:
        began = asyncio.get_running_loop().time()
        files = () if how.inputs is None else await how.inputs()
        took = asyncio.get_running_loop().time() - began
        check_at = (owed.check_at or 0) + took  # the ticket comes that much later
        return await self._queue.enqueue(
            job_type,
            request,
            owner=target.user,
            guild=target.guild,
            key=key,
            deliveries=(replace(owed, check_at=check_at),),
            private=target.private,
            inputs=files,
            run_at=how.run_at,
            fresh=how.fresh,
        )

    async def _defer(self, interaction: discord.Interaction, *, private: bool) -> bool:
        """Whether the person sees that an answer is coming."""
        for _ in range(2):  # the second try tells whether the first was heard
            try:
                with refusals():
                    await interaction.response.defer(ephemeral=private, thinking=True)
            except NotNow as refusal:
                logger.info("a deferral is uncertain: %s", refusal)
            except Refusal as refusal:
                logger.info("a command could not be deferred: %s", refusal)
                return refusal.code == ALREADY_ACKNOWLEDGED
            else:
                return True
        return False

    async def _acknowledge(
        self,
        interaction: discord.Interaction,
        stored: Enqueued,
        target: Target,
        owed: NewDelivery,
        *,
        deferred: bool,
    ) -> None:
        outlook = await self._outlook(stored)
        post = ticket(stored.job, outlook, reader=target.user)
        try:
            edit, respond = self._calls.edit_by_token, self._respond
            message = await (edit(target, post) if deferred else respond(interaction, target, post))
        except Refusal as refusal:
            logger.info("a ticket is uncertain: %s", refusal, extra={"job": stored.job.id})
            if isinstance(refusal, WayClosed) and not deferred and stored.is_new:
                # the person saw "did not respond"
                promises = self._outbox_of(stored).promises
                await promises.forget(stored.job.id, target.user, owed.id)
            self._outbox_of(stored).poke()  # it asks, when it is time, what the person sees
        else:
            if stored.is_new:
                self._release(stored, owed, target, message, post, outlook)

    async def _outlook(self, stored: Enqueued) -> Outlook | None:
        """Where the job stands in its line; a ticket does not wait long for that."""
        if stored.job.finished_at is not None:
            return None
        try:
            async with asyncio.timeout(PATIENCE_S):
                return (await self._queue.outlooks([stored.job])).get(stored.job.id)
        except (StoreError, TimeoutError) as error:
            logger.warning("a position is not known in time: %r", error)
            return None

    async def _respond(
        self, interaction: discord.Interaction, target: Target, post: Post
    ) -> int | None:
        """Send the ticket as the first response; its message's id, where Discord tells it."""
        try:
            return await self._respond_once(interaction, target, post)
        except NotNow as refusal:
            logger.info("a ticket is uncertain: %s", refusal)
        try:  # the second try tells whether the first was heard
            return await self._respond_once(interaction, target, post)
        except WayClosed as closed:
            raise NotNow(f"the first try may have been heard: {closed}") from closed

    async def _respond_once(
        self, interaction: discord.Interaction, target: Target, post: Post
    ) -> int | None:
        try:
            with refusals():
                response = await interaction.response.send_message(
                    embed=post.embed or discord.utils.MISSING,
                    view=post.view(),
                    ephemeral=target.private,
                    allowed_mentions=NOBODY,
                )
        except NotAcceptable as refusal:
            if refusal.code == ALREADY_ACKNOWLEDGED:  # an earlier try was heard after all
                return None
            raise
        return response.message_id

    def _release(
        self,
        stored: Enqueued,
        owed: NewDelivery,
        target: Target,
        message: int | None,
        shown: Post,
        outlook: Outlook | None,
    ) -> None:
        target = target.model_copy(update={"message": message})
        self._tickets.follow(stored.job, target, shown, outlook)
        self._outbox_of(stored).release(owed.id, target)

    async def _post_ticket(self, stored: Enqueued, target: Target, owed: NewDelivery) -> None:
        outlook = await self._outlook(stored)
        post = ticket(stored.job, outlook, reader=target.user)
        nonce = ticket_nonce(stored.job.id, target)
        try:
            message = await self._calls.post(target, post, nonce, reply_to=target.question)
        except Refusal as refusal:
            logger.info("a ticket is uncertain: %s", refusal, extra={"job": stored.job.id})
            self._outbox_of(stored).poke()
        else:
            self._release(stored, owed, target, message, post, outlook)

    def _outbox_of(self, stored: Enqueued) -> Outbox:
        """Who brings the job's news: it is owed by the store that has the job."""
        return self._outbox if stored.job.durable else self._degraded


def _target_of(interaction: discord.Interaction, *, private: bool) -> Target:
    return Target(
        user=interaction.user.id,
        channel=interaction.channel_id or 0,
        guild=interaction.guild_id,
        asked_at=interaction.created_at.timestamp(),
        application=interaction.application_id,
        token=interaction.token,
        private=private,
        file_limit=interaction.filesize_limit,
    )


def _target_of_message(message: discord.Message) -> Target:
    return Target(
        user=message.author.id,
        channel=message.channel.id,
        guild=message.guild.id if message.guild else None,
        asked_at=message.created_at.timestamp(),
        question=message.id,
    )
