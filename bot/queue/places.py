"""Where a job stands while it waits: in its queue's line, or parked at a slot; the same rules for
every store, over whatever keeps the turns and the slots.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.queue.job import Job
from bot.queue.slots import READY, Slots, width
from bot.queue.states import State
from bot.queue.turns import Turns

BestParked = Callable[[str, int], Sequence[Job]]
"""The first jobs that are parked on a slot, so many at most, best first."""

Change = tuple[Job, Job]
"""A job before and after."""


class Places:
    """Gives jobs their slots and turns as they come, and frees them as they go."""

    def __init__(self, slots: Slots, turns: Turns) -> None:
        self.slots = slots
        self.turns = turns

    def moved(self, before: Job | None, job: Job) -> Job:
        """The job in its new place, on its way from `before` (None: it is new).

        One that was handed back or lost keeps its slots and its turn, and a snooze gives the turn
        back; one that comes to a line, or changes its lane there, takes a new turn.
        """
        was = None if before is None else before.state
        if job.state is State.PENDING and was not in READY:
            return self.turns.taken(self.slots.taken(job))
        if before is None:
            return job
        if job.state in READY | {State.PARKED} and job.lane != before.lane:
            return self.turns.taken(job)
        if job.state not in READY | {State.PARKED} and was in READY | {State.PARKED}:
            self.slots.free(before)
            if (was, job.state) == (State.PROCESSING, State.SCHEDULED):
                self.turns.given_back(before)
            return job._replace(parked_on=None)
        return job

    def unparked(self, best: BestParked, now: float) -> Iterator[Change]:
        """Give what was freed to who is parked there."""
        for name, n in self.slots.freed():
            for before in best(name, n):
                yield from self._gone_on(before, self.slots.taken(before), now)

    def replaced(self, waiting: Iterable[Job], now: float) -> Iterator[Change]:
        """Put ready and parked jobs where the bounds, which were changed, now put them. Who had
        come far comes first.
        """
        for before in sorted(waiting, key=_as_they_had_come):
            ready = before._replace(state=State.PENDING, parked_on=None)
            yield from self._gone_on(before, self.slots.taken(ready), now)

    def _gone_on(self, before: Job, job: Job, now: float) -> Iterator[Change]:
        """A job that stays keeps its turn; at another place it takes a new one."""
        if (job.state, job.parked_on) == (before.state, before.parked_on):
            return
        if before.state is State.PARKED:
            self.turns.claimed([before])
        yield before, self.turns.taken(job)._replace(run_at=now)


def _as_they_had_come(job: Job) -> tuple[bool, int, tuple[int, float, str]]:
    return (job.state is State.PARKED, width(job.parked_on), job.order)
