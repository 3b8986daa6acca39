"""A panel of a reply as Discord frames it: what is too long is cut, with a sign that it was."""

import discord

from bot.queue.reply import Panel
from bot.ui.text import clean, shorten

TITLE, TEXT, NAME, VALUE, FIELDS, ALL = 256, 4096, 256, 1024, 25, 6000
"""Characters of a title, a text, a field's name and value; fields; characters in all (Discord's
documentation on messages).
"""

SHORTEST = 8
"""Where fewer characters are left, nothing that would have to be cut is begun."""

NOTHING = "\u200b"
"""Discord takes no field that is empty; this has no width."""


def embed_of(panel: Panel, files: frozenset[str]) -> discord.Embed:
    """The panel, with its picture if a file of that name is there. Pure."""
    embed = discord.Embed(title=_fitting(panel.title, TITLE) or None)
    for name, value in panel.fields[:FIELDS]:
        shown = _fitting(name, NAME) or NOTHING, _fitting(value, VALUE) or NOTHING
        if len(embed) + sum(map(len, shown)) <= ALL:
            embed.add_field(name=shown[0], value=shown[1], inline=False)
    embed.description = _fitting(panel.text, min(TEXT, ALL - len(embed))) or None
    if panel.image in files:
        embed.set_image(url=f"attachment://{panel.image}")
    return embed


def _fitting(text: str, limit: int) -> str:
    text = clean(text).strip()
    if len(text) <= limit:
        return text
    return shorten(text, limit) if limit >= SHORTEST else ""
