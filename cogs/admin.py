"""`/admin`: one command into which cogs put groups of their own, for administrators only.

Discord shows it to administrators, but a server can change that, and a client can pretend: so each
use is checked here once more, by what Discord's server says of the person.
"""

import logging

import discord
from discord import app_commands

from bot.client import Conveyor
from bot.texts import say

logger = logging.getLogger(__name__)


class NotAnAdministrator(app_commands.CheckFailure):
    """Nothing was done; the text tells the person why."""


class AdminGroup(app_commands.Group):
    """A group of commands inside `/admin` that only administrators of the server may use."""

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Refuse everybody else, and log who it was."""
        if is_administrator(interaction):
            return True
        command = interaction.command.qualified_name if interaction.command else "/admin"
        logger.warning("person %d was refused %s", interaction.user.id, command)
        raise NotAnAdministrator(say("admin-only"))


def is_administrator(interaction: discord.Interaction) -> bool:
    """Whether the person administers the server in which this happens. For autocomplete too, of
    which no check is asked.
    """
    return interaction.guild_id is not None and interaction.permissions.administrator


def add_to_admin(client: Conveyor, group: AdminGroup) -> None:
    """Offer the group's commands as `/admin …`, beside those of other cogs."""
    admin = client.tree.get_command("admin")
    if not isinstance(admin, app_commands.Group):
        admin = app_commands.Group(
            name="admin",
            description=say("admin-command"),
            guild_only=True,
            default_permissions=discord.Permissions(administrator=True),
        )
        client.tree.add_command(admin)
    admin.add_command(group)
