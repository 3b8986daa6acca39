"""Positions and estimated ends for many jobs at once: who asks while a read is under way shares
the next one.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.queue.figures import Kind
from bot.queue.job import Clock, Job
from bot.queue.states import State
from bot.queue.store.base import Pace, Stats, Store

STATS_AGE_S = 1.0
"""How old the paces may be; they move by a tenth a job, so a second changes little."""


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
        self._refreshing = asyncio.Lock()
        self._stats = Stats()
        self._stats_until = 0.0

    async def of(self, jobs: Sequence[Job]) -> dict[str, Outlook]:
        """For each ready job, by id; see `done_in`."""
        self._asked += [job.id for job in jobs]
        if self._next is None:
            self._next = asyncio.create_task(self._read())
        positions = await asyncio.shield(self._next)
        ahead = {job.id: positions[job.id] for job in jobs if job.id in positions}
        if any(ahead.values()):
            await self._refresh_stats()
        return {
            job.id: Outlook(ahead[job.id], self._done_at(job, ahead[job.id]))
            for job in jobs
            if job.id in ahead
        }

    async def _read(self) -> Mapping[str, int]:
        async with self._reading:
            asked, self._asked, self._next = self._asked, [], None
            return await self._store.positions(asked)

    async def _refresh_stats(self) -> None:
        async with self._refreshing:
            if not 0 < self._stats_until - self._clock() <= STATS_AGE_S:  # it may be set back
                self._stats = await self._store.stats()
                self._stats_until = self._clock() + STATS_AGE_S

    def _done_at(self, job: Job, ahead: int) -> float | None:
        seconds = done_in(job, ahead, self._stats, self._slots(job.queue))
        return None if seconds is None else self._clock() + seconds


def done_in(job: Job, ahead: int, stats: Stats, slots: int) -> float | None:
    """Seconds until a ready job may be done: until a slot is its own, then its own kind's run.

    Slots free one after the other, `slots` of them in the mean run of those ahead. More jobs may
    run than this process has slots, in others.
    """
    mean_s = queue_pace(stats, job.queue).run_s
    if mean_s is None:
        return None
    running = sum(
        n for g, n in stats.counts.items() if (g.queue, g.state) == (job.queue, State.PROCESSING)
    )
    all_slots = max(slots, running)
    must_end = max(0, ahead + 1 - (all_slots - running))
    own_s = stats.pace.get(Kind(job.queue, job.type), Pace()).run_s
    return must_end / all_slots * mean_s + (mean_s if own_s is None else own_s)


def queue_pace(stats: Stats, queue: str) -> Pace:
    """The mean pace of a queue's kinds, each as often as it waits (if none does, all alike)."""
    waiting: Counter[Kind] = Counter()
    for group, n in stats.counts.items():
        waiting[Kind(group.queue, group.type)] += n if group.state is State.PENDING else 0
    paces = {kind: pace for kind, pace in stats.pace.items() if kind.queue == queue}
    return Pace(
        _mean((pace.wait_s, waiting[kind]) for kind, pace in paces.items()),
        _mean((pace.run_s, waiting[kind]) for kind, pace in paces.items()),
    )


def _mean(weighted: Iterable[tuple[float | None, int]]) -> float | None:
    known = [(value, weight) for value, weight in weighted if value is not None]
    if not known:
        return None
    total = sum(weight for _, weight in known)
    if not total:
        return sum(value for value, _ in known) / len(known)
    return sum(value * weight for value, weight in known) / total
