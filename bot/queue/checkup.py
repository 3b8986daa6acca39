"""Asks the store how things are; that it does not answer is an answer too."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from bot.queue.errors import StoreError
from bot.queue.health import Configured, Health, judged, unreachable
from bot.queue.job import Clock
from bot.queue.process import resident_bytes
from bot.queue.sentences import sentence
from bot.queue.statistics import Statistics, summed_up
from bot.queue.store.base import Store

ANSWER_S = 10.0
"""How long a store may be silent before it counts as away; a lock is waited for half as long."""


class Checkup:
    """Reads a store's numbers, and judges them by what is configured and set at that moment."""

    def __init__(self, store: Store, configured: Callable[[], Configured], clock: Clock) -> None:
        self._store = store
        self._configured = configured
        self._clock = clock

    async def statistics(self) -> Statistics:
        """The queue in numbers. Raises `StoreError`."""
        stats, figures = await asyncio.gather(self._store.stats(), self._store.figures())
        return summed_up(stats, figures, self._clock(), resident_bytes())

    async def health(self) -> Health:
        """How well it is; CRITICAL if the store cannot be written and read within `ANSWER_S`."""
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._store.beat([], 0)  # nobody's sign of life: a write that changes nothing
                policies = await self._store.policies()
                statistics = await self.statistics()
        except StoreError as error:
            return unreachable(str(error))
        except TimeoutError:
            return unreachable(sentence("issue-silent", seconds=f"{ANSWER_S:g}"))
        return judged(statistics, replace(self._configured(), paused=policies.paused))
