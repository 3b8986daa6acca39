"""How commands for administrators are answered: at once that an answer comes, then the answer, for
the person alone.
"""

from collections.abc import Awaitable, Callable
from typing import ParamSpec

import discord

from bot.delivery.discord_calls import refusals
from bot.delivery.presses import edit_of
from bot.ui.post import Post

P = ParamSpec("P")


async def answer(
    interaction: discord.Interaction,
    make: Callable[P, Awaitable[Post]],
    *args: P.args,
    **options: P.kwargs,
) -> None:
    """Show what `make` makes of these. What goes wrong is raised, for the one who answers for
    failures; what was told of twice is made once.
    """
    with refusals():
        await interaction.response.defer(ephemeral=True, thinking=True)
        await edit_of(interaction)(await make(*args, **options))
