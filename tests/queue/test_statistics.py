"""The queue in numbers: everything that was counted, from every side."""

import pytest

from bot.queue.figures import Kind, Measure, Observed, Tally
from bot.queue.job import Priority
from bot.queue.states import State
from bot.queue.statistics import Statistics, summed_up
from bot.queue.store.base import Group, Stats

NOW = 1_700_000_040.0

COUNTS = {
    Group("chat", "chat", Priority.DEFAULT, State.PENDING): 3,
    Group("chat", "chat", Priority.DEFAULT, State.PROCESSING): 2,
    Group("chat", "chat", Priority.LOW, State.PENDING): 4,
    Group("chat", "summary", Priority.LOW, State.COMPLETED): 50,
    Group("admin", "export", Priority.LOW, State.PARKED): 1,
    Group("admin", "export", Priority.LOW, State.DISCARDED): 5,
}


def summed(stats: Stats | None = None, *observed: Observed) -> Statistics:
    tally = Tally()
    for one in observed:
        tally.add(one, NOW)
    return summed_up(stats or Stats(COUNTS), tally.figures(NOW), NOW, memory_bytes=7)


def test_an_empty_queue_is_all_zeros():
    assert summed(Stats()) == Statistics(memory_bytes=7)
    assert (Statistics().total, Statistics().waiting) == (0, 0)


def test_jobs_are_counted_from_every_side():
    statistics = summed()
    assert (statistics.total, statistics.waiting, statistics.unfinished) == (65, 8, 10)
    assert statistics.by_state == {
        State.PENDING: 7,
        State.PROCESSING: 2,
        State.COMPLETED: 50,
        State.PARKED: 1,
        State.DISCARDED: 5,
    }
    assert statistics.by_queue["admin"] == {State.PARKED: 1, State.DISCARDED: 5}
    assert statistics.by_kind["chat"] == {State.PENDING: 7, State.PROCESSING: 2}
    assert statistics.by_kind["summary"] == {State.COMPLETED: 50}
    assert statistics.by_priority[Priority.DEFAULT] == {State.PENDING: 3, State.PROCESSING: 2}


@pytest.mark.parametrize("side", ["by_queue", "by_kind", "by_priority"])
def test_every_side_adds_up_to_the_total(side):
    statistics = summed()
    counts = getattr(statistics, side).values()
    assert sum(n for states in counts for n in states.values()) == statistics.total


def test_a_kind_is_one_in_all_its_queues():
    here, there = Kind("chat", "draw"), Kind("image", "draw")
    ran = Observed(Measure.RAN, {here: [1.0], there: [3.0, 5.0], Kind("chat", "chat"): [9.0]})
    recent = summed(None, ran).recent_by_kind
    assert recent.keys() == {"draw", "chat"}
    assert (recent["draw"].duration.n, recent["draw"].duration.average_s) == (3, 3)
    assert summed(None, ran).recent.duration.n == 4


def test_the_backlog_is_as_old_as_its_oldest_ready_job():
    stats = Stats(ready_since={"chat": NOW - 90, "image": NOW + 1})
    assert summed(stats).backlog_age_s == {"chat": 90, "image": 0}
