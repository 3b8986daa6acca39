"""The option `at` of commands that may run later: moments as people type them."""

import asyncio
import re
from datetime import UTC, datetime

import dateparser
from discord import app_commands

from bot.delivery.sight import NotAllowed
from bot.texts import say
from bot.ui.text import clean

At = app_commands.Range[str, 1, 100]

DESCRIPTION = say("command-at")
"""What Discord shows beside the option."""

FURTHEST_S = 366 * 86_400.0
"""Nobody means to wait longer than a year."""

FORGIVEN_S = 60.0
"""Who types this minute means now."""

_BARE_NUMBER = re.compile(r"[-+]?\d+")
"""The parser takes one for a day, or a month."""


async def when(typed: str | None, now: float) -> float | None:
    """The moment (unix seconds) of a text such as "in 2h", "18:30" (the next one, in UTC unless it
    names another zone) or an ISO time; None: now. `now` in unix seconds.

    Raises `NotAllowed` for what is no moment, is past, or too far away.
    """
    typed = clean(typed or "").strip()
    if not typed:
        return None
    if _BARE_NUMBER.fullmatch(typed):
        raise NotAllowed(say("at-unknown", typed=typed))
    moment = await asyncio.to_thread(_parsed, typed, now)  # the first time takes 70 ms
    if moment is None:
        raise NotAllowed(say("at-unknown", typed=typed))
    if moment < now - FORGIVEN_S:
        raise NotAllowed(say("at-past", at=str(int(moment))))
    if moment > now + FURTHEST_S:
        raise NotAllowed(say("at-too-far", at=str(int(moment))))
    return moment if moment > now else None


def _parsed(typed: str, now: float) -> float | None:
    settings = {
        "TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "PREFER_DATES_FROM": "future",
        "RELATIVE_BASE": datetime.fromtimestamp(now, UTC).replace(tzinfo=None),
    }
    try:
        found = dateparser.parse(typed, languages=["en"], settings=settings)
    except OverflowError:  # in UTC it is beyond the last year that there is
        return None
    return None if found is None else found.timestamp()
