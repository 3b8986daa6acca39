"""Who comes next: within a priority people take turns, however much each of them has waiting.

This is start-time fair queuing. A lane (a queue's jobs of one priority) has a time of its own: the
highest rank that was claimed there. A job that becomes ready ranks one turn after its owner's last
one, but never before the lane's time. So nobody's first job stands behind more than one of each
other person's (besides those that were claimed before and came back), and nobody saves up turns by
being away.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import inf

from bot.queue.job import Job
from bot.queue.states import State

TURN = 1.0
"""What one job adds to its owner's rank."""

NOBODY = 0
"""Jobs without an owner take turns as one person; Discord gives nobody this id."""


def takes_turn(before: State | None, after: State) -> bool:
    """Whether a job that goes from `before` (None: it is new) to `after` takes a new turn.

    One that was handed back or lost keeps the turn it had.
    """
    return after is State.PENDING and before is not State.PROCESSING


class Turns:
    """The lanes' times and everybody's last turn, in memory."""

    def __init__(self) -> None:
        self._times: dict[tuple[str, int], float] = {}
        self._last: dict[tuple[str, int, int], float] = {}

    def taken(self, job: Job) -> Job:
        """The job with the rank of its owner's next turn."""
        lane = (job.queue, job.priority)
        person = (*lane, job.owner or NOBODY)
        rank = max(self._last.get(person, -inf) + TURN, self._times.get(lane, 0.0))
        self._last[person] = rank
        return replace(job, rank=rank)

    def claimed(self, jobs: Iterable[Job]) -> None:
        """The lanes' times move on to what was claimed, never back."""
        for job in jobs:
            lane = (job.queue, job.priority)
            self._times[lane] = max(job.rank, self._times.get(lane, 0.0))
