"""`/queue status`: the line, and one's own place in it."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Conveyor
from bot.services import Services
from bot.texts import say
from bot.ui.status import status_embed


class QueueCog(commands.Cog):
    """Shows the queue to everyone."""

    group = app_commands.Group(name="queue", description=say("command-queue"))

    def __init__(self, services: Services) -> None:
        self._services = services

    @group.command(name="status", description=say("command-queue-status"))
    async def status(self, interaction: discord.Interaction) -> None:
        """Answer at once from maintained counters."""
        status = await self._services.queue.status(interaction.user.id)
        await interaction.response.send_message(embed=status_embed(status), ephemeral=True)


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    await client.add_cog(QueueCog(client.services))
