"""Where a job stands while it waits: in its queue's line, or parked at a slot; the same rules for
every store, over whatever keeps the turns and the slots.
"""

from collections.abc import Callable, Iterator, Sequence

from bot.queue.job import Job
from bot.queue.slots import READY, Slots
from bot.queue.states import State
from bot.queue.turns import Turns

BestParked = Callable[[str, int], Sequence[Job]]
"""The first jobs that are parked on a slot, so many at most, best first."""


class Places:
    """Gives jobs their slots and turns as they come, and frees them as they go."""

    def __init__(self, slots: Slots, turns: Turns) -> None:
        self.slots = slots
        self.turns = turns

    def moved(self, before: Job | None, job: Job) -> Job:
        """The job in its new place, on its way from `before` (None: it is new).

        One that was handed back or lost keeps its slots and its turn; one that comes to a line, or
        changes its lane there, takes a new turn.
        """
        was = None if before is None else before.state
        if job.state is State.PENDING and was not in READY:
            return self.turns.taken(self.slots.taken(job))
        if before is None:
            return job
        if job.state in READY | {State.PARKED} and job.lane != before.lane:
            return self.turns.taken(job)
        if job.state not in READY and was in READY | {State.PARKED}:
            self.slots.free(before)
            return job._replace(parked_on=None)
        return job

    def unparked(self, best: BestParked, now: float) -> Iterator[tuple[Job, Job]]:
        """Give what was freed to who is parked there: each job before and after."""
        for name, n in self.slots.freed().items():
            for before in best(name, n):
                job = self.slots.taken(before)
                if job.parked_on != name:
                    self.turns.claimed([before])
                    yield before, self.turns.taken(job)._replace(run_at=now)

    def replaced(self, job: Job, now: float) -> Job:
        """The parked job where the bounds, which were changed, now put it."""
        job = self.slots.taken(job._replace(state=State.PENDING, parked_on=None))
        job = self.turns.taken(job)
        return job if job.state is State.PARKED else job._replace(run_at=now)
