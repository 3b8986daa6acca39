"""Ids are unique, time-ordered and shaped like Discord's."""

import time

DISCORD_EPOCH_MS = 1_420_070_400_000
_SEQUENCE_BITS = 22


def at(seconds: float) -> int:
    """The first id of this moment (Unix seconds)."""
    return int(seconds * 1000) - DISCORD_EPOCH_MS << _SEQUENCE_BITS


def moment_of(snowflake: int) -> float:
    """When an id was handed out (Unix seconds)."""
    return ((snowflake >> _SEQUENCE_BITS) + DISCORD_EPOCH_MS) / 1000


class Snowflakes:
    """Hands out ids; each is larger than every one before it.

    They carry the real time, not the moved clock: a bot reads its deadlines from them.
    """

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        """A new id as decimal text."""
        self._last = max(self._last + 1, at(time.time()))
        return str(self._last)
