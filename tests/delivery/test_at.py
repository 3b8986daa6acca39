"""Moments as people type them, and what is told of those that are none."""

from datetime import UTC, datetime

import pytest

from bot.delivery.sight import NotAllowed
from cogs.at import when

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


@pytest.mark.parametrize(
    ("typed", "after_s"),
    [
        ("in 2h", 2 * HOUR_S),
        ("2h", 2 * HOUR_S),
        ("in 90 minutes", 1.5 * HOUR_S),
        ("1h30m", 1.5 * HOUR_S),
        ("18:30", 6.5 * HOUR_S),
        ("09:00", 21 * HOUR_S),
        ("18:30 CET", 5.5 * HOUR_S),
        ("tomorrow 12:00", DAY_S),
        ("2026-11-23T14:00:00+02:00", DAY_S),
        ("2026-11-23 12:00", DAY_S),
        (" In 2 H ", 2 * HOUR_S),
    ],
)
async def test_a_moment_to_come_is_read(typed, after_s):
    assert await when(typed, NOON) == NOON + after_s


@pytest.mark.parametrize("typed", [None, "", "  ", "now", "30 seconds ago"])
async def test_no_moment_and_this_one_are_now(typed):
    assert await when(typed, NOON) is None


@pytest.mark.parametrize(
    "typed",
    [
        "banana",
        "12",
        "-1",
        "in 99999999999 years",
        "25:61",
        "9999-12-31T23:59-12:00",
        "﷽" * 50,
        "🕰",
        "h2 ni",
    ],
)
async def test_nonsense_is_told_with_examples(typed):
    with pytest.raises(NotAllowed, match="in 2h") as refusal:
        await when(typed, NOON)
    assert typed in str(refusal.value)


@pytest.mark.parametrize("typed", ["2020-01-01", "2 hours ago", "yesterday"])
async def test_what_has_passed_is_told_as_it_was_read(typed):
    with pytest.raises(NotAllowed, match=r"<t:\d+:F>, which has passed"):
        await when(typed, NOON)


async def test_nobody_waits_longer_than_a_year():
    assert await when("in 365 days", NOON) == NOON + 365 * DAY_S
    with pytest.raises(NotAllowed, match="a year at most"):
        await when("in 500 days", NOON)
