"""The Discord client: loads the cogs, syncs the commands, answers every press and every error."""

import logging
from collections.abc import Awaitable

import discord
from discord.ext import commands

from bot.command_tree import AnsweringTree
from bot.delivery.admin_presses import AdminPresses
from bot.delivery.discord_calls import NOBODY
from bot.delivery.failure_desk import where_of
from bot.delivery.failures import Stale
from bot.delivery.presses import Presses
from bot.delivery.task_presses import TaskPresses
from bot.services import Services
from bot.stale import is_known
from bot.ui.admin_item import AdminItem
from bot.ui.buttons import JobButton, TaskItem

logger = logging.getLogger(__name__)

COGS = (
    "cogs.admin_log",
    "cogs.admin_queue",
    "cogs.admin_task",
    "cogs.async_jobs",
    "cogs.chat",
    "cogs.notify",
    "cogs.queue",
    "cogs.setup_alerts",
    "cogs.tasks",
)

LONGEST_LIMIT_S = 60.0
"""Calls that a rate limit would hold up for longer are given up and tried again later."""


class Conveyor(commands.AutoShardedBot):
    """One bot on any number of shards. `services` must be set before it logs in."""

    services: Services

    def __init__(self, privileged_intents: frozenset[str], guilds: tuple[int, ...]) -> None:
        intents = discord.Intents.default()
        intents.members = "members" in privileged_intents
        intents.message_content = "message_content" in privileged_intents
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice here
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=AnsweringTree,
            intents=intents,
            allowed_mentions=NOBODY,
            chunk_guilds_at_startup=False,
            max_messages=None,  # nothing here looks at old messages
            max_ratelimit_timeout=LONGEST_LIMIT_S,
        )
        self._sync_to = [discord.Object(guild) for guild in guilds]

    async def load(self, services: Services) -> None:
        """Take the services and load all cogs; before logging in."""
        self.services = services
        self.add_dynamic_items(JobButton, TaskItem, AdminItem)
        for cog in COGS:
            await self.load_extension(cog)

    async def setup_hook(self) -> None:
        """Tell Discord which commands there are."""
        for guild in self._sync_to:
            await self._sync(guild)
        if not self._sync_to:
            await self.tree.sync()

    async def _sync(self, guild: discord.Object) -> None:
        self.tree.copy_global_to(guild=guild)
        try:
            await self.tree.sync(guild=guild)
        except discord.Forbidden:
            logger.error(  # noqa: TRY400 - a trace would say nothing more
                "There are no commands in server %d of DISCORD_GUILDS: this bot is not in it. "
                "Invite it with the scope applications.commands, or correct the setting.",
                guild.id,
            )

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
        await self.carry_out(interaction, presses.answer(interaction, action, at, job_id), job_id)

    async def administered(
        self, interaction: discord.Interaction, action: str, about: str, chosen: str
    ) -> None:
        """Answer a press or a choice below what administrators were shown."""
        presses = AdminPresses(self.services.admin)
        await self.carry_out(interaction, presses.answer(interaction, action, about, chosen))

    async def carry_out(
        self, interaction: discord.Interaction, work: Awaitable[None], job_id: str = ""
    ) -> None:
        """Do what somebody asked for (of a job); what goes wrong ends in a sentence."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - the desk logs it
            where = where_of(interaction)
            await self.services.failures.tell(interaction, error, where, job_id)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Answer what no part of this version knows: the library would be silent."""
        store = self._connection._view_store  # noqa: SLF001 - nobody else knows
        if not is_known(interaction, store):
            await self.services.failures.tell(interaction, Stale(), where_of(interaction))
