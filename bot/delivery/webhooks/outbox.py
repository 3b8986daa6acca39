"""Tells programs how jobs ended, until each has heard it or the tries are used up.

Every try says the same under the same id, so a receiver that hears it twice can tell; news of one
delivery is told in order.
"""

import asyncio
import logging
import random
from dataclasses import dataclass
from typing import ClassVar
from weakref import WeakValueDictionary

from bot.delivery.rounds import Rounds
from bot.delivery.target import SealBroken
from bot.delivery.webhooks.body import body, message_id
from bot.delivery.webhooks.call import Answer, Caller
from bot.delivery.webhooks.directory import Debt, Directory, NobodyThere, WebhookSettings
from bot.delivery.webhooks.hook import LONGEST_TIMEOUT_S, Hook
from bot.delivery.webhooks.hosts import PATIENCE_S, Hosts
from bot.delivery.webhooks.journal import Journal, Line
from bot.queue.deliveries import Abandoned, Delivered, Delivery, Later, Settlement, Way
from bot.queue.errors import StoreError
from bot.queue.job import Clock, Job
from bot.queue.job_queue import JobQueue
from bot.queue.store.base import DueDelivery, Store
from bot.texts import say

logger = logging.getLogger(__name__)

AT_ONCE = 128
"""Calls under way or in line at once, of all hosts."""

LONGEST_RETRY_AFTER_S = 900.0
"""A receiver that asks for a longer rest is asked again sooner."""

MOST_ATTEMPTS = 140
"""Leases after which news is given up that could not even be sent: about a day."""

LONGEST_PAUSE_S = 900.0
"""Between two of those."""

BUSY_PAUSE_S = 4.0
"""The longest wait of news whose host has enough to do already."""

GONE_JOB = "the job was removed before its webhook was told"
TOLD_ALREADY = "the same webhook is told of this job by an earlier delivery"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the outboxes of one process share."""

    directory: Directory
    caller: Caller
    journal: Journal
    hosts: Hosts
    settings: WebhookSettings


@dataclass(frozen=True, slots=True)
class _Case:
    """One delivery, opened. `guild`: whose journal knows of it (None: the operator's)."""

    delivery: Delivery
    job: Job
    debt: Debt
    hook: Hook

    @property
    def guild(self) -> int | None:
        return None if self.debt.to == "settings" else self.job.guild

    @property
    def tries(self) -> int:
        """Which try this is: an interrupted one is not counted, and a redelivery begins anew."""
        counted = int(self.delivery.progress or 0)
        return min(counted, self.delivery.attempt - 1) + 1


class WebhookOutbox(Rounds):
    """Delivers what `store` owes to programs."""

    way: ClassVar[Way] = Way.WEBHOOK
    lease_s: ClassVar[float] = 2 * (PATIENCE_S + LONGEST_TIMEOUT_S) + 20
    """For a turn of its own, and for that of an earlier end of its job."""
    at_once: ClassVar[int] = AT_ONCE

    def __init__(self, queue: JobQueue, store: Store, parts: Parts, clock: Clock) -> None:
        super().__init__(store, queue.events, clock)
        self._registry = queue.registry
        self._parts = parts
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def deliver(self, due: DueDelivery) -> None:
        """Tell one program; a newer end of the job waits until the older was told."""
        turn = self._turns.setdefault(due.delivery.id, asyncio.Lock())
        async with turn:
            await self.record(due, await self._outcome(due))

    async def _outcome(self, due: DueDelivery) -> Settlement:
        try:
            return await self._settlement(due)
        except NobodyThere as reason:
            logger.info("a webhook is not told: %s", reason)
            return Abandoned(str(reason))
        except (SealBroken, StoreError) as error:
            return self._not_sent(due.delivery, str(error))
        except Exception as error:
            logger.exception("a webhook failed")
            return self._not_sent(due.delivery, type(error).__name__)

    async def _settlement(self, due: DueDelivery) -> Settlement:
        delivery, job = due.delivery, due.job
        if job is None:
            return Abandoned(GONE_JOB)
        debt = Debt.model_validate_json(delivery.target)
        if debt.to != "job" and not await self._is_first(delivery):
            return Abandoned(TOLD_ALREADY)
        case = _Case(delivery, job, debt, await self._parts.directory.find(debt, job))
        async with self._parts.hosts.turn(case.hook.host) as mine:
            if not mine:
                return self._busy(case)
            answer = await self._call(case)
        return await self._judged(case, answer)

    async def _is_first(self, delivery: Delivery) -> bool:
        """Who joins a job owes its news to the same server's webhook once more; once is enough."""
        owed = await self._store.deliveries(delivery.job_id)
        return next(one.id for one in owed if one.target == delivery.target) == delivery.id

    async def _call(self, case: _Case) -> Answer:
        said = body(case.job, self._registry, private=case.debt.private)
        named = message_id(case.delivery, case.job)
        answer = await self._parts.caller.call(case.hook, named, said)
        self._parts.hosts.answered(case.hook.host, silent=answer.silent)
        await self._parts.journal.tried(
            case.guild,
            Line(
                **{"try": case.tries},
                id=named,
                job=case.job.id,
                host=case.hook.host,
                status=answer.status,
                ms=answer.ms,
                fault=answer.fault,
            ),
        )
        return answer

    async def _judged(self, case: _Case, answer: Answer) -> Settlement:
        host, journal = case.hook.host, self._parts.journal
        if answer.heard:
            return Delivered(f"{host} answered {answer.status}")
        if answer.gone:
            await self._parts.directory.switch_off(case.debt, case.job, case.hook, answer.fault)
            await journal.warn(case.guild, say("webhook-gone", host=host))
            return Abandoned(answer.fault)
        if case.tries >= self._parts.settings.most_tries:
            sentence = say("webhook-given-up", host=host, job=case.job.id, fault=answer.fault)
            await journal.gave_up(case.guild, host, sentence)
            return Abandoned(f"given up after {case.tries} tries: {answer.fault}")
        return Later(self._clock() + self._pause(case, answer), answer.fault, str(case.tries))

    def _pause(self, case: _Case, answer: Answer) -> float:
        """Exponential with full jitter, and as long as the receiver asks for."""
        settings = self._parts.settings
        longest = min(settings.max_delay_s, settings.base_delay_s * 2.0 ** (case.tries - 1))
        return max(random.random() * longest, min(answer.retry_after_s, LONGEST_RETRY_AFTER_S))

    def _busy(self, case: _Case) -> Settlement:
        """No try was made, and none is counted; one that is silent is looked at ever less often."""
        silent = self._parts.hosts.is_silent(case.hook.host)
        longest = self._parts.settings.max_delay_s if silent else BUSY_PAUSE_S
        pause = random.random() * min(longest, _doubled(case.delivery))
        return Later(self._clock() + pause, "its host is busy with other news")

    def _not_sent(self, delivery: Delivery, note: str) -> Settlement:
        """No try was made: it is made later, for about a day."""
        if delivery.attempt >= MOST_ATTEMPTS:
            return Abandoned(f"could not be sent: {note}")
        pause = min(LONGEST_PAUSE_S, _doubled(delivery)) * (0.5 + random.random() / 2)
        return Later(self._clock() + pause, note)


def _doubled(delivery: Delivery) -> float:
    return 2.0 ** min(delivery.attempt, 20)
