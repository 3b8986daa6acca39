"""The store protocol: batch-shaped calls, each atomic, callable from any event loop and thread."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Protocol

from bot.queue.controls import Control
from bot.queue.deliveries import Delivery, NewDelivery, Settlement, Way
from bot.queue.figures import Figures, Kind
from bot.queue.job import Job, Progress
from bot.queue.lifecycle import Outcome
from bot.queue.reply import File
from bot.queue.retention import Retention
from bot.queue.slots import Bounds
from bot.queue.states import State


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what comes and comes back, enforced inside its transaction; None: unbounded."""

    max_size: int | None = None
    max_active_per_owner: int | None = None


class Enqueued(NamedTuple):
    """The stored job. `created` is False when an older one stands in its place: the one of the same
    key, or, with `joined`, an active one that does the same work.
    """

    job: Job
    created: bool
    joined: bool = False

    @property
    def is_new(self) -> bool:
        """Whether this asking was not heard before: its deliveries are stored."""
        return self.created or self.joined


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life of one run, with what changed since the last (None: unchanged)."""

    job_id: str
    token: int
    progress: Progress | None = None
    checkpoint: str | None = None
    log: tuple[str, ...] | None = None
    artifacts: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of one run."""

    job_id: str
    token: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Alive:
    """The run goes on."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The token is not the job's any more: stop, nothing you do counts."""


@dataclass(frozen=True, slots=True)
class CancelRequested:
    """Someone asked to cancel the job."""

    reason: str


BeatAnswer = Alive | Lost | CancelRequested


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs to find; None: any. `states` empty: any. `owner` also finds what one joined.

    `prefix` is how their ids begin.
    """

    owner: int | None = None
    guild: int | None = None
    type: str | None = None
    states: frozenset[State] = frozenset()
    id: str | None = None
    prefix: str | None = None


def page(jobs: Iterable[Job], before: str | None, limit: int, after: str | None) -> list[Job]:
    """Those of these jobs that `Store.find` answers."""
    newest = sorted(jobs, key=lambda job: job.id, reverse=True)
    within = [
        job
        for job in newest
        if (before is None or job.id < before) and (after is None or job.id > after)
    ]
    return within[:limit] if after is None else within[max(0, len(within) - limit) :]


@dataclass(frozen=True, slots=True)
class Pace:
    """Smoothed seconds that a kind's jobs waited and ran (None: nothing finished yet)."""

    wait_s: float | None = None
    run_s: float | None = None


class Group(NamedTuple):
    """Jobs that are counted together."""

    queue: str
    type: str
    priority: int
    state: State


OLDEST_AMONG = 100
"""How many jobs of each line are looked at to say how long people have waited: turns bring
everybody's first job to the front, so that what is older stands behind more of the same person.
"""


@dataclass(frozen=True, slots=True)
class Stats:
    """Maintained counters: jobs by group, people with unfinished jobs, and each kind's pace.

    `ready_since`: when the oldest of those next in line (`OLDEST_AMONG` of each priority) became
    ready, by queue, in unix seconds.
    """

    counts: Mapping[Group, int] = field(default_factory=dict)
    people: int = 0
    pace: Mapping[Kind, Pace] = field(default_factory=dict)
    ready_since: Mapping[str, float] = field(default_factory=dict)

    def by_state(self, queue: str | None = None) -> dict[State, int]:
        """Jobs in each state that has any, in this queue or in all."""
        found = {state: self.total(state, queue=queue) for state in State}
        return {state: n for state, n in found.items() if n}

    def total(self, *states: State, queue: str | None = None) -> int:
        """Jobs in these states, in this queue or in all."""
        return sum(
            n
            for group, n in self.counts.items()
            if group.state in states and queue in {None, group.queue}
        )


@dataclass(frozen=True, slots=True)
class Policies:
    """What is set for all processes: bounds, weights of people, queues that are paused."""

    bounds: Bounds = field(default_factory=Bounds)
    weights: Mapping[int, float] = field(default_factory=dict)
    paused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SetBounds:
    """How many jobs may be ready or running at once; all that wait are placed anew.

    `kinds`: of these alone is said how many (None: of all); other kinds keep what was set for them.
    """

    bounds: Bounds
    kinds: frozenset[str] | None = None

    def over(self, before: Bounds) -> Bounds:
        """All bounds that hold after those before."""
        if self.kinds is None:
            return self.bounds
        return Bounds(
            self.bounds.per_owner,
            _replaced(before.per_kind, self.bounds.per_kind, self.kinds),
            _replaced(before.per_key, self.bounds.per_key, self.kinds),
        )


def _replaced(
    before: Mapping[str, int], after: Mapping[str, int], kinds: frozenset[str]
) -> dict[str, int]:
    return {kind: n for kind, n in before.items() if kind not in kinds} | dict(after)


@dataclass(frozen=True, slots=True)
class SetWeight:
    """The person's share of turns from now on, against 1 for everybody else."""

    owner: int
    weight: float


@dataclass(frozen=True, slots=True)
class PauseQueue:
    """Hand out none of its jobs; what runs goes on."""

    queue: str


@dataclass(frozen=True, slots=True)
class ResumeQueue:
    """Hand out its jobs again."""

    queue: str


Policy = SetBounds | SetWeight | PauseQueue | ResumeQueue


ENTRIES_KEPT = 1000
"""How many entries a journal has; older ones go."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a journal. `at` is in unix seconds; ids grow."""

    id: int
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A delivery under lease, with the job as it stands (None: the job is gone)."""

    delivery: Delivery
    job: Job | None


@dataclass(frozen=True, slots=True)
class SettleDelivery:
    """What came of one delivery. `token` None: settled by whoever acknowledged, without a claim."""

    delivery_id: str
    token: int | None
    settlement: Settlement


Inputs = Mapping[str, Sequence[File]]
"""The files that come with requests, by job id."""


class Records(Protocol):
    """What is kept beside jobs; every call is atomic, and fails as those of `Store` do."""

    async def note(self, scope: str, name: str, value: str | None) -> None:
        """Keep a value in this scope, in place of an older one of that name; None: forget it."""

    async def swap(
        self, scope: str, name: str, before: str | None, after: str | None
    ) -> str | None:
        """Keep `after` (None: forget it) if `before` is what is kept (None: nothing).

        Answers what was kept; it was done if that is `before`.
        """

    async def notes(self, scope: str) -> dict[str, str]:
        """All that is kept in this scope, by name."""

    async def record(self, scope: str, text: str) -> None:
        """Write into this scope's journal, which has its last `ENTRIES_KEPT` entries."""

    async def entries(self, scope: str, before: int | None = None, limit: int = 25) -> list[Entry]:
        """What the journal says, newest first; `before` is the id of the last one of the page
        before.
        """


class Store(Records, Protocol):
    """Every call is atomic, and raises `StoreUnavailable` or `CommitUnknown` when it fails."""

    process: str
    """The name under which this process's claims are recorded; unique to the process."""

    async def open(self) -> None:
        """Make the store usable, once; raises `StoreError` with a sentence that says what to do."""

    async def close(self) -> None:
        """Finish what was accepted and release everything; may be called twice."""

    def on_wake(self, callback: Callable[[], None]) -> None:
        """Call back, from any thread, when another process may have made work; a mere hint."""

    async def enqueue(
        self,
        jobs: Sequence[Job],
        deliveries: Mapping[str, Sequence[NewDelivery]] | None = None,
        limits: Limits | None = None,
        *,
        fresh: bool = False,
        inputs: Inputs = MappingProxyType({}),
    ) -> list[Enqueued]:
        """Store all jobs (deliveries and inputs by job id) or none; a known key answers the
        older job.

        An active job of the same `dedup_key` is joined: it gets the deliveries. A good result of
        the same `cache_key` completes the job at once, unless a `fresh` one is wanted. Raises
        `QueueFull` or `UserLimitReached`.
        """

    async def claim(self, worker: str, wants: Mapping[str, int], lease_s: float) -> list[Job]:
        """Hand out up to `n` ready jobs of each queue, best first, each under a new token."""

    async def beat(self, beats: Sequence[Beat], lease_s: float) -> list[BeatAnswer]:
        """Renew the leases and save what changed; an answer for each beat, in order.

        A checkpoint resets the job's losses.
        """

    async def finish(self, finishes: Sequence[Finish]) -> list[State | None]:
        """End runs and make their deliveries due; None where the token was not the job's."""

    async def promote(self) -> float | None:
        """Make due jobs ready, perhaps in bites; the time at which the next one falls due (now, if
        some are due that are left for another call), or None.
        """

    async def reap(self, max_losses: int) -> list[Job]:
        """Take back the jobs of dead workers and of leases that ran out, perhaps in bites: some may
        be left until it answers none.
        """

    async def age(self, after_s: float, every_s: float) -> int:
        """Lift jobs below HIGH that have waited `after_s` for each lift by one priority; how many.

        They are ready, or the first parked in a lane of a slot; one of each person in each queue at
        most. Does nothing within `every_s` of the last time. A crash may leave some to the next.
        """

    async def control(self, job_id: str, control: Control, limits: Limits | None = None) -> Job:
        """Do what is asked of the job, and tell it anew to its subscribers if it runs again.

        One that had ended and comes back counts as a new one does. Raises `TaskNotFoundError`,
        `InvalidStateTransitionError`, `QueueFull` or `UserLimitReached`.
        """

    async def delete(self, job_id: str, *, recall: bool = False) -> None:
        """Remove a finished job with all that is its; raises as `control` does.

        `recall`: what is kept under its cache key is not handed out any more, whoever brought it.
        """

    async def policy(self, change: Policy) -> None:
        """Set something for all processes, now and after a restart."""

    async def policies(self) -> Policies:
        """All that was set."""

    async def purge(self, retention: Retention, limit: int) -> int:
        """Remove up to `limit` finished jobs past their keeping, with all that is theirs,
        and the inputs of completed ones, which no run will ask for again.

        The oldest go first, and none whose news is still owed; how many went.
        """

    async def get(self, job_id: str) -> Job | None:
        """The job, whole."""

    async def artifacts(self, job_id: str) -> list[File]:
        """The files that the job's runs have attached, by name."""

    async def inputs(self, job_id: str) -> list[File]:
        """The files that came with the request, by name; of a completed job they may be gone."""

    async def find(
        self,
        wanted: JobFilter,
        before: str | None = None,
        limit: int = 25,
        *,
        after: str | None = None,
    ) -> list[Job]:
        """Jobs, newest first; `before` is the id of the last one of the page before.

        `after` is the id of the first one of a page: those just newer than it are found.
        """

    async def positions(self, job_ids: Sequence[str], cap: int = 1000) -> dict[str, int]:
        """How many jobs are ahead of each ready job in its queue, exact up to `cap`."""

    async def stats(self) -> Stats:
        """The maintained counters."""

    async def figures(self) -> Figures:
        """What the last hour was like; reads at most a few dozen rows a minute and kind."""

    async def deliveries(self, job_id: str) -> list[Delivery]:
        """All deliveries of one job, in the order of their creation."""

    async def deliveries_claim(
        self, worker: str, limit: int, lease_s: float, way: Way = Way.PERSON
    ) -> list[DueDelivery]:
        """Lease deliveries of this way that are due (or held past their `check_at`), longest due
        first.
        """

    async def deliveries_settle(self, settled: Sequence[SettleDelivery]) -> list[bool]:
        """Record what came of each; False where the token was not the delivery's any more."""

    async def deliveries_next(self, way: Way = Way.PERSON) -> float | None:
        """When the next delivery of this way falls due (unix seconds), or None."""
