"""What the model is told first in a server, as administrators see it. Pure."""

import discord

from bot.texts import say
from bot.texts.typed import as_typed
from bot.ui.admin_jobs import COLOUR
from bot.ui.post import Post
from bot.ui.status import DESCRIPTION_LIMIT
from bot.ui.text import shorten


def prompt_is(text: str | None, *, changed: bool = False) -> Post:
    """The prompt as it stands: as plain text, in which nothing is rendered."""
    if text is None:
        return Post(say("chat-prompt-reset") if changed else say("chat-prompt-none"))
    embed = discord.Embed(
        title=say("chat-prompt-set") if changed else say("chat-prompt-title"),
        description=shorten(as_typed(text), DESCRIPTION_LIMIT),
        colour=COLOUR,
    )
    embed.set_footer(text=say("chat-prompt-how"))
    return Post(embed=embed)
