"""Keeps a store in order while it is open: due jobs become ready, what waits long rises, the jobs
of the dead come back, and finished jobs go when their time is over.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.queue.duty import Report, log_failure
from bot.queue.job import Clock, Job
from bot.queue.retention import Retention
from bot.queue.schedule import Duty, Leaps, Promoter, every
from bot.queue.store.base import Store

PURGE_EVERY_S = 60.0
"""How often finished jobs past their keeping are looked for."""

AGE_EVERY_S = 10.0
"""How often one job of each person, at most, may rise by a priority."""

PURGE_BITE = 100
"""Jobs removed in one transaction, so that the writer is never held up for long."""


@dataclass(frozen=True, slots=True)
class UpkeepOptions:
    """A job is taken back within a sixth of `lease_s` (seconds) after its lease ran out, and rises
    by a priority with every `ageing_s` that it is ready.
    """

    lease_s: float
    max_losses: int
    retention: Retention
    ageing_s: float = 300


@dataclass(frozen=True, slots=True)
class Household:
    """Whom the upkeep talks to.

    `beat` renews the own leases before any lease is judged: after a long sleep of the machine all
    have run out. `ready` is called when jobs may be ready, `taken_back` with those that came back,
    `report` with what could not be done for now.
    """

    beat: Callable[[], Awaitable[None]]
    ready: Callable[[], None]
    taken_back: Callable[[Sequence[Job]], None]
    report: Report = log_failure


class Upkeep:
    """The duties, as tasks of the event loop that starts them."""

    def __init__(
        self, store: Store, options: UpkeepOptions, household: Household, clock: Clock = time.time
    ) -> None:
        self._store = store
        self._options = options
        self._household = household
        self._promoter = Promoter(store, household.ready, clock, household.report)
        self._leaps = Leaps(clock)
        self._duties: list[asyncio.Task[None]] = []

    def poke(self) -> None:
        """Some job may be due earlier than known."""
        self._promoter.poke()

    async def start(self) -> None:
        """Take back what dead predecessors held, then go on with all duties."""
        await self._reap()
        self._duties = [
            asyncio.create_task(self._promoter.run()),
            self._every(self._options.lease_s / 6, self._reap),
            self._every(PURGE_EVERY_S, self._purge),
            self._every(self._age_every_s, self._age),
        ]

    def _every(self, seconds: float, duty: Duty) -> asyncio.Task[None]:
        return asyncio.create_task(every(seconds, duty, self._household.report))

    async def stop(self) -> None:
        """End all duties."""
        for duty in self._duties:
            duty.cancel()
        await asyncio.gather(*self._duties, return_exceptions=True)
        self._duties = []

    async def _reap(self) -> None:
        await self._household.beat()
        if self._leaps.since_last() > self._options.lease_s / 2:
            return  # other processes beat before the next round
        while lost := await self._store.reap(self._options.max_losses):
            self._household.taken_back(lost)

    @property
    def _age_every_s(self) -> float:
        return min(AGE_EVERY_S, self._options.ageing_s)

    async def _age(self) -> None:
        if await self._store.age(self._options.ageing_s, self._age_every_s):
            self._household.ready()

    async def _purge(self) -> None:
        while await self._store.purge(self._options.retention, PURGE_BITE) == PURGE_BITE:
            continue
