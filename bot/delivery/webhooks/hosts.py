"""How many calls a host may have at once: one that is silent holds up nobody but itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from cachetools import TTLCache

MOST = 4
"""Calls of one host at once."""

MOST_SILENT = 1
"""Of one that did not answer the last time."""

LINE = 16
"""Calls that may wait for their turn."""

PATIENCE_S = 20.0
"""How long they wait."""

SILENT_S = 300.0
"""How long a silence is remembered, if nothing is heard."""

MOST_KNOWN = 1000


@dataclass(slots=True, weakref_slot=True)
class _Host:
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST))
    calls: int = 0
    line: int = 0


class Hosts:
    """Knows the calls that are under way, and who was silent."""

    def __init__(self) -> None:
        self._hosts: WeakValueDictionary[str, _Host] = WeakValueDictionary()
        self._silent: TTLCache[str, bool] = TTLCache(MOST_KNOWN, SILENT_S)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[bool]:
        """Whether a call may be made inside the block, maybe after a while in line."""
        here = self._hosts.setdefault(host, _Host())
        if not await self._enter(here, host):
            yield False
            return
        here.calls += 1
        try:
            yield True
        finally:
            here.calls -= 1
            here.places.release()

    def is_silent(self, host: str) -> bool:
        """Whether it did not answer the last time."""
        return host in self._silent

    def answered(self, host: str, *, silent: bool) -> None:
        """What a call of it was like, before its turn ends."""
        self._silent.pop(host, None)
        if silent:
            self._silent[host] = True

    async def _enter(self, here: _Host, host: str) -> bool:
        if here.line >= LINE or self._is_strained(here, host):
            return False
        here.line += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                await here.places.acquire()
        except TimeoutError:
            return False
        finally:
            here.line -= 1
        if self._is_strained(here, host):  # it fell silent meanwhile
            here.places.release()
            return False
        return True

    def _is_strained(self, here: _Host, host: str) -> bool:
        return self.is_silent(host) and here.calls >= MOST_SILENT
