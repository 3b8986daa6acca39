"""The Discord client: loads the cogs, syncs the commands, answers every press and every error."""

import logging

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands
from ulid import ULID

from bot.command_sync import CommandSync
from bot.delivery.actions import NotAllowed
from bot.delivery.discord_calls import NOBODY, Refusal, refusals
from bot.delivery.presses import Presses
from bot.log_context import about_interaction
from bot.queue.errors import QueueError, StoreError
from bot.services import Services
from bot.tasks.tree import TaskTree
from bot.ui.buttons import JobButton

logger = logging.getLogger(__name__)

COGS = ("cogs.admin_webhook", "cogs.chat", "cogs.queue", "cogs.setup")

LONGEST_LIMIT_S = 60.0
"""Calls that a rate limit would hold up for longer are given up and tried again later."""

UNREACHABLE = (
    "I cannot get at this job just now, so it may go on as it was. Please press again in a moment; "
    "if that does not help, tell an administrator: the database needs a look."
)


class Commands(TaskTree):
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
        self.tree.on_error = self.on_command_error_reply  # type: ignore[method-assign]

    async def load(self, services: Services, *, sync_anew: bool = False) -> None:
        """Take the services and load all cogs; before logging in.

        `sync_anew`: tell Discord all commands, also those that have not changed.
        """
        self.services = services
        records = services.queue.store
        self.command_sync = CommandSync(self.tree, records, self._guilds, anew=sync_anew)
        self.add_dynamic_items(JobButton)
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

    async def on_ready(self) -> None:
        """Say so in the log."""
        logger.info("connected as %s to %d servers", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message, /) -> None:
        """Messages are the cogs' business; there are no commands by prefix."""

    async def pressed(self, interaction: discord.Interaction, action: str, job_id: str) -> None:
        """Answer a press on a ticket's button, at once and in any state."""
        presses = Presses(self.services.actions)
        about_interaction(interaction, job_id)
        try:
            await presses.answer(interaction, action, job_id)
        except StoreError as error:
            logger.error("a press could not be carried out: %s", error, extra={"job": job_id})  # noqa: TRY400
            await self._say(interaction, UNREACHABLE)
        except (NotAllowed, QueueError) as refusal:
            await self._say(interaction, str(refusal))
        except Refusal as refusal:
            logger.info("a press was not answered: %s", refusal, extra={"job": job_id})

    async def on_command_error_reply(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError
    ) -> None:
        """Every failed command ends in a sentence with a reference that the log knows; what a check
        refuses, in that check's own.
        """
        if isinstance(error, app_commands.CheckFailure):
            await self._say(interaction, str(error))
            return
        reference = str(ULID())
        logger.error("a command failed (%s)", reference, exc_info=error)
        await self._say(
            interaction,
            "Something went wrong on my side. If no answer comes here, please try again; if it "
            f"happens again, tell an administrator this reference: `{reference}`.",
        )

    async def _say(self, interaction: discord.Interaction, sentence: str) -> None:
        try:
            with refusals():
                if interaction.response.is_done():
                    await interaction.followup.send(sentence, ephemeral=True)
                else:
                    await interaction.response.send_message(sentence, ephemeral=True)
        except Refusal as refusal:
            logger.info("a sentence could not be told: %s", refusal)
