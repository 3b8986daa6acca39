"""Brings every finished job's news to whoever is owed it, once; what fails is tried again.

Deliveries are claimed under a lease and a token like jobs, so one that a crash interrupts is
done again by whoever comes next.
"""

import asyncio
import logging
import random
from contextlib import suppress

from bot.delivery.bringing import Bringing
from bot.delivery.discord_calls import DiscordCalls, NotAcceptable, NotNow, WayClosed
from bot.delivery.ladder import SoFar
from bot.delivery.pings import Pings
from bot.delivery.promises import NEVER_SEEN, Promises
from bot.delivery.target import SealBroken, Sealer, Target
from bot.delivery.tickets import Tickets
from bot.delivery.undelivered import Undelivered
from bot.log_context import about_delivery
from bot.queue.deliveries import (
    Abandoned,
    Delivered,
    Delivery,
    DeliveryState,
    Later,
    Released,
    Settlement,
)
from bot.queue.duty import PAUSE_S, log_failure
from bot.queue.errors import StoreError
from bot.queue.events import ENDINGS, Event
from bot.queue.job import Clock
from bot.queue.job_queue import JobQueue
from bot.queue.store.base import DueDelivery, SettleDelivery, Store

logger = logging.getLogger(__name__)

LEASE_S = 60.0
"""How long one delivery may take: uploads and the library's own retries of up to 25 s."""

AT_ONCE = 16
"""Deliveries under way at once."""

MOST_ATTEMPTS = 140
"""Tries before a delivery is given up: with the backoff below, about a day."""

LONGEST_PAUSE_S = 900.0
"""The longest wait between two tries of one delivery."""

LOOK_EVERY_S = 15.0
"""How often other processes' leftovers are looked for."""

GATHER_S = 0.02
"""What falls due within a blink is claimed together."""

GONE_JOB = "the job was removed before its result was delivered"


class Outbox:
    """Delivers what `store` owes, while it runs; `stop` ends after what is under way."""

    def __init__(
        self,
        queue: JobQueue,
        store: Store,
        calls: DiscordCalls,
        tickets: Tickets,
        sealer: Sealer,
        clock: Clock,
    ) -> None:
        self._store = store
        self._calls = calls
        self._tickets = tickets
        self._sealer = sealer
        self._clock = clock
        self.promises = Promises(queue, calls, tickets, sealer, clock)
        self._pings = Pings(queue.store, calls, clock)
        self._book = Undelivered(queue.store)
        self._poked = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._released: dict[str, Target] = {}
        queue.events.subscribe(self._on_event)
        store.on_wake(self._wake_from_thread)
        self._loop: asyncio.AbstractEventLoop | None = None

    def release(self, delivery_id: str, target: Target) -> None:
        """The person surely saw the ticket at `target`: the delivery may follow its job.

        Stored within a blink, together with others; if that is lost, the held delivery asks.
        """
        self._released[delivery_id] = target
        self.poke()

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
        try:
            async with asyncio.timeout(grace_s):
                while await self._round() <= 0 or self._under_way:
                    if self._under_way:
                        await asyncio.wait(self._under_way)
        except TimeoutError:
            logger.info("%d deliveries go on after the next start", len(self._under_way))
        self._stopping = True
        self.poke()
        for task in self._under_way:
            task.cancel()

    async def _wait(self, pause: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):  # wait_for may swallow the end, next to a poke
                await self._poked.wait()

    async def _round(self) -> float:
        """Start what is due, as far as there is room; seconds until the next look."""
        room = AT_ONCE - len(self._under_way)
        try:
            await self._store_releases()
            if room <= 0:
                return LOOK_EVERY_S
            due = await self._store.deliveries_claim(self._store.process, room, LEASE_S)
            following = await self._store.deliveries_next() if len(due) < room else self._clock()
        except Exception as error:  # noqa: BLE001 - an outbox that stopped would go unseen
            log_failure("deliveries cannot be read now", error)
            return PAUSE_S
        for one in due:
            task = asyncio.create_task(self._deliver(one))
            self._under_way.add(task)
            task.add_done_callback(self._delivered)
        pause = LOOK_EVERY_S if following is None else following - self._clock()
        return min(max(pause, 0.0), LOOK_EVERY_S) if len(self._under_way) < AT_ONCE else 1.0

    async def _store_releases(self) -> None:
        released, self._released = self._released, {}
        if released:
            await self._store.deliveries_settle(
                [
                    SettleDelivery(delivery_id, None, Released(self._sealer.seal(target)))
                    for delivery_id, target in released.items()
                ]
            )

    def _delivered(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self.poke()

    async def _deliver(self, due: DueDelivery) -> None:
        delivery = due.delivery
        about_delivery(delivery.job_id, delivery.id)
        presenting = self._tickets.presenting
        bringing = Bringing(self._calls, presenting, self._pings, self._clock, delivery)
        try:
            settlement = await self._settlement(due, bringing)
        except NotNow as refusal:
            settlement = self._later(delivery, str(refusal), bringing.so_far, refusal.after_s)
        except SealBroken as broken:  # the former key may still be given
            logger.error("a delivery waits: %s", broken, extra={"job": delivery.job_id})  # noqa: TRY400
            settlement = self._later(delivery, str(broken))
        except (WayClosed, NotAcceptable) as refusal:
            settlement = Abandoned(str(refusal))
        except Exception as error:
            logger.exception("a delivery failed", extra={"job": delivery.job_id})
            settlement = self._later(delivery, type(error).__name__, bringing.so_far)
        settle = SettleDelivery(delivery.id, delivery.token, settlement)
        try:
            (counts,) = await self._store.deliveries_settle([settle])
        except StoreError as error:  # the lease runs out, and it is done again
            logger.warning("a delivery could not be recorded: %s", error)
        else:
            if counts:
                await self._note(due, settlement, bringing.so_far)

    async def _note(self, due: DueDelivery, settlement: Settlement, so_far: SoFar | None) -> None:
        """Tell administrators of what did not reach its person."""
        if isinstance(settlement, Abandoned) and settlement.note != NEVER_SEEN:
            await self._book.given_up(due, settlement.note)
        elif isinstance(settlement, Delivered) and so_far is not None and so_far.reason:
            await self._book.kept(due, so_far.reason)

    def _later(
        self,
        delivery: Delivery,
        note: str,
        so_far: SoFar | None = None,
        after_s: float | None = None,
    ) -> Settlement:
        if delivery.attempt >= MOST_ATTEMPTS:
            return Abandoned(f"given up after {delivery.attempt} tries: {note}")
        pause = min(LONGEST_PAUSE_S, 2.0**delivery.attempt) * (0.5 + random.random() / 2)
        pause = pause if after_s is None else min(LONGEST_PAUSE_S, after_s)
        progress = None if so_far is None else so_far.model_dump_json()
        return Later(self._clock() + pause, note, progress)

    async def _settlement(self, due: DueDelivery, bringing: Bringing) -> Settlement:
        target = self._sealer.open(due.delivery.target)
        if due.job is None:
            return Abandoned(GONE_JOB)
        if due.delivery.state is DeliveryState.HELD:
            return await self.promises.ask(due.delivery, due.job, target)
        await self._tickets.close(due.job.id)
        await self._tickets.turn(target)
        return Delivered(await bringing.run(due.job, target))
