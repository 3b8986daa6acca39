"""Whether the queue is well, judged from its numbers alone; each issue names what to change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from bot.queue.sentences import sentence
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
    """Something that is not as it should be, and what to do. HEALTHY: a hint, no trouble.

    Both texts are sentences of the queue (see `sentences.py`).
    """

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
    issue = _issue(Level.CRITICAL, "issue-away", "issue-away-do", fault=reason)
    return Health((issue,), reachable=False)


def _issue(level: Level, problem: str, recommendation: str, **values: str | float) -> Issue:
    return Issue(level, sentence(problem, **values), sentence(recommendation, **values))


def _stopped(statistics: Statistics, configured: Configured) -> Iterator[Issue]:
    if not configured.working:
        waiting = statistics.waiting
        level = Level.CRITICAL if waiting else Level.DEGRADED
        yield _issue(level, "issue-stopped", "issue-stopped-do", waiting=waiting)


def _full(statistics: Statistics, configured: Configured) -> Iterator[Issue]:
    waiting, most = statistics.waiting, configured.max_size
    if most is not None and waiting >= FULL_SHARE * most:
        level, problem = (
            (Level.CRITICAL, "issue-full")
            if waiting >= most
            else (Level.DEGRADED, "issue-nearly-full")
        )
        yield _issue(level, problem, "issue-full-do", waiting=waiting, most=most)


def _backlog(statistics: Statistics, configured: Configured) -> Iterator[Issue]:
    for queue, age_s in sorted(statistics.backlog_age_s.items()):
        if age_s >= OLD_S:
            running = statistics.count(frozenset({State.PROCESSING}), queue)
            yield _overdue(queue, age_s, running, configured)


def _overdue(queue: str, age_s: float, running: int, configured: Configured) -> Issue:
    minutes = round(age_s / 60)
    if queue in configured.paused:
        return _issue(
            Level.DEGRADED, "issue-paused", "issue-paused-do", queue=queue, minutes=minutes
        )
    slots = configured.slots.get(queue, 0)
    busy = slots and running >= slots
    enough = 2 * max(running, slots) if busy else max(slots, 1)
    return _issue(
        Level.DEGRADED if age_s < TOO_OLD_S else Level.CRITICAL,
        "issue-backlog",
        "issue-backlog-busy-do" if busy else "issue-backlog-idle-do",
        queue=queue,
        minutes=minutes,
        running=running,
        setting=f"{queue}:{enough}",
    )


def _strange(statistics: Statistics, configured: Configured) -> Iterator[Issue]:
    for kind in sorted(configured.strange):
        counts = statistics.by_kind.get(kind, {})
        if waiting := sum(counts.get(state, 0) for state in WAITING):
            yield _issue(
                Level.DEGRADED, "issue-strange", "issue-strange-do", waiting=waiting, kind=kind
            )


def _noticed(configured: Configured) -> Iterator[Issue]:
    for notice in configured.notices:
        yield Issue(Level.DEGRADED, notice, sentence("issue-noticed-do"))


def _failing(statistics: Statistics) -> Iterator[Issue]:
    for kind, recent in sorted(statistics.recent_by_kind.items()):
        rate = recent.error_rate
        if rate is not None and rate >= ERRORS and recent.ended >= ENOUGH_ENDS:
            yield _issue(
                Level.DEGRADED if rate < MANY_ERRORS else Level.CRITICAL,
                "issue-failing",
                "issue-failing-do",
                percent=round(100 * rate),
                ended=recent.ended,
                kind=kind,
            )


def _retrying(statistics: Statistics) -> Iterator[Issue]:
    retrying = statistics.count(frozenset({State.RETRYABLE}))
    if retrying >= max(ENOUGH_RETRYING, RETRYING_SHARE * statistics.unfinished):
        yield _issue(
            Level.DEGRADED,
            "issue-retrying",
            "issue-retrying-do",
            retrying=retrying,
            unfinished=statistics.unfinished,
        )


def _slow(statistics: Statistics, configured: Configured) -> Iterator[Issue]:
    for kind, recent in sorted(statistics.recent_by_kind.items()):
        limit_s, p95_s = configured.timeouts_s.get(kind), recent.duration.p95_s
        if limit_s is None or p95_s is None or recent.duration.n < ENOUGH_ENDS:
            continue
        if p95_s >= NEAR_TIMEOUT * limit_s:
            yield _issue(
                Level.DEGRADED,
                "issue-slow",
                "issue-slow-own-do" if kind in configured.own_timeouts else "issue-slow-do",
                kind=kind,
                seconds=round(p95_s),
                limit=round(limit_s),
            )


def _parked(statistics: Statistics, configured: Configured) -> Iterator[Issue]:
    for queue, counts in sorted(statistics.by_queue.items()):
        parked, ready = counts.get(State.PARKED, 0), counts.get(State.PENDING, 0)
        free = configured.slots.get(queue, 0) - counts.get(State.PROCESSING, 0)
        if free > ready and parked >= max(ENOUGH_PARKED, PARKED_SHARE * (parked + ready)):
            yield _issue(
                Level.DEGRADED,
                "issue-parked",
                "issue-parked-do",
                parked=parked,
                queue=queue,
                free=free - ready,
            )


def _rarely_cached(statistics: Statistics) -> Iterator[Issue]:
    recent = statistics.recent
    if (
        recent.hit_rate is not None
        and recent.lookups >= ENOUGH_LOOKUPS
        and recent.hit_rate < FEW_HITS
    ):
        yield _issue(
            Level.HEALTHY,
            "issue-rarely-cached",
            "issue-rarely-cached-do",
            percent=round(100 * recent.hit_rate),
            lookups=recent.lookups,
        )
