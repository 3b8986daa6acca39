"""Claims what falls due of one way of news, and records what came of each, while it runs.

Deliveries are claimed under a lease and a token like jobs, so one that a crash interrupts is
done again by whoever comes next.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import ClassVar

from bot.operation.log_context import about_delivery
from bot.queue.deliveries import Later, Settlement, Way
from bot.queue.duty import PAUSE_S, log_failure
from bot.queue.errors import StoreError
from bot.queue.events import ENDINGS, Event, Events
from bot.queue.job import Clock
from bot.queue.store.base import DueDelivery, SettleDelivery, Store

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 15.0
"""How often other processes' leftovers are looked for."""

GATHER_S = 0.02
"""What falls due within a blink is claimed together."""

GIVE_BACK_S = 1.0
"""How long the end waits until what was interrupted is recorded as such."""


class Rounds(ABC):
    """Delivers what `store` owes, while it runs; `stop` ends after what is under way."""

    way: ClassVar[Way]
    lease_s: ClassVar[float]
    """How long one delivery may take."""
    at_once: ClassVar[int]
    """Deliveries under way at once."""

    def __init__(self, store: Store, events: Events, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._poked = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._looking = asyncio.Lock()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        events.subscribe(self._on_event)
        store.on_wake(self._wake_from_thread)

    @abstractmethod
    async def deliver(self, due: DueDelivery) -> None:
        """Bring one, and `record` what came of it. Must raise nothing."""

    async def prepare(self) -> None:  # noqa: B027 - most have nothing to do
        """What must be stored before a look at what is due. May raise what a store raises."""

    def poke(self) -> None:
        """Something may be due."""
        self._poked.set()

    def _on_event(self, event: Event) -> None:
        if event.name in ENDINGS:
            self.poke()

    def _wake_from_thread(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.poke)

    async def run(self) -> None:
        """Deliver until `stop`."""
        self._loop = asyncio.get_running_loop()
        while not self._stopping:
            self._poked.clear()
            pause = await self._round()
            await asyncio.sleep(GATHER_S)
            if pause > GATHER_S:
                await self._wait(pause - GATHER_S)

    async def stop(self, grace_s: float) -> None:
        """Bring what is due already, within `grace_s`; the rest waits for the next start."""
        if grace_s > 0:
            await self._bring_all(grace_s)
        else:  # what would be claimed would only be given back
            await self._prepare_for_the_next()
        self._stopping = True
        self.poke()
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=GIVE_BACK_S)

    async def _bring_all(self, grace_s: float) -> None:
        try:
            async with asyncio.timeout(grace_s):
                while await self._round() <= 0 or self._under_way:
                    if self._under_way:
                        await asyncio.wait(self._under_way)
        except TimeoutError:
            logger.info("%d deliveries go on after the next start", len(self._under_way))

    async def _prepare_for_the_next(self) -> None:
        try:
            await self.prepare()
        except StoreError as error:  # the next start asks Discord instead
            log_failure("what was heard at the end is not stored", error)

    async def _wait(self, pause: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):  # wait_for may swallow the end, next to a poke
                await self._poked.wait()

    async def _round(self) -> float:
        """Start what is due, as far as there is room; seconds until the next look.

        One look at a time: whoever ends must not overlook what another look has claimed just now.
        """
        async with self._looking:
            return await self._look()

    async def _look(self) -> float:
        room = self.at_once - len(self._under_way)
        try:
            await self.prepare()
            if room <= 0:
                return LOOK_EVERY_S
            due = await self._store.deliveries_claim(
                self._store.process, room, self.lease_s, self.way
            )
            full = len(due) == room
            following = self._clock() if full else await self._store.deliveries_next(self.way)
        except Exception as error:  # noqa: BLE001 - an outbox that stopped would go unseen
            log_failure("deliveries cannot be read now", error)
            return PAUSE_S
        for one in due:
            task = asyncio.create_task(self._deliver(one))
            self._under_way.add(task)
            task.add_done_callback(self._delivered)
        pause = LOOK_EVERY_S if following is None else following - self._clock()
        return min(max(pause, 0.0), LOOK_EVERY_S) if len(self._under_way) < self.at_once else 1.0

    def _delivered(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self.poke()

    async def _deliver(self, due: DueDelivery) -> None:
        about_delivery(due.delivery.job_id, due.delivery.id)
        try:
            await self.deliver(due)
        except asyncio.CancelledError:  # the next start need not wait until the lease is over
            await self.record(due, Later(self._clock(), "interrupted by the end of the process"))
            raise

    async def record(self, due: DueDelivery, settlement: Settlement) -> bool:
        """Store what came of one; whether that counts."""
        settle = SettleDelivery(due.delivery.id, due.delivery.token, settlement)
        try:
            (counts,) = await self._store.deliveries_settle([settle])
        except StoreError as error:  # the lease runs out, and it is done again
            logger.warning("a delivery could not be recorded: %s", error)
            return False
        return counts
