"""A job as everyone sees it: plain, frozen data."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from bot.queue.states import State

Clock = Callable[[], float]
"""A clock answers unix seconds."""

ERRORS_KEPT = 100
"""How many failed attempts a job remembers."""


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
class Failure:
    """Why one attempt did not succeed, and when that was known (unix seconds)."""

    attempt: int
    at: float
    error: str


class Job(NamedTuple):
    """One piece of work. Times are unix seconds; payload and result are JSON texts.

    `key` makes enqueueing idempotent; who asks for the same `dedup_key` joins the job while it is
    active; its result may be handed out for `cache_ttl_s` under its `cache_key`; jobs of one
    `limit_key` are bounded together. `token` grows with every claim and fences the run that holds
    it; `losses` counts runs whose worker died, apart from `attempt`; `errors` has the last
    `ERRORS_KEPT` attempts that failed, `attached` counts the files that runs have kept with it. A
    turn of the job takes `cost`. What is `private` is for those alone who asked for it.

    The store gives `rank`, the turn (see `turns.py`); `lifted`, what waiting long has added to the
    priority; and `parked_on`, the slot that a PARKED job waits for (see `slots.py`). `run_at` is
    the moment from which a worker may have it. Not `durable` is what runs without the store (see
    `degraded.py`).
    """

    id: str
    type: str
    queue: str
    payload: str
    state: State = State.PENDING
    priority: int = Priority.DEFAULT
    owner: int | None = None
    guild: int | None = None
    private: bool = False
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
    lifted: int = 0
    cost: float = 1
    limit_key: str | None = None
    parked_on: str | None = None
    dedup_key: str | None = None
    cache_key: str | None = None
    cache_ttl_s: float | None = None
    attached: int = 0
    error: str | None = None
    result: str | None = None
    progress: Progress | None = None
    checkpoint: str | None = None
    log: tuple[str, ...] = ()
    errors: tuple[Failure, ...] = ()
    durable: bool = True

    @property
    def lane(self) -> int:
        """The priority that counts: what was asked for, and what waiting has added."""
        return self.priority + self.lifted

    @property
    def order(self) -> tuple[int, float, str]:
        """The place in its queue: smaller is claimed first."""
        return (-self.lane, self.rank, self.id)
