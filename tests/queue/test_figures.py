"""Figures are exact where they say so and near where they say how near, at any length and split."""

from itertools import count
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.queue.figures import (
    LONGEST_S,
    RELATIVE_ERROR,
    SHORTEST_S,
    WINDOW_MIN,
    Figures,
    Kind,
    Measure,
    Observed,
    Recent,
    Spread,
    Tally,
    bucket_of,
    length_in,
    tallied,
)

NOW = 1_700_000_040.0
"""A minute begins here."""

CHAT, IMAGE = Kind("chat", "chat"), Kind("image", "draw")

lengths = st.floats(0, 2 * 86_400)
kinds = st.sampled_from([CHAT, IMAGE])
batches = st.builds(
    Observed,
    st.sampled_from(Measure),
    st.dictionaries(kinds, st.lists(lengths, min_size=1)),
)


def ran(*seconds: float, kind: Kind = CHAT) -> Observed:
    return Observed(Measure.RAN, {kind: seconds})


def events(measure: Measure, n: int) -> Observed:
    return Observed(measure, {CHAT: n * [0.0]})


def figures(*batches: Observed, now: float = NOW) -> Figures:
    tally = Tally()
    for batch in batches:
        tally.add(batch, NOW)
    return tally.figures(now)


def test_nothing_has_no_figures():
    assert figures().of() == Recent()


def test_the_average_is_exact():
    assert figures(ran(0.0001, 0.25, 100)).of().duration.average_s == pytest.approx(100.2501 / 3)


@given(st.lists(lengths, min_size=1))
def test_a_percentile_is_as_near_as_it_says(seconds):
    duration = figures(ran(*seconds)).of().duration
    for percent, told in ((50, duration.p50_s), (95, duration.p95_s)):
        there = sorted(seconds)[ceil(len(seconds) * percent / 100) - 1]
        assert told == pytest.approx(max(there, SHORTEST_S), rel=RELATIVE_ERROR + 1e-9)


@given(st.floats(SHORTEST_S, LONGEST_S))
def test_a_bucket_is_near_all_that_it_holds(seconds):
    assert length_in(bucket_of(seconds)) == pytest.approx(seconds, rel=RELATIVE_ERROR + 1e-9)


@given(st.lists(batches))
def test_batches_add_up_to_the_same_however_they_are_cut(batches):
    one_by_one = [
        Observed(measure, {kind: [length]})
        for measure, lengths in batches
        for kind, some in lengths.items()
        for length in some
    ]
    assert figures(*batches) == figures(*reversed(one_by_one))


def test_a_length_is_never_negative_nor_beyond_all_bounds():
    duration = figures(ran(-5.0, LONGEST_S * 1e6)).of().duration
    assert duration.average_s == LONGEST_S / 2
    assert duration.p50_s == SHORTEST_S


def test_what_takes_no_time_costs_one_cell():
    assert len(tallied(events(Measure.FAILED, 1_000), NOW)) == 1


def test_the_cells_of_a_minute_do_not_grow_with_the_jobs():
    few = tallied(ran(*(1 + n / 10 for n in range(100))), NOW)
    many = tallied(ran(*(1 + n / 10_000 for n in range(100_000))), NOW)
    assert len(many) <= len(few) + 1 < 30


def test_kinds_are_told_apart_and_together():
    all_of_them = figures(ran(2, kind=CHAT), ran(4, 4, 4, kind=IMAGE))
    assert all_of_them.of(CHAT).duration == Spread(1, 2, *2 * [pytest.approx(2, rel=0.05)])
    assert all_of_them.of(IMAGE).duration.n == 3
    assert all_of_them.of().duration.average_s == 3.5
    assert all_of_them.of(Kind("unknown", "unknown")) == Recent()


def test_the_rates_are_shares_of_what_they_are_about():
    recent = figures(
        ran(1, 1, 1),
        events(Measure.FAILED, 1),
        events(Measure.CANCELLED, 5),
        events(Measure.HIT, 2),
        events(Measure.MISSED, 6),
    ).of()
    assert (recent.error_rate, recent.ended, recent.cancelled) == (0.25, 4, 5)
    assert (recent.hit_rate, recent.lookups) == (0.25, 8)


def test_the_throughput_is_over_the_time_since_the_first_figure():
    one_by_one = ran(*30 * [1.0])
    assert figures(one_by_one).of().per_minute == 30  # a minute, at least
    assert figures(one_by_one, now=NOW + 300).of().per_minute == 6


def test_only_the_window_counts():
    minutes = count(NOW, 60)
    tally = Tally()
    for _ in range(WINDOW_MIN + 7):
        now = next(minutes)
        tally.add(ran(1), now)
    seen = tally.figures(now)
    assert seen.of().duration.n == WINDOW_MIN
    tally.forget(now)
    assert tally.figures(now) == seen
    tally.forget(now + 60 * WINDOW_MIN)
    assert tally.figures(now) == Figures()
