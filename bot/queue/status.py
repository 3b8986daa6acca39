"""The queue at a glance, as a person may see it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.queue.job import Job
from bot.queue.outlook import queue_pace
from bot.queue.states import WAITING, State
from bot.queue.store.base import Pace, Stats


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One queue at a glance. `slots`: how many of its jobs this process runs at once."""

    name: str
    waiting: int
    running: int
    slots: int
    pace: Pace


@dataclass(frozen=True, slots=True)
class OwnJob:
    """One of a person's unfinished jobs; `ahead`: jobs before it, None if it does not wait."""

    job: Job
    ahead: int | None


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """What a person may know about the queue. `notices`: sentences on what is not as usual."""

    lines: tuple[QueueLine, ...]
    working: bool
    completed: int
    failed: int
    own: tuple[OwnJob, ...]
    notices: tuple[str, ...] = ()


def lines_of(
    stats: Stats, queues: Iterable[str], slots: Callable[[str], int]
) -> tuple[QueueLine, ...]:
    """A line for each of these queues."""
    return tuple(
        QueueLine(
            name,
            stats.total(*WAITING, queue=name),
            stats.total(State.PROCESSING, queue=name),
            slots(name),
            queue_pace(stats, name),
        )
        for name in queues
    )
