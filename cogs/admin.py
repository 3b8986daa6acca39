"""`/admin` and other commands for administrators only, into which cogs put groups of their own.

Discord shows them to administrators, but a server can change that, and a client can pretend: so
each use is checked here once more, by what Discord's server says of the person.
"""

import discord
from discord import app_commands

from bot.client import Conveyor
from bot.delivery.administration.deeds import check
from bot.delivery.person import person_of
from bot.texts import say


class AdminGroup(app_commands.Group):
    """A group of commands that only administrators of the server may use."""

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Refuse everybody else, and log who it was."""
        check(person_of(interaction))
        return True


def is_administrator(interaction: discord.Interaction) -> bool:
    """Whether the person administers the server in which this happens. For autocomplete too, of
    which no check is asked.
    """
    return interaction.guild_id is not None and interaction.permissions.administrator


def add_to_admin(client: Conveyor, group: AdminGroup) -> None:
    """Offer the group's commands as `/admin …`, beside those of other cogs."""
    shared_group(client, "admin", say("command-admin")).add_command(group)


def shared_group(client: Conveyor, name: str, description: str) -> app_commands.Group:
    """The command of this name, for administrators, which several cogs share."""
    found = client.tree.get_command(name)
    if isinstance(found, app_commands.Group):
        return found
    made = AdminGroup(
        name=name,
        description=description,
        guild_only=True,
        default_permissions=discord.Permissions(administrator=True),
    )
    client.tree.add_command(made)
    return made
