"""Who comes next: within a priority people take turns, however much each of them has waiting.

This is start-time fair queuing. A lane (a place's jobs of one priority) has a time of its own: the
highest rank that was served there. A job that comes to a lane ranks where its owner's last one
ended, but never before the lane's time, and ends its cost divided by its owner's weight later. So
nobody's first job stands behind more than one of each other person's (besides those that were
claimed before and came back), and nobody saves up turns by being away.

A place is a queue, or a slot that jobs are parked on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, MutableMapping

from bot.queue.job import Job, Priority

Lane = tuple[str, int]
"""A place and a priority."""

Person = tuple[str, int, int]
"""A place, a priority and an owner."""

NOBODY = 0
"""Jobs without an owner take turns as one person; Discord gives nobody this id."""

USUAL_WEIGHT = 1.0
"""Everybody's share of turns where nothing else is said."""


class Turns:
    """The lanes' times, where everybody's last turn ended, and everybody's weight."""

    def __init__(
        self,
        times: MutableMapping[Lane, float] | None = None,
        ends: MutableMapping[Person, float] | None = None,
        weights: Mapping[int, float] | None = None,
    ) -> None:
        self.times = defaultdict[Lane, float](float) if times is None else times
        self.ends = defaultdict[Person, float](float) if ends is None else ends
        self.weights = {} if weights is None else weights

    def taken(self, job: Job) -> Job:
        """The job with the rank of its owner's next turn where it is now."""
        owner = job.owner or NOBODY
        place = job.parked_on or job.queue
        rank = max(self.ends[place, job.lane, owner], self.times[place, job.lane])
        self.ends[place, job.lane, owner] = rank + self._length(job)
        return job if job.rank == rank else job._replace(rank=rank)

    def given_back(self, job: Job) -> None:
        """Its owner's turns in its queue end the sooner by the one that this run did not use."""
        self.ends[job.queue, job.lane, job.owner or NOBODY] -= self._length(job)

    def _length(self, job: Job) -> float:
        return job.cost / self.weights.get(job.owner or NOBODY, USUAL_WEIGHT)

    def claimed(self, jobs: Iterable[Job]) -> None:
        """The lanes' times move on to what is served, never back."""
        for job in jobs:
            lane = (job.parked_on or job.queue, job.lane)
            self.times[lane] = max(self.times[lane], job.rank)


def lifted(waiting: Iterable[Job], now: float, after_s: float) -> list[Job]:
    """Those that have waited so long that they rise by one priority, never above HIGH: of each
    person in each queue only the one that has waited longest.
    """
    risen: dict[tuple[str, int], Job] = {}
    for job in sorted(waiting, key=lambda job: (job.run_at, job.id)):
        higher = [one for one in Priority if job.lane < one <= Priority.HIGH]
        lifts = sum(job.priority < one <= job.lane for one in Priority)
        if higher and now - job.run_at >= after_s * (lifts + 1):
            risen.setdefault(
                (job.queue, job.owner or NOBODY), job._replace(lifted=min(higher) - job.priority)
            )
    return list(risen.values())
