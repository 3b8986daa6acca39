"""A job as everyone sees it: plain, frozen data."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from ulid import ULID

from bot.queue.states import State

Clock = Callable[[], float]
"""A clock answers unix seconds."""


class Priority(IntEnum):
    """Higher runs first; within one priority people take turns."""

    LOW = -10
    DEFAULT = 0
    HIGH = 10
    CRITICAL = 20


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: `current` of `total` (any unit), a stage, a text for people."""

    current: float = 0
    total: float = 0
    message: str = ""
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work. Times are unix seconds; payload and result are JSON texts.

    `key` makes enqueueing idempotent; `token` grows with every claim and fences the run that
    holds it; `losses` counts runs whose worker died, apart from `attempt`; `rank` is given by the
    store when the job becomes ready (see `turns.py`).
    """

    id: str
    type: str
    queue: str
    payload: str
    state: State = State.PENDING
    priority: int = Priority.DEFAULT
    owner: int | None = None
    guild: int | None = None
    key: str | None = None
    run_at: float = 0
    created_at: float = 0
    started_at: float | None = None
    finished_at: float | None = None
    cancel_requested_at: float | None = None
    attempt: int = 0
    max_attempts: int = 1
    losses: int = 0
    timeout_s: float = 300
    token: int = 0
    lease_until: float | None = None
    worker: str | None = None
    rank: float = 0
    error: str | None = None
    result: str | None = None
    progress: Progress | None = None
    checkpoint: str | None = None
    log: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[int, float, str]:
        """The place in its queue: smaller is claimed first."""
        return (-self.priority, self.rank, self.id)


def new_job_id() -> str:
    """A ULID: unique, and sorted by creation within a process."""
    return str(ULID())
