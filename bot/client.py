"""The Discord client: loads the cogs, syncs the commands, answers every press and every error."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

import aiohttp
import discord
from discord.ext import commands

from bot.command_tree import AnsweringTree
from bot.delivery.administration.presses import AdminPresses
from bot.delivery.discord_calls import NOBODY, refusals
from bot.delivery.failures.desk import where_of
from bot.delivery.failures.sentences import Stale
from bot.delivery.person import person_of
from bot.delivery.presses import Presses
from bot.delivery.task_presses import TaskPresses
from bot.operation.command_sync import CommandSync
from bot.operation.log_context import about_interaction
from bot.queue.job import Job
from bot.services import Services
from bot.stale import is_known
from bot.tasks.tree import TaskTree
from bot.ui.admin_item import AdminItem
from bot.ui.buttons import JobButton, ReplyItem, TaskItem
from bot.ui.forms import Filled, filled_in

logger = logging.getLogger(__name__)

COGS = (
    "cogs.admin_chat",
    "cogs.admin_log",
    "cogs.admin_queue",
    "cogs.admin_task",
    "cogs.admin_webhook",
    "cogs.async_jobs",
    "cogs.bulk_role",
    "cogs.chat",
    "cogs.chat_buttons",
    "cogs.chat_delete",
    "cogs.export",
    "cogs.image",
    "cogs.member_activity",
    "cogs.notify",
    "cogs.queue",
    "cogs.setup",
    "cogs.setup_alerts",
    "cogs.tasks",
    "cogs.voice",
)

OnPress: TypeAlias = Callable[[discord.Interaction, Job], Awaitable[None]]
"""What answers a press under a job's result."""

OnForm: TypeAlias = Callable[[discord.Interaction, Job, Mapping[str, str]], Awaitable[None]]
"""What answers a form about a job, with what was filled in."""

LONGEST_LIMIT_S = 60.0
"""Calls that a rate limit would hold up for longer are given up and tried again later."""


class Commands(AnsweringTree, TaskTree):
    """All commands; what is logged while one is answered says who used it, and where."""

    async def interaction_check(self, interaction: discord.Interaction["Conveyor"], /) -> bool:
        """Called first for each command, in the task that answers it."""
        about_interaction(interaction)
        return True


class Conveyor(commands.AutoShardedBot):
    """One bot on any number of shards. It must be loaded before it logs in."""

    services: Services
    command_sync: CommandSync
    ending = False

    def __init__(
        self,
        privileged_intents: frozenset[str],
        guilds: tuple[int, ...],
        trace: aiohttp.TraceConfig | None = None,
    ) -> None:
        intents = discord.Intents.default()
        intents.members = "members" in privileged_intents
        intents.message_content = "message_content" in privileged_intents
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice here
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Commands,
            intents=intents,
            allowed_mentions=NOBODY,
            chunk_guilds_at_startup=False,
            max_messages=None,  # nothing here looks at old messages
            max_ratelimit_timeout=LONGEST_LIMIT_S,
            http_trace=trace or aiohttp.TraceConfig(),
        )
        self._guilds = guilds
        self._on_press: dict[str, OnPress] = {}
        self._on_form: dict[str, OnForm] = {}
        self._heard: set[int] = set()

    async def load(self, services: Services, *, sync_anew: bool = False) -> None:
        """Take the services and load all cogs; before logging in.

        `sync_anew`: tell Discord all commands, also those that have not changed.
        """
        self.services = services
        records = services.queue.store
        self.command_sync = CommandSync(self.tree, records, self._guilds, anew=sync_anew)
        self.add_dynamic_items(JobButton, TaskItem, AdminItem, ReplyItem)
        for cog in COGS:
            await self.load_extension(cog)

    async def close(self) -> None:
        """Disconnect for good; results that are still brought find the kinds of their jobs."""
        self.ending = True
        await super().close()

    async def setup_hook(self) -> None:
        """Tell Discord which commands there are, where they have changed."""
        await self.command_sync.tell()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """A server of the settings gets its commands now."""
        self.command_sync.joined(guild.id)

    async def on_shard_connect(self, shard: int) -> None:
        """The shard has said which servers are its."""
        self._heard.add(shard)

    def servers(self) -> int | None:
        """How many servers it is in; None until every shard has said which are its."""
        return len(self.guilds) if len(self._heard) == self.shard_count else None

    async def on_ready(self) -> None:
        """Say so in the log."""
        logger.info("connected as %s to %d servers", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message, /) -> None:
        """Messages are the cogs' business; there are no commands by prefix."""

    async def pressed(self, interaction: discord.Interaction, action: str, job_id: str) -> None:
        """Answer a press on a ticket's button, at once and in any state."""
        presses = Presses(self.services.actions)
        await self.carry_out(interaction, presses.answer(interaction, action, job_id), job_id)

    async def turned(
        self, interaction: discord.Interaction, action: str, at: str, job_id: str
    ) -> None:
        """Answer a press or a choice in the list of one's jobs, or on one of them."""
        presses = TaskPresses(self.services.actions, self.services.showing)
        await self.carry_out(
            interaction, presses.answer(interaction, action, at, job_id), job_id or None
        )

    def on_press(self, action: str, answer: OnPress) -> None:
        """Answer presses on the buttons of this action, which a kind of work puts under results.

        `answer` is called with the press and the job, whose contents the person may see.
        """
        if action in self._on_press:
            raise ValueError(f"Two answer presses on {action!r}.")
        self._on_press[action] = answer

    def on_form(self, action: str, answer: OnForm) -> None:
        """Answer forms of this action (see `Form.modal`), also those that were opened before a
        restart. `answer` is called as for a press, and with the texts that were filled in.
        """
        if action in self._on_form:
            raise ValueError(f"Two answer forms of {action!r}.")
        self._on_form[action] = answer

    async def replied(self, interaction: discord.Interaction, action: str, job_id: str) -> None:
        """Answer a press under a job's result."""
        await self.carry_out(interaction, self._reply(interaction, action, job_id), job_id)

    async def _reply(self, interaction: discord.Interaction, action: str, job_id: str) -> None:
        if action not in self._on_press:
            raise Stale
        job = await self.services.showing.whole(person_of(interaction), job_id)
        with refusals():
            await self._on_press[action](interaction, job)

    async def _take(self, interaction: discord.Interaction, form: Filled) -> None:
        if form.action not in self._on_form:
            raise Stale
        job = await self.services.showing.whole(person_of(interaction), form.job_id)
        with refusals():
            await self._on_form[form.action](interaction, job, form.texts)

    async def administered(
        self, interaction: discord.Interaction, action: str, about: str, chosen: str
    ) -> None:
        """Answer a press or a choice below what administrators were shown."""
        presses = AdminPresses(self.services.admin)
        await self.carry_out(interaction, presses.answer(interaction, action, about, chosen))

    async def carry_out(
        self, interaction: discord.Interaction, work: Awaitable[None], job_id: str | None = None
    ) -> None:
        """Do what somebody asked for (of a job); what goes wrong ends in a sentence."""
        about_interaction(interaction, job_id)
        try:
            await work
        except Exception as error:  # noqa: BLE001 - the desk logs it
            where = where_of(interaction)
            await self.services.failures.tell(interaction, error, where, job_id or "")

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Answer forms, and what no part of this version knows: the library would be silent."""
        form = filled_in(interaction)
        if form is not None:
            await self.carry_out(interaction, self._take(interaction, form), form.job_id)
            return
        store = self._connection._view_store  # noqa: SLF001 - nobody else knows
        if not is_known(interaction, store):
            await self.services.failures.tell(interaction, Stale(), where_of(interaction))
