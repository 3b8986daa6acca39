"""`/setup …`: what an administrator needs to make the bot work in a server."""

import logging

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Conveyor
from bot.delivery.discord_calls import NOBODY
from bot.jobs.chat import Chat
from bot.operation import readiness
from bot.operation.finding import Finding
from bot.operation.invitation import invitation
from bot.texts import say
from bot.ui.checklist import checklist

logger = logging.getLogger(__name__)


class SetupCog(commands.Cog):
    """For administrators, whatever Discord's client lets others try."""

    group = app_commands.Group(
        name="setup",
        description=say("command-setup"),
        guild_only=True,
        default_permissions=discord.Permissions(administrator=True),
    )

    def __init__(self, client: Conveyor) -> None:
        self._client = client

    @group.command(name="check", description=say("command-setup-check"))
    async def check(self, interaction: discord.Interaction) -> None:
        """Look at permissions, intents, scopes, the queue, what answers, and the webhook."""
        guild = interaction.guild
        if guild is None or not interaction.permissions.administrator:
            logger.warning("a command for administrators was refused")
            await interaction.response.send_message(say("setup-not-allowed"), ephemeral=True)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        embed = checklist(await self._findings(guild), invitation(interaction.application_id))
        await interaction.edit_original_response(embed=embed, allowed_mentions=NOBODY)

    async def _findings(self, guild: discord.Guild) -> list[Finding]:
        client, services = self._client, self._client.services
        return [
            *readiness.access(guild.me, guild.channels),
            *readiness.intents(_asked_for(client.intents), client.application_flags),
            await readiness.scope(client.tree, guild),
            *readiness.queue(await services.queue.health()),
            Finding(None, await services.kind(Chat).check()),
            *await services.webhooks.checkup.of_guild(guild.id),
        ]


def _asked_for(intents: discord.Intents) -> list[str]:
    return [name for name in readiness.INTENTS if getattr(intents, name)]


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    await client.add_cog(SetupCog(client))
