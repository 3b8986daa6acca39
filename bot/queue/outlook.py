"""Positions and estimated ends for many jobs at once: who asks while a read is under way shares
the next one.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.queue.job import Clock, Job
from bot.queue.store.base import Pace, Store

PACE_AGE_S = 1.0
"""How old a queue's pace may be; it moves by a tenth a job, so a second changes little."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many jobs are ahead, and when it may be done (unix seconds; None: nobody knows yet)."""

    ahead: int
    done_at: float | None = None


class Outlooks:
    """Asks the store; `slots` tells how many jobs of a queue run at once."""

    def __init__(self, store: Store, slots: Callable[[str], int], clock: Clock) -> None:
        self._store = store
        self._slots = slots
        self._clock = clock
        self._asked: list[str] = []
        self._next: asyncio.Task[Mapping[str, int]] | None = None
        self._reading = asyncio.Lock()
        self._pace: Mapping[str, Pace] = {}
        self._pace_until = 0.0

    async def of(self, jobs: Sequence[Job]) -> dict[str, Outlook]:
        """For each ready job, by id. The end is the smoothed running time, spread over slots."""
        self._asked += [job.id for job in jobs]
        if self._next is None:
            self._next = asyncio.create_task(self._read())
        positions = await asyncio.shield(self._next)
        ahead = {job.id: positions[job.id] for job in jobs if job.id in positions}
        if any(ahead.values()):
            await self._refresh_pace()
        return {
            job.id: Outlook(ahead[job.id], self._done_at(job, ahead[job.id]))
            for job in jobs
            if job.id in ahead
        }

    async def _read(self) -> Mapping[str, int]:
        async with self._reading:
            asked, self._asked, self._next = self._asked, [], None
            return await self._store.positions(asked)

    async def _refresh_pace(self) -> None:
        if not 0 < self._pace_until - self._clock() <= PACE_AGE_S:  # the clock may be set back
            self._pace_until = self._clock() + PACE_AGE_S
            self._pace = (await self._store.stats()).pace

    def _done_at(self, job: Job, ahead: int) -> float | None:
        run_s = self._pace.get(job.queue, Pace()).run_s
        if run_s is None:
            return None
        return self._clock() + (ahead // self._slots(job.queue) + 1) * run_s
