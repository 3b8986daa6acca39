"""`/admin log`: who did what, and what failed."""

import discord
from discord import app_commands

from bot.client import Conveyor
from bot.delivery.administration.desk import AdminDesk
from bot.delivery.person import person_of
from bot.texts import say
from cogs.admin import AdminGroup, add_to_admin
from cogs.answering import answer


class LogGroup(AdminGroup):
    """Every answer is for the administrator alone."""

    def __init__(self, desk: AdminDesk) -> None:
        super().__init__(name="log", description=say("command-admin-log"))
        self._desk = desk

    @app_commands.command(description=say("command-admin-log-audit"))
    async def audit(self, interaction: discord.Interaction) -> None:
        """Who did what, newest first."""
        await answer(interaction, self._desk.audit, person_of(interaction))

    @app_commands.command(name="error", description=say("command-admin-log-error"))
    @app_commands.describe(id=say("command-admin-log-error-id"))
    async def failed(
        self,
        interaction: discord.Interaction,
        id: app_commands.Range[str, 1, 100] | None = None,  # noqa: A002 - its name on Discord
    ) -> None:
        """What is known of one failure, or which there were."""
        await answer(interaction, self._desk.failure, person_of(interaction), id)


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    add_to_admin(client, LogGroup(client.services.admin))
