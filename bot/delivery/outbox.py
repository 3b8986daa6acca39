"""Brings every finished job's news to whoever is owed it, once; what fails is tried again.

A delivery that a crash interrupts is done again (see `rounds.py`).
"""

import logging
import random
from typing import ClassVar

from bot.delivery.bringing import Bringing
from bot.delivery.discord_calls import DiscordCalls, NotAcceptable, NotNow, WayClosed
from bot.delivery.ladder import SoFar
from bot.delivery.pings import Pings
from bot.delivery.promises import Promises
from bot.delivery.rounds import Rounds
from bot.delivery.target import SealBroken, Sealer, Target
from bot.delivery.tickets import Tickets
from bot.delivery.undelivered import Undelivered
from bot.queue.deliveries import (
    NEVER_SEEN,
    Abandoned,
    Delivered,
    Delivery,
    DeliveryState,
    Later,
    Released,
    Settlement,
    Way,
)
from bot.queue.job import Clock
from bot.queue.job_queue import JobQueue
from bot.queue.store.base import DueDelivery, SettleDelivery, Store

logger = logging.getLogger(__name__)

LEASE_S = 300.0
"""How long one delivery may take: ten large files, and the library's own retries. What a dead
process had under way is free at once.
"""

AT_ONCE = 16
"""Deliveries under way at once."""

MOST_ATTEMPTS = 140
"""Tries before a delivery is given up: with the backoff below, about a day."""

LONGEST_PAUSE_S = 900.0
"""The longest wait between two tries of one delivery."""

GONE_JOB = "the job was removed before its result was delivered"


class Outbox(Rounds):
    """Delivers what `store` owes to people."""

    way: ClassVar[Way] = Way.PERSON
    lease_s: ClassVar[float] = LEASE_S
    at_once: ClassVar[int] = AT_ONCE

    def __init__(
        self,
        queue: JobQueue,
        store: Store,
        calls: DiscordCalls,
        tickets: Tickets,
        sealer: Sealer,
        clock: Clock,
    ) -> None:
        super().__init__(store, queue.events, clock)
        self._calls = calls
        self._tickets = tickets
        self._sealer = sealer
        self.promises = Promises(queue, calls, tickets, sealer, clock)
        self._pings = Pings(queue.store, calls, clock)
        self._book = Undelivered(queue.store)
        self._released: dict[str, Target] = {}

    def release(self, delivery_id: str, target: Target) -> None:
        """The person surely saw the ticket at `target`: the delivery may follow its job.

        Stored within a blink, together with others; if that is lost, the held delivery asks.
        """
        self._released[delivery_id] = target
        self.poke()

    async def prepare(self) -> None:
        """Store what was released."""
        released = dict(self._released)
        if released:
            await self._store.deliveries_settle(
                [
                    SettleDelivery(delivery_id, None, Released(self._sealer.seal(target)))
                    for delivery_id, target in released.items()
                ]
            )
        for delivery_id, target in released.items():
            if self._released.get(delivery_id) is target:  # it was not released anew meanwhile
                del self._released[delivery_id]

    async def deliver(self, due: DueDelivery) -> None:
        """Bring one delivery."""
        delivery = due.delivery
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
        if await self.record(due, settlement):
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
