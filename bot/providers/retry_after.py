"""How long a server asks to be left alone: the Retry-After header, in seconds."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT_S = 86_400.0
"""A provider that asks for more than a day of patience is not believed."""


def retry_after(header: str | None, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or HTTP date (RFC 9110 §10.2.3), as seconds after `now`.

    None if it is absent or unreadable; never negative, never above `LONGEST_WAIT_S`.
    """
    if header is None:
        return None
    seconds = _seconds(header)
    if seconds is None:
        seconds = _seconds_until(header, now)
    if seconds is None or not math.isfinite(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT_S)


def _seconds(header: str) -> float | None:
    try:
        return float(header)
    except ValueError:
        return None


def _seconds_until(header: str, now: datetime) -> float | None:
    try:
        then = parsedate_to_datetime(header)
    except ValueError:
        return None
    return ((then if then.tzinfo else then.replace(tzinfo=UTC)) - now).total_seconds()
