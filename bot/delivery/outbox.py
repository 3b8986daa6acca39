"""Brings every finished job's news to whoever is owed it, once; what fails is tried again.

A delivery that a crash interrupts is done again (see `rounds.py`).
"""

import logging
import random
from typing import ClassVar

from pydantic import ValidationError

from bot.delivery.discord_calls import DiscordCalls, NotAcceptable, NotNow, WayClosed
from bot.delivery.ladder import Ladder
from bot.delivery.promises import NEVER_SEEN, Promises
from bot.delivery.rounds import Rounds
from bot.delivery.target import SealBroken, Sealer, Target
from bot.delivery.tickets import Tickets
from bot.queue.deliveries import (
    Abandoned,
    Delivered,
    Delivery,
    DeliveryState,
    Later,
    Released,
    Settlement,
    Way,
)
from bot.queue.errors import QueueError
from bot.queue.job import Clock, Job
from bot.queue.job_queue import JobQueue
from bot.queue.states import State
from bot.queue.store.base import DueDelivery, SettleDelivery, Store
from bot.ui.post import Post
from bot.ui.result import given_up, posts
from bot.ui.ticket import ticket

logger = logging.getLogger(__name__)

LEASE_S = 60.0
"""How long one delivery may take: uploads and the library's own retries of up to 25 s."""

AT_ONCE = 16
"""Deliveries under way at once."""

MOST_ATTEMPTS = 140
"""Tries before a delivery is given up: with the backoff below, about a day."""

LONGEST_PAUSE_S = 900.0
"""The longest wait between two tries of one delivery."""

REFUSED = (
    "The job is done, but Discord refused to show its result. Please ask again in other words; if "
    "that does not help, tell an administrator the number below."
)

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
        self._queue = queue
        self._calls = calls
        self._tickets = tickets
        self._sealer = sealer
        self.promises = Promises(queue, calls, tickets, sealer, clock)
        self._released: dict[str, Target] = {}

    def release(self, delivery_id: str, target: Target) -> None:
        """The person surely saw the ticket at `target`: the delivery may follow its job.

        Stored within a blink, together with others; if that is lost, the held delivery asks.
        """
        self._released[delivery_id] = target
        self.poke()

    async def prepare(self) -> None:
        """Store what was released."""
        released, self._released = self._released, {}
        if released:
            await self._store.deliveries_settle(
                [
                    SettleDelivery(delivery_id, None, Released(self._sealer.seal(target)))
                    for delivery_id, target in released.items()
                ]
            )

    async def deliver(self, due: DueDelivery) -> None:
        """Bring one delivery."""
        delivery = due.delivery
        try:
            settlement = await self._settlement(due)
        except NotNow as refusal:
            settlement = self._later(delivery, str(refusal), refusal.after_s)
        except SealBroken as broken:  # the former key may still be given
            logger.error("a delivery waits: %s", broken, extra={"job": delivery.job_id})  # noqa: TRY400
            settlement = self._later(delivery, str(broken))
        except (WayClosed, NotAcceptable) as refusal:
            settlement = Abandoned(str(refusal))
        except Exception as error:
            logger.exception("a delivery failed", extra={"job": delivery.job_id})
            settlement = self._later(delivery, type(error).__name__)
        if isinstance(settlement, Abandoned):
            level = logging.INFO if settlement.note == NEVER_SEEN else logging.ERROR
            extra = {"job": delivery.job_id}
            logger.log(level, "a delivery was given up: %s", settlement.note, extra=extra)
        await self.record(due, settlement)

    def _later(self, delivery: Delivery, note: str, after_s: float | None = None) -> Settlement:
        if delivery.attempt >= MOST_ATTEMPTS:
            return Abandoned(f"given up after {delivery.attempt} tries: {note}")
        pause = min(LONGEST_PAUSE_S, 2.0**delivery.attempt) * (0.5 + random.random() / 2)
        pause = pause if after_s is None else min(LONGEST_PAUSE_S, after_s)
        return Later(self._clock() + pause, note)

    async def _settlement(self, due: DueDelivery) -> Settlement:
        target = self._sealer.open(due.delivery.target)
        if due.job is None:
            return Abandoned(GONE_JOB)
        if due.delivery.state is DeliveryState.HELD:
            return await self.promises.ask(due.delivery, due.job, target)
        await self._tickets.close(due.job.id)
        await self._tickets.turn(target)
        return Delivered(await self._bring(due.delivery, due.job, target))

    async def _bring(self, delivery: Delivery, job: Job, target: Target) -> str:
        since = job.finished_at if delivery.attempt > 1 else None
        key = f"{delivery.id}:{job.token}"
        try:
            ladder = Ladder(self._calls, target, key, since)
            return await ladder.deliver(self._content(job, target), self._clock())
        except NotAcceptable as refusal:
            logger.error("Discord refused a result: %s", refusal, extra={"job": job.id})  # noqa: TRY400
            ladder = Ladder(self._calls, target, f"{key}:refused", since)
            return await ladder.deliver((Post(f"{REFUSED}\n-# job {job.id}"),), self._clock())

    def _content(self, job: Job, target: Target) -> tuple[Post, ...]:
        if job.state is not State.COMPLETED:
            return (self._ending(job),)
        try:
            reply = self._queue.registry[job.type].reply(job)
        except (QueueError, ValidationError):
            logger.exception("a result cannot be shown", extra={"job": job.id})
            sentence = "The result was made by another version of this bot and cannot be shown."
            return (Post(f"{sentence}\n-# job {job.id}"),)
        return posts(reply, single=target.private)

    def _ending(self, job: Job) -> Post:
        """The last ticket, of a failed job with what it had so far."""
        ended = ticket(job)
        if job.state is not State.DISCARDED or job.checkpoint is None:
            return ended
        try:
            partial = self._queue.registry[job.type].partial(job)
        except Exception:
            logger.exception("a partial result cannot be shown", extra={"job": job.id})
            return ended
        return ended if partial is None else given_up(ended, partial)
