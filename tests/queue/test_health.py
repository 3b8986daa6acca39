"""Health: whatever is wrong is said with what to change, and nothing is said of what is well."""

from dataclasses import replace

import pytest

from bot.queue.figures import Recent, Spread
from bot.queue.health import Configured, Health, Level, judged, unreachable
from bot.queue.states import State
from bot.queue.statistics import Statistics

CONFIGURED = Configured(
    max_size=100,
    slots={"chat": 8, "image": 2},
    timeouts_s={"chat": 100, "draw": 100},
    own_timeouts=frozenset({"draw"}),
)
DEGRADED, CRITICAL = Level.DEGRADED, Level.CRITICAL


def there(**states: int) -> Statistics:
    """Jobs of the queue "chat", by state."""
    counts = {State(name): n for name, n in states.items()}
    return Statistics(by_state=counts, by_queue={"chat": counts})


def lately(**recent) -> Statistics:
    """What the last hour of the kind "chat" was like."""
    return Statistics(recent=Recent(**recent), recent_by_kind={"chat": Recent(**recent)})


def lasting(p95_s: float, n: int = 10) -> Statistics:
    return lately(duration=Spread(n, p95_s / 2, p95_s / 2, p95_s))


def old(seconds: float, running: int = 8) -> Statistics:
    return replace(there(PENDING=1, PROCESSING=running), backlog_age_s={"chat": seconds})


def levels(statistics: Statistics, configured: Configured = CONFIGURED) -> list[Level]:
    return [issue.level for issue in judged(statistics, configured).issues]


@pytest.mark.parametrize(
    ("statistics", "found"),
    [
        (Statistics(), []),
        (there(PENDING=79, PROCESSING=8, COMPLETED=10_000), []),
        (there(PENDING=80), [DEGRADED]),
        (there(PENDING=60, SCHEDULED=39), [DEGRADED]),
        (there(PENDING=60, SCHEDULED=40), [CRITICAL]),
        (old(299), []),
        (old(300), [DEGRADED]),
        (old(899), [DEGRADED]),
        (old(900), [CRITICAL]),
        (lately(error_rate=0.09, ended=100), []),
        (lately(error_rate=0.1, ended=10), [DEGRADED]),
        (lately(error_rate=0.5, ended=10), [CRITICAL]),
        (lately(error_rate=1, ended=9), []),
        (there(RETRYABLE=10, PENDING=10), [DEGRADED]),
        (there(RETRYABLE=10, PENDING=11), []),
        (there(RETRYABLE=9), []),
        (lasting(79), []),
        (lasting(80), [DEGRADED]),
        (lasting(80, n=9), []),
        (there(PARKED=10, PENDING=7), [DEGRADED]),
        (there(PARKED=10, PENDING=8), []),
        (there(PARKED=9), []),
        (there(PARKED=10, PROCESSING=8), []),
        (there(PARKED=5, PENDING=6), []),
        (lately(lookups=100, hit_rate=0.04), [Level.HEALTHY]),
        (lately(lookups=100, hit_rate=0.05), []),
        (lately(lookups=99, hit_rate=0), []),
    ],
)
def test_each_issue_begins_where_it_says(statistics, found):
    assert levels(statistics) == found


@pytest.mark.parametrize(
    ("statistics", "settings"),
    [
        (there(PENDING=80), {"QUEUE_MAX_SIZE", "QUEUE_CONCURRENCY", "QUEUE_MAX_ACTIVE_PER_USER"}),
        (old(300), {"QUEUE_CONCURRENCY=chat:16"}),
        (old(300, running=20), {"QUEUE_CONCURRENCY=chat:40"}),
        (old(300, running=1), {"QUEUE_CONCURRENCY=chat:8"}),
        (lately(error_rate=0.1, ended=10), {"QUEUE_MAX_ATTEMPTS", "QUEUE_JOB_TIMEOUT"}),
        (there(RETRYABLE=10), {"QUEUE_RETRY_BASE_DELAY", "QUEUE_MAX_ATTEMPTS"}),
        (lasting(80), {"QUEUE_JOB_TIMEOUT", "QUEUE_CONCURRENCY"}),
        (there(PARKED=10), {"QUEUE_MAX_RUNNING_PER_USER"}),
        (lately(lookups=100, hit_rate=0), {"CACHE_TTL", "CACHE_MAX_SIZE"}),
    ],
)
def test_each_recommendation_names_what_to_change(statistics, settings):
    (issue,) = judged(statistics, CONFIGURED).issues
    assert {name for name in settings if name in issue.recommendation} == settings


def test_an_issue_says_what_is_wrong_in_numbers():
    (issue,) = judged(there(PENDING=90), CONFIGURED).issues
    assert issue.problem == "90 of 100 places are taken; soon new jobs will be refused."


def test_a_kind_with_a_time_limit_of_its_own_is_told_so():
    slow = Statistics(recent_by_kind={"draw": lasting(90).recent})
    (issue,) = judged(slow, CONFIGURED).issues
    assert "the timeout of the kind draw" in issue.recommendation
    assert "QUEUE_JOB_TIMEOUT" not in issue.recommendation


def test_an_unknown_kind_has_no_time_limit_to_come_near():
    assert levels(Statistics(recent_by_kind={"gone": lasting(1e6).recent})) == []


def test_a_queue_without_a_bound_is_never_full():
    assert levels(there(PENDING=10_000), Configured()) == []


def test_a_paused_queue_is_told_as_what_it_is():
    (issue,) = judged(old(900), replace(CONFIGURED, paused=frozenset({"chat"}))).issues
    assert (issue.level, issue.recommendation[:9]) == (DEGRADED, "Resume it")


def test_a_kind_that_is_not_known_here_is_named_while_jobs_of_it_wait():
    strange = replace(CONFIGURED, strange=frozenset({"song"}))
    waiting = Statistics(by_kind={"song": {State.SCHEDULED: 2, State.PENDING: 1}})
    (issue,) = judged(waiting, strange).issues
    assert issue.level is DEGRADED
    assert issue.problem == "This process does not know the kind song; 3 of it waiting."
    assert levels(Statistics(by_kind={"song": {State.COMPLETED: 3}}), strange) == []


def test_a_process_that_does_not_work_is_worse_when_somebody_waits():
    stopped = replace(CONFIGURED, working=False)
    assert levels(Statistics(), stopped) == [DEGRADED]
    assert levels(there(PENDING=1), stopped) == [CRITICAL]


def test_a_queue_is_as_well_as_its_worst_issue_which_comes_first():
    both = replace(lately(error_rate=0.1, ended=10), backlog_age_s={"chat": 900})
    assert judged(both, CONFIGURED).level is CRITICAL
    assert levels(both) == [CRITICAL, DEGRADED]
    assert Health().level is Level.HEALTHY


def test_a_store_that_is_away_is_critical():
    health = unreachable("The disk is full.")
    (issue,) = health.issues
    assert health.level is CRITICAL
    assert "The disk is full." in issue.problem
    assert "QUEUE_DATABASE_URL" in issue.recommendation
