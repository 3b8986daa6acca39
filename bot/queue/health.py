"""Whether the queue is well, judged from its numbers alone; each issue names what to change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from bot.queue.states import WAITING, State
from bot.queue.statistics import Statistics

FULL_SHARE = 0.8
"""Of `QUEUE_MAX_SIZE`: from here a burst as large as a quarter of the backlog is refused."""

OLD_S, TOO_OLD_S = 300.0, 900.0
"""How long a ready job may wait: five minutes try a person's patience; at fifteen Discord's
interaction token dies, and an answer has to take the long way.
"""

ERRORS, MANY_ERRORS = 0.1, 0.5
"""Shares of jobs given up: one in ten is no accident; when half fail, the kind does not work."""

ENOUGH_ENDS = 10
"""Ends before a rate says anything: fewer, and a single failure is already one in ten."""

NEAR_TIMEOUT = 0.8
"""Of a kind's time limit: one run in twenty lasts so long, and a quarter more ends it."""

RETRYING_SHARE, ENOUGH_RETRYING = 0.5, 10
"""Of the unfinished jobs: when most wait to be tried again, what they call on is at fault."""

PARKED_SHARE, ENOUGH_PARKED = 0.5, 10
"""Of a queue's waiting jobs: most of the line is held back while slots stand empty."""

FEW_HITS, ENOUGH_LOOKUPS = 0.05, 100
"""Share of hits, and lookups before it counts: a cache that answers one in twenty saves little."""


class Level(IntEnum):
    """How bad it is: higher is worse."""

    HEALTHY = 0
    DEGRADED = 1
    CRITICAL = 2


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that is not as it should be, and what to do. HEALTHY: a hint, no trouble."""

    level: Level
    problem: str
    recommendation: str


@dataclass(frozen=True, slots=True)
class Health:
    """The issues, worst first, and whether the store answers at all."""

    issues: tuple[Issue, ...] = ()
    reachable: bool = True

    @property
    def level(self) -> Level:
        """As bad as the worst issue."""
        return max((issue.level for issue in self.issues), default=Level.HEALTHY)


@dataclass(frozen=True, slots=True)
class Configured:
    """What the numbers are judged by: how many jobs may wait, each queue's slots in this process,
    each kind's time limit in seconds (`own_timeouts` names the kinds that set theirs themselves),
    which queues are paused, whether this process works, which kinds it met that it does not know,
    and what its kinds say of themselves.
    """

    max_size: int | None = None
    slots: Mapping[str, int] = field(default_factory=dict)
    timeouts_s: Mapping[str, float] = field(default_factory=dict)
    own_timeouts: frozenset[str] = frozenset()
    paused: frozenset[str] = frozenset()
    working: bool = True
    strange: frozenset[str] = frozenset()
    notices: tuple[str, ...] = ()


def judged(statistics: Statistics, configured: Configured) -> Health:
    """The health of a queue with these numbers and this configuration."""
    issues = [
        *_stopped(statistics, configured),
        *_full(statistics, configured),
        *_backlog(statistics, configured),
        *_strange(statistics, configured),
        *_noticed(configured),
        *_failing(statistics),
        *_retrying(statistics),
        *_slow(statistics, configured),
        *_parked(statistics, configured),
        *_rarely_cached(statistics),
    ]
    return Health(tuple(sorted(issues, key=lambda issue: -issue.level)))


def unreachable(reason: str) -> Health:
    """The health of a queue whose store does not answer."""
    return Health(
        (
            Issue(
                Level.CRITICAL,
                f"The store does not answer, so no job is accepted or run: {reason}",
                "See that the disk has space and that this process may write to what "
                "QUEUE_DATABASE_URL names; work goes on by itself once it answers.",
            ),
        ),
        reachable=False,
    )


def _stopped(statistics: Statistics, configured: Configured) -> Iterator[Issue]:
    if not configured.working:
        waiting = statistics.waiting
        yield Issue(
            Level.CRITICAL if waiting else Level.DEGRADED,
            f"This process runs no jobs; {_jobs(waiting)} waiting.",
            "Start the bot again; what waits is kept. If it stops while jobs still run, give them "
            "more time with SHUTDOWN_GRACE.",
        )


def _full(statistics: Statistics, configured: Configured) -> Iterator[Issue]:
    waiting, most = statistics.waiting, configured.max_size
    if most is not None and waiting >= FULL_SHARE * most:
        full = waiting >= most
        yield Issue(
            Level.CRITICAL if full else Level.DEGRADED,
            f"{waiting:,} of {most:,} places are taken"
            + (", and new jobs are refused." if full else "; soon new jobs will be refused."),
            "Let more jobs run at once with QUEUE_CONCURRENCY, or let more wait with "
            "QUEUE_MAX_SIZE; QUEUE_MAX_ACTIVE_PER_USER bounds what one person may ask for.",
        )


def _backlog(statistics: Statistics, configured: Configured) -> Iterator[Issue]:
    for queue, age_s in sorted(statistics.backlog_age_s.items()):
        if age_s < OLD_S:
            continue
        if queue in configured.paused:
            yield Issue(
                Level.DEGRADED,
                f"The queue {queue} is paused, and a job of it has waited {age_s / 60:.0f} minutes "
                "for its turn.",
                "Resume it as soon as what it was paused for is over.",
            )
            continue
        slots = configured.slots.get(queue, 0)
        running = statistics.count(frozenset({State.PROCESSING}), queue)
        yield Issue(
            Level.DEGRADED if age_s < TOO_OLD_S else Level.CRITICAL,
            f"A job of the queue {queue} has been ready for {age_s / 60:.0f} minutes "
            f"({running} run).",
            f"Let more run at once: QUEUE_CONCURRENCY={queue}:{2 * max(running, slots)}, if "
            "what they call on bears it."
            if slots and running >= slots
            else "Its slots are not full, so see whether a process "
            f"works on it (QUEUE_CONCURRENCY={queue}:{max(slots, 1)}).",
        )


def _strange(statistics: Statistics, configured: Configured) -> Iterator[Issue]:
    for kind in sorted(configured.strange):
        counts = statistics.by_kind.get(kind, {})
        if waiting := sum(counts.get(state, 0) for state in WAITING):
            yield Issue(
                Level.DEGRADED,
                f"{_jobs(waiting)} waiting of the kind {kind}, which this process does not know.",
                "They run as soon as a process works that knows it: start the version of the bot "
                "that has it, or discard them.",
            )


def _noticed(configured: Configured) -> Iterator[Issue]:
    for notice in configured.notices:
        recommendation = "It goes on by itself; if it does not, read the log for the cause."
        yield Issue(Level.DEGRADED, notice, recommendation)


def _failing(statistics: Statistics) -> Iterator[Issue]:
    for kind, recent in sorted(statistics.recent_by_kind.items()):
        rate = recent.error_rate
        if rate is not None and rate >= ERRORS and recent.ended >= ENOUGH_ENDS:
            yield Issue(
                Level.DEGRADED if rate < MANY_ERRORS else Level.CRITICAL,
                f"{rate:.0%} of the {recent.ended} jobs of the kind {kind} that ended in the last "
                "hour were given up.",
                "Read the errors of its discarded jobs. If the cause passes by itself, raise "
                "QUEUE_MAX_ATTEMPTS; if they run out of time, QUEUE_JOB_TIMEOUT.",
            )


def _retrying(statistics: Statistics) -> Iterator[Issue]:
    retrying = statistics.count(frozenset({State.RETRYABLE}))
    if retrying >= max(ENOUGH_RETRYING, RETRYING_SHARE * statistics.unfinished):
        yield Issue(
            Level.DEGRADED,
            f"{retrying:,} of {_jobs(statistics.unfinished)} unfinished because they failed and "
            "wait to be tried again.",
            "See whether what they call on answers. If it needs long to recover, raise "
            "QUEUE_RETRY_BASE_DELAY or QUEUE_MAX_ATTEMPTS, so that they are not given up before.",
        )


def _slow(statistics: Statistics, configured: Configured) -> Iterator[Issue]:
    for kind, recent in sorted(statistics.recent_by_kind.items()):
        limit_s, p95_s = configured.timeouts_s.get(kind), recent.duration.p95_s
        if limit_s is None or p95_s is None or recent.duration.n < ENOUGH_ENDS:
            continue
        if p95_s >= NEAR_TIMEOUT * limit_s:
            setting = f"the timeout of the kind {kind}"
            yield Issue(
                Level.DEGRADED,
                f"One in twenty jobs of the kind {kind} runs for {p95_s:.0f} s or more, and all "
                f"are stopped at {limit_s:.0f} s.",
                f"Raise {setting if kind in configured.own_timeouts else 'QUEUE_JOB_TIMEOUT'}, or "
                "lower QUEUE_CONCURRENCY if they slow each other down.",
            )


def _parked(statistics: Statistics, configured: Configured) -> Iterator[Issue]:
    for queue, counts in sorted(statistics.by_queue.items()):
        parked, ready = counts.get(State.PARKED, 0), counts.get(State.PENDING, 0)
        free = configured.slots.get(queue, 0) - counts.get(State.PROCESSING, 0)
        if free > ready and parked >= max(ENOUGH_PARKED, PARKED_SHARE * (parked + ready)):
            yield Issue(
                Level.DEGRADED,
                f"{_jobs(parked)} of the queue {queue} held back, although {free - ready} of its "
                "slots stand empty.",
                "Let one person run more at once with QUEUE_MAX_RUNNING_PER_USER.",
            )


def _rarely_cached(statistics: Statistics) -> Iterator[Issue]:
    recent = statistics.recent
    if (
        recent.hit_rate is not None
        and recent.lookups >= ENOUGH_LOOKUPS
        and recent.hit_rate < FEW_HITS
    ):
        yield Issue(
            Level.HEALTHY,
            f"The cache answered {recent.hit_rate:.0%} of {recent.lookups:,} requests in the last "
            "hour.",
            "If people ask the same again, but later or amid much else, raise CACHE_TTL or "
            "CACHE_MAX_SIZE; if they do not, all is well.",
        )


def _jobs(n: int) -> str:
    return "1 job is" if n == 1 else f"{n:,} jobs are"
