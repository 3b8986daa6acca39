"""Cancels what still waits when its interaction's token dies, for kinds that want it so: their
answer is worth nothing later. The news goes down the ladder like any other.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from bot.delivery.addresses import Addresses
from bot.delivery.target import TOKEN_LIFE_S, SealBroken
from bot.queue.duty import log_failure
from bot.queue.errors import InvalidStateTransitionError, TaskNotFoundError
from bot.queue.ids import first_id
from bot.queue.job import Clock, Job
from bot.queue.job_queue import JobQueue
from bot.queue.states import WAITING
from bot.queue.store.base import JobFilter
from bot.texts import say

LOOK_EVERY_S = 15.0
"""How much later than its token a job may be cancelled."""

PAGE = 100
"""Jobs that are read at once."""


class Expiry:
    """Looks at waiting jobs that are older than any token; costs nothing where no kind wants it."""

    def __init__(self, queue: JobQueue, addresses: Addresses, clock: Clock) -> None:
        self._queue = queue
        self._addresses = addresses
        self._clock = clock

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - a duty that stopped would go unseen
                log_failure("expired jobs cannot be looked for now", error)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Cancel what has expired by now. Raises `StoreError`."""
        for kind in self._queue.registry:
            if kind.on_expiry == "cancel":
                async for job in self._old(kind.name):
                    if await self._has_expired(job):
                        await self._cancel(job)

    async def _old(self, kind: str) -> AsyncIterator[Job]:
        """The waiting jobs of this kind that were made before the tokens of now, newest first."""
        wanted = JobFilter(type=kind, states=WAITING)
        before = first_id(self._clock() - TOKEN_LIFE_S)
        while page := await self._queue.find(wanted, before, PAGE):
            for job in page:
                yield job
            before = page[-1].id

    async def _has_expired(self, job: Job) -> bool:
        """Whether nobody waits for it whose token lives, or who asked without one."""
        try:
            known = await self._addresses.of(job.id)
        except SealBroken:
            return False
        targets = [one.target for one in known if not one.delivery.is_over]
        now = self._clock()
        return bool(targets) and not any(
            target.token is None or target.token_lives(now) for target in targets
        )

    async def _cancel(self, job: Job) -> None:
        with suppress(InvalidStateTransitionError, TaskNotFoundError):  # it has just ended
            await self._queue.cancel(job.id, say("expiry-cancelled"))
