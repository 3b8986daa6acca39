"""Counts and spans of time, as people are told them."""

from bot.texts import say

POSITION_CAP = 1000
"""Positions are exact up to here (DESIGN §3)."""


def counted(ahead: int) -> str:
    """How many jobs are ahead: "12", or "1,000+" where counting stops."""
    return f"{ahead:,}{'+' if ahead >= POSITION_CAP else ''}"


def span(seconds: float) -> str:
    """So many seconds, in the unit that says enough."""
    if seconds < 1:
        return say("span-moment")
    if seconds < 90:
        return say("span-seconds", seconds=round(seconds))
    return say("span-minutes", minutes=round(seconds / 60))


def size(count: int) -> str:
    """So many bytes, in the unit that says enough."""
    kib = count / 1024
    if kib < 1024:
        return say("size-small", kib=max(1, round(kib)))
    return say("size-large", mib=round(kib / 1024, 1))
