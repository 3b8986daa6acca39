"""Options that take the id of a job, and what is offered while an administrator types one."""

import discord
from discord import app_commands

from bot.delivery.person import person_of
from bot.delivery.showing import Showing
from bot.queue.states import State
from cogs.admin import is_administrator

Id = app_commands.Range[str, 1, 100]
"""Characters of what may be typed in place of an id, which has 26."""


async def choices(
    interaction: discord.Interaction, showing: Showing, typed: str, states: frozenset[State]
) -> list[app_commands.Choice[str]]:
    """The server's jobs of these states (none: all)."""
    if not is_administrator(interaction):
        return []
    found = await showing.choices(person_of(interaction), typed, states)
    return [app_commands.Choice(name=name, value=job_id) for job_id, name in found.items()]
