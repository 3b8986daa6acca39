"""Findings as people see them in Discord. Pure."""

from collections.abc import Sequence

import discord

from bot.operation.finding import MARKS, Finding
from bot.texts import say
from bot.ui.text import shorten

LINES_LIMIT = 4096
"""Characters of an embed's description (Discord's documentation on messages)."""

WELL, MISSING = 0x3BA55D, 0xD83C3E


def checklist(findings: Sequence[Finding], link: str) -> discord.Embed:
    """What is missing first, then what is worth knowing, then what is ready; and the link."""
    worst_first = sorted(findings, key=lambda one: (False, None, True).index(one.good))
    lines = "\n".join(f"{MARKS[one.good]} {one.text}" for one in worst_first)
    missing = any(one.good is False for one in findings)
    embed = discord.Embed(
        title=say("setup-title-missing") if missing else say("setup-title-well"),
        description=shorten(lines, LINES_LIMIT),
        colour=MISSING if missing else WELL,
    )
    embed.add_field(name=say("setup-link"), value=link, inline=False)
    return embed
