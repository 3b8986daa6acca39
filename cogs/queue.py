"""`/queue status`: the line, and one's own place in it."""

import asyncio

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Conveyor
from bot.services import Services
from bot.texts import say
from bot.ui.status import status_embed

PATIENCE_S = 1.0
"""How long the store may take before an answer is promised: Discord waits for 3 s."""


class QueueCog(commands.Cog):
    """Shows the queue to everyone."""

    group = app_commands.Group(name="queue", description=say("command-queue"))

    def __init__(self, services: Services) -> None:
        self._services = services

    @group.command(name="status", description=say("command-queue-status"))
    async def status(self, interaction: discord.Interaction) -> None:
        """Answer at once from maintained counters; promise it first while the store is slow."""
        looking = asyncio.create_task(
            self._services.queue.status(interaction.user.id, interaction.guild_id)
        )
        done, _ = await asyncio.wait({looking}, timeout=PATIENCE_S)
        if done:
            embed = status_embed(await looking)
            await interaction.response.send_message(embed=embed, ephemeral=True)
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await interaction.edit_original_response(embed=status_embed(await looking))


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    await client.add_cog(QueueCog(client.services))
