"""How commands for administrators are answered: at once that an answer comes, then the answer, for
the person alone.
"""

from collections.abc import Awaitable

import discord

from bot.delivery.discord_calls import refusals
from bot.delivery.presses import edit_of
from bot.ui.post import Post


async def answer(interaction: discord.Interaction, making: Awaitable[Post]) -> None:
    """Show what is made. What goes wrong is raised, for the one who answers for failures."""
    with refusals():
        await interaction.response.defer(ephemeral=True, thinking=True)
        await edit_of(interaction)(await making)
