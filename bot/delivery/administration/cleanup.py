"""Removes a server's old finished jobs before their time, and none whose news is still owed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from bot.delivery.administration.audit import Audit, Deed
from bot.delivery.administration.deeds import check
from bot.delivery.person import Person
from bot.queue.errors import InvalidStateTransitionError, TaskNotFoundError
from bot.queue.job import Clock, Job
from bot.queue.job_queue import JobQueue
from bot.queue.states import FINISHED
from bot.queue.store.base import JobFilter

PAGE = 50
"""Jobs that are removed together: each is an operation of the store, which commits them as one."""


class Cleanup:
    """May raise `NotAllowed` and `StoreError`."""

    def __init__(self, queue: JobQueue, audit: Audit, clock: Clock) -> None:
        self._queue = queue
        self._audit = audit
        self._clock = clock

    async def count(self, person: Person, queue: str | None, hours: int) -> int:
        """How many jobs would go."""
        return sum([1 async for _ in self._old(check(person), queue, hours)])

    async def remove(self, person: Person, queue: str | None, hours: int) -> int:
        """Remove what ended more than so many hours ago; how many jobs went."""
        gone, some = 0, list[Job]()
        async for job in self._old(check(person), queue, hours):
            some.append(job)
            if len(some) == PAGE:
                gone, some = gone + await self._delete(some), []
        gone += await self._delete(some)
        await self._audit.record(person, Deed.CLEANED, str(gone), what=f"{hours} h")
        return gone

    async def _delete(self, jobs: list[Job]) -> int:
        return sum(await asyncio.gather(*(self._delete_one(job) for job in jobs)))

    async def _delete_one(self, job: Job) -> bool:
        """Whether it went; somebody may have been quicker, or have brought it back."""
        with suppress(TaskNotFoundError, InvalidStateTransitionError):
            await self._queue.delete(job.id)
            return True
        return False

    async def _old(self, guild: int, queue: str | None, hours: int) -> AsyncIterator[Job]:
        limit = self._clock() - hours * 3600
        wanted, before = JobFilter(guild=guild, states=FINISHED), None
        while page := await self._queue.find(wanted, before, PAGE):
            before = page[-1].id
            for job in page:
                ended_long_ago = (job.finished_at or limit) < limit
                if ended_long_ago and queue in {None, job.queue} and await self._is_told(job):
                    yield job

    async def _is_told(self, job: Job) -> bool:
        store = await self._queue.store_of(job.id)
        return all(one.is_over for one in await store.deliveries(job.id))
