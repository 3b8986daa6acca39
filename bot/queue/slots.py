"""How many jobs may be ready or running at once: of one person, with one key, of one kind.

A job takes its slots in this order, from the narrowest to the widest, before it is ready; where one
is full, it is parked on it and keeps those that it has. So nothing ready has a full slot, a claim
never skips rows, and a job that waits for one slot is looked at again only when that one frees.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.queue.job import Job
from bot.queue.states import Action, State, next_state

OF_OWNER = "owner "
"""How the name of a person's slot begins."""

READY = frozenset({State.PENDING, State.PROCESSING})
"""A job in one of these has all its slots."""

WIDEST_FIRST = ("kind", "key", "owner")
"""The first words of the slots' names."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many slots there are. `per_owner`: for each person in each queue (None: no bound);
    `per_kind`: for the kinds named; `per_key`: for each `limit_key`, by the kind of the job that
    has it (1 where nothing else is said; kinds that share keys should agree).
    """

    per_owner: int | None = None
    per_kind: Mapping[str, int] = field(default_factory=dict)
    per_key: Mapping[str, int] = field(default_factory=dict)

    def slots(
        self, queue: str, kind: str, owner: int | None, limit_key: str | None
    ) -> list[tuple[str, int]]:
        """The name and size of each slot that such a job needs, in the order of taking."""
        needed = []
        if owner is not None and self.per_owner is not None:
            needed.append((f"{OF_OWNER}{owner} {queue}", self.per_owner))
        if limit_key is not None:
            needed.append((f"key {limit_key}", self.per_key.get(kind, 1)))
        if kind in self.per_kind:
            needed.append((f"kind {kind}", self.per_kind[kind]))
        return needed


class Used(Protocol):
    """How much of each slot is taken."""

    def __getitem__(self, name: str, /) -> int:
        """So many have it."""

    def add(self, name: str, n: int) -> None:
        """So many more have it (or fewer)."""


class UsedInMemory(Counter[str]):
    """Counts in a dictionary."""

    def add(self, name: str, n: int) -> None:
        """See `Used.add`."""
        self[name] += n


class Slots:
    """Takes and frees; `freed` has what was given back, and how often, since it was last asked."""

    def __init__(self, bounds: Bounds, used: Used) -> None:
        self.bounds = bounds
        self.used = used
        self._freed: Counter[str] = Counter()

    def taken(self, job: Job) -> Job:
        """The ready job PENDING with all its slots, or PARKED on the first full one.

        A parked one goes on where it stopped.
        """
        needed = self._needed(job)
        for name, size in needed[_parked_at(job, needed) :]:
            if self.used[name] >= size:
                return _parked(job, name)
            self.used.add(name, 1)
        if job.state is State.PENDING:
            return job
        return job._replace(state=next_state(job.state, Action.UNPARK), parked_on=None)

    def hold(self, job: Job) -> None:
        """Count what the job, which is ready, has already."""
        for name, _ in self._needed(job):
            self.used.add(name, 1)

    def free(self, job: Job) -> None:
        """Give back all that the job has."""
        needed = self._needed(job)
        held = needed[: _parked_at(job, needed)] if job.state is State.PARKED else needed
        self.free_named(name for name, _ in held)

    def free_named(self, names: Iterable[str]) -> None:
        """Give back one of each."""
        for name in names:
            self.used.add(name, -1)
            self._freed[name] += 1

    def freed(self) -> list[tuple[str, int]]:
        """What became free since the last call, the widest first: it goes to who waits for it, not
        to who comes upon it from a narrower one.
        """
        freed, self._freed = self._freed, Counter()
        return sorted(freed.items(), key=lambda slot: (width(slot[0]), slot[0]))

    def _needed(self, job: Job) -> list[tuple[str, int]]:
        return self.bounds.slots(job.queue, job.type, job.owner, job.limit_key)


def width(slot: str | None) -> int:
    """The place of the slot when the widest come first; that of none is the last."""
    scope = (slot or "owner").partition(" ")[0]
    return WIDEST_FIRST.index(scope)


def _parked_at(job: Job, needed: Sequence[tuple[str, int]]) -> int:
    names = [name for name, _ in needed]
    return names.index(job.parked_on) if job.parked_on is not None else 0


def _parked(job: Job, slot: str) -> Job:
    if job.parked_on == slot:
        return job
    already = job.state is State.PARKED
    state = State.PARKED if already else next_state(job.state, Action.PARK)
    return job._replace(state=state, parked_on=slot)
