"""What each server tells the model of who it is, and how it is to answer."""

import logging
from contextlib import suppress

from cachetools import LRUCache, TTLCache

from bot.queue.errors import StoreError
from bot.queue.store.base import Records

logger = logging.getLogger(__name__)

NAME = "text"

REMEMBERED = 1000
"""Servers whose prompts are at hand while the store is away."""

FRESH_S = 2.0
"""How long a prompt is taken for what it was: a crowd's questions need not all look. What another
process has set counts a moment later.
"""


class Prompts:
    """The servers' own system messages."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._known: LRUCache[int, str | None] = LRUCache(REMEMBERED)
        self._fresh: TTLCache[int, str | None] = TTLCache(REMEMBERED, FRESH_S)

    async def shown(self, guild: int) -> str | None:
        """The server's prompt. Raises `StoreError`."""
        text = (await self._records.notes(_scope(guild))).get(NAME)
        self._known[guild] = self._fresh[guild] = text
        return text

    async def of(self, guild: int | None) -> str | None:
        """The server's prompt; while the store is away, the one that was known last."""
        if guild is None:
            return None
        with suppress(KeyError):
            return self._fresh[guild]
        try:
            return await self.shown(guild)
        except StoreError as error:
            logger.warning("a server's prompt is as it was known last: %s", error)
            return self._known.get(guild)

    async def set(self, guild: int, text: str | None) -> None:
        """Begin every conversation there with it; None: with none. Raises `StoreError`."""
        await self._records.note(_scope(guild), NAME, text)
        self._fresh.pop(guild, None)


def _scope(guild: int) -> str:
    return f"chat prompt {guild}"
