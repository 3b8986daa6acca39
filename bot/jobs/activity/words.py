"""Numbers and times as the report and the chart say them."""

from bot.texts import say


def count(number: float) -> str:
    """A whole number."""
    return say("activity-count", count=round(number))


def duration(seconds: float) -> str:
    """Hours and minutes; seconds where that would be nothing."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return say("span-seconds", seconds=rest)
    return say("activity-duration", hours=minutes // 60, minutes=minutes % 60)
