"""`/notify`: how people want to hear that something which took long is done."""

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Conveyor
from bot.delivery.discord_calls import refusals
from bot.delivery.pings import NOTIFY, UNLESS_CHOSEN, person_scope
from bot.texts import say

Mode = Literal["none", "mention", "dm"]


class NotifyCog(commands.Cog):
    """Keeps each person's choice, everywhere and for ever."""

    def __init__(self, client: Conveyor) -> None:
        self._client = client
        self._records = client.services.queue.store

    @app_commands.command(name="notify", description=say("command-notify"))
    @app_commands.describe(mode=say("command-notify-mode"))
    async def notify(self, interaction: discord.Interaction, mode: Mode | None = None) -> None:
        """Keep the choice, or tell which it is."""
        await self._client.carry_out(interaction, self._notify(interaction, mode))

    async def _notify(self, interaction: discord.Interaction, mode: Mode | None) -> None:
        with refusals():
            await interaction.response.defer(ephemeral=True, thinking=True)
            scope = person_scope(interaction.user.id)
            if mode is None:
                chosen = (await self._records.notes(scope)).get(NOTIFY, UNLESS_CHOSEN)
                told = say("notify-is", mode=chosen)
            else:
                await self._records.note(scope, NOTIFY, mode)
                told = say("notify-chosen", mode=mode)
            await interaction.edit_original_response(content=told)


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    await client.add_cog(NotifyCog(client))
