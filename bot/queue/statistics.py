"""The queue in numbers: maintained counters and figures of the last hour, put together. Pure."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from bot.queue.figures import Figures, Recent
from bot.queue.states import UNFINISHED, WAITING, State
from bot.queue.store.base import Group, Stats

K = TypeVar("K")
Counts = Mapping[State, int]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Numbers of jobs by state, in all and by queue, kind and priority; kinds go by their name.

    `active_people` own unfinished jobs. `memory_bytes` are those of this process. `recent` and
    `recent_by_kind` are of the last hour. `backlog_age_s`: how many seconds the oldest ready job
    of each queue has waited, for queues that have one.
    """

    by_state: Counts = field(default_factory=dict)
    by_queue: Mapping[str, Counts] = field(default_factory=dict)
    by_kind: Mapping[str, Counts] = field(default_factory=dict)
    by_priority: Mapping[int, Counts] = field(default_factory=dict)
    active_people: int = 0
    memory_bytes: int = 0
    recent: Recent = field(default_factory=Recent)
    recent_by_kind: Mapping[str, Recent] = field(default_factory=dict)
    backlog_age_s: Mapping[str, float] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All jobs that are stored."""
        return sum(self.by_state.values())

    @property
    def waiting(self) -> int:
        """Unfinished jobs that do not run: what `QUEUE_MAX_SIZE` bounds."""
        return self.count(WAITING)

    @property
    def unfinished(self) -> int:
        """Jobs that wait or run."""
        return self.count(UNFINISHED)

    def count(self, states: frozenset[State], queue: str | None = None) -> int:
        """Jobs in these states, in one queue or in all."""
        counts = self.by_state if queue is None else self.by_queue.get(queue, {})
        return sum(counts.get(state, 0) for state in states)


def summed_up(stats: Stats, figures: Figures, now: float, memory_bytes: int) -> Statistics:
    """What the store tells, as of now (unix seconds)."""
    return Statistics(
        by_state=_by(stats, lambda _: None).get(None, {}),
        by_queue=_by(stats, lambda group: group.queue),
        by_kind=_by(stats, lambda group: group.type),
        by_priority=_by(stats, lambda group: group.priority),
        active_people=stats.people,
        memory_bytes=memory_bytes,
        recent=figures.of(),
        recent_by_kind={
            name: figures.of(*(kind for kind in figures.amounts if kind.type == name))
            for name in {kind.type for kind in figures.amounts}
        },
        backlog_age_s={q: max(0.0, now - since) for q, since in stats.ready_since.items()},
    )


def _by(stats: Stats, key: Callable[[Group], K]) -> dict[K, Counts]:
    found: dict[K, Counter[State]] = {}
    for group, n in stats.counts.items():
        found.setdefault(key(group), Counter())[group.state] += n
    return {name: dict(counts) for name, counts in found.items()}
