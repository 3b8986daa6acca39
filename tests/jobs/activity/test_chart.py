"""The chart is a picture for any numbers and any names."""

import io
from datetime import date

import pytest
from PIL import Image

from bot.jobs.activity.chart import MOST_DAYS, ROWS, WEEK, chart_png, columns_of, drawable, told
from tests.jobs.activity.made import findings

CROWD = [(f"Person {n}", 100 - n, 50 - n) for n in range(ROWS + 5)]


def size(found) -> tuple[int, int]:
    with Image.open(io.BytesIO(chart_png(found))) as picture:
        picture.load()
        return picture.size


def test_each_has_a_column_with_the_most_active_people():
    messages, voice = columns_of(findings(CROWD))
    assert [bar.name for bar in messages.bars] == [name for name, *_ in CROWD[:ROWS]]
    assert [bar.rank for bar in voice.bars] == list(range(1, ROWS + 1))
    assert (messages.bars[0].length, messages.bars[0].told) == (1, "100")
    assert voice.bars[0].told == "50 h 0 min"


def test_all_days_are_there_or_all_weeks_of_many():
    few, many = findings(CROWD, days=30), findings(CROWD, days=365)
    assert len(columns_of(few)[0].days) == 31 <= MOST_DAYS
    weeks = columns_of(many)[0]
    assert len(weeks.days) == -(-366 // WEEK)
    assert sum(weeks.days) == sum(count for _, count, _ in CROWD)
    assert weeks.most.startswith("most in a week")


@pytest.mark.parametrize(
    "found",
    [
        findings(),
        findings(CROWD, days=1),
        findings(CROWD, days=365),
        findings([("日本の友 🎉" * 9, 1, 1), ("W" * 99, 10**12, 10**6)]),
    ],
)
def test_it_is_drawn_whatever_there_is(found):
    wide, high = size(found)
    assert 500 <= wide <= 1200
    assert 300 <= high <= 900


def test_an_axis_over_two_years_names_them():
    first, last = date(2025, 11, 22), date(2026, 11, 22)
    assert told(first, (first, last)) == "22 Nov 2025"
    assert told(last, (first, last)) == "22 Nov 2026"
    assert told(last, (date(2026, 1, 3), last)) == "22 Nov"


def test_one_column_makes_a_narrow_picture():
    assert size(findings(CROWD, include_voice=False))[0] < size(findings(CROWD))[0] / 1.5


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada", "Ada"),
        ("Élodie Žižková", "Elodie Zizkova"),
        ("🎉 Jo 🎉", "Jo"),
        ("日本 a", ""),
        ("", ""),
    ],
)
def test_names_are_written_as_far_as_the_font_can(name, shown):
    assert drawable(name) == shown
