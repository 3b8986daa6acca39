"""Takes a question in: stored first, then acknowledged with its ticket, both inside 3 s."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import discord
from pydantic import BaseModel

from bot.delivery.acknowledging import Acknowledging, Taken
from bot.delivery.discord_calls import DiscordCalls, Refusal
from bot.delivery.failures.book import Asked
from bot.delivery.failures.desk import FailureDesk
from bot.delivery.first_response import defer
from bot.delivery.ladder import nonce_of
from bot.delivery.sight import NotAllowed
from bot.delivery.target import Sealer, Target
from bot.operation.log_context import also_about_job
from bot.queue.deliveries import NewDelivery
from bot.queue.handlers import AnyJobType
from bot.queue.job_queue import JobQueue
from bot.queue.reply import File
from bot.queue.store.base import Enqueued
from bot.ui.post import Post

logger = logging.getLogger(__name__)

PATIENCE_S = 1.0
"""How long the store may take before the command is deferred (DESIGN §6)."""

CHECK_AFTER_S = 5.0
"""When an unsettled acknowledgement is asked for (DESIGN §6): Discord's 3 s have surely passed."""

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
        acknowledging: Acknowledging,
        sealer: Sealer,
        failures: FailureDesk,
    ) -> None:
        self._queue = queue
        self._calls = calls
        self._acknowledging = acknowledging
        self._sealer = sealer
        self._failures = failures
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
        deferred = not done and await defer(interaction, private=private)
        stored = await asyncio.shield(storing)
        also_about_job(stored.job.id)
        if stored.is_new or not deferred:
            taken = Taken(stored, target, owed)
            await self._acknowledging.respond(interaction, taken, deferred=deferred)
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
            await self._acknowledging.reply(Taken(stored, target, owed))

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
