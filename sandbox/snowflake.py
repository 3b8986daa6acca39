"""Ids are unique, time-ordered and shaped like Discord's."""

import time

DISCORD_EPOCH_MS = 1_420_070_400_000
_SEQUENCE_BITS = 22


class Snowflakes:
    """Hands out ids; each is larger than every one before it.

    They carry the real time, not the moved clock: a bot reads its deadlines from them.
    """

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        """A new id as decimal text."""
        milliseconds = int(time.time() * 1000) - DISCORD_EPOCH_MS
        self._last = max(self._last + 1, milliseconds << _SEQUENCE_BITS)
        return str(self._last)
