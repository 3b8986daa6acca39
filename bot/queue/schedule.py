"""Makes jobs ready when their time comes, and takes back those whose worker died."""

import asyncio
import logging
from collections.abc import Callable, Coroutine

from bot.queue.errors import StoreError
from bot.queue.job import Clock
from bot.queue.store.base import Store

logger = logging.getLogger(__name__)

STORE_PAUSE_S = 1.0
"""Seconds before a store that refused is asked again."""


class Promoter:
    """Sleeps until the next job is due, however far that is; `poke` when that may have changed."""

    def __init__(self, store: Store, ready: Callable[[], None], clock: Clock) -> None:
        self._store = store
        self._ready = ready
        self._clock = clock
        self._poked = asyncio.Event()

    def poke(self) -> None:
        """Some job may be due earlier than known."""
        self._poked.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._poked.clear()
            pause = await self._promote()
            try:
                await asyncio.wait_for(self._poked.wait(), pause)
            except TimeoutError:
                continue

    async def _promote(self) -> float | None:
        try:
            due = await self._store.promote()
        except StoreError as error:
            logger.warning("due jobs were not made ready: %s", error)
            return STORE_PAUSE_S
        self._ready()
        return None if due is None else max(0.0, due - self._clock())


async def every(seconds: float, duty: Callable[[], Coroutine[None, None, None]]) -> None:
    """Do a duty at once and then every so many seconds, until cancelled; a refusal is logged."""
    while True:
        try:
            await duty()
        except StoreError as error:
            logger.warning("a duty of the queue was put off: %s", error)
        await asyncio.sleep(seconds)
