"""A picture of the activity: for messages and for voice one column each, with the days above and
the most active people below.

It stands on a card of its own, so that it reads the same on a dark and on a light page. The font
that comes with the drawing library knows no letters but the English ones: names that cannot be
written with it are told by their rank, which stands in the panel, too.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from heapq import nlargest

from bot.jobs.activity.findings import Day, Findings, Line
from bot.jobs.activity.pen import Pen
from bot.jobs.activity.words import count, duration
from bot.texts import say

CHART = "activity.png"

ROWS = 10
"""People who are drawn in a column."""

COLUMN, GAP, MARGIN = 440, 56, 36
"""Widths in pixels."""

HEADING, DAYS, AXIS, ROW = 64, 170, 52, 42
"""Heights in pixels, from top to bottom; a row for each person."""

MOST_DAYS, WEEK = 62, 7
"""Of more days, each bar is a week."""

TRACK, TEXT, QUIET = "#33363f", "#f2f3f5", "#a6abb5"
MESSAGES, VOICE = "#7c8cff", "#35c9a5"


@dataclass(frozen=True, slots=True)
class Bar:
    """One person: a length, and how it is told."""

    rank: int
    name: str
    length: float
    told: str


@dataclass(frozen=True, slots=True)
class Column:
    """What is drawn below one heading; `most` tells the highest of the days."""

    heading: str
    colour: str
    days: Sequence[float]
    most: str
    bars: Sequence[Bar]


def chart_png(findings: Findings) -> bytes:
    """The picture as PNG. Takes some tenths of a second: not for the event loop."""
    columns = columns_of(findings)
    rows = max(len(column.bars) for column in columns)
    width = 2 * MARGIN + len(columns) * COLUMN + (len(columns) - 1) * GAP
    height = 2 * MARGIN + HEADING + DAYS + AXIS + rows * ROW
    pen = Pen(width, height)
    ends = findings.days()[0].day, findings.days()[-1].day
    for number, column in enumerate(columns):
        _draw(pen, MARGIN + number * (COLUMN + GAP), column, ends)
    return pen.png()


def columns_of(findings: Findings) -> list[Column]:
    """What is drawn. Pure."""
    request, days, lines = findings.request, in_steps(findings.days()), findings.lines()
    step = "week" if len(days) < len(findings.days()) else "day"
    most = partial(_most, step)
    columns = []
    if request.include_messages:
        counts = [float(day.messages) for day in days]
        bars = _bars(lines, lambda it: it.messages, count)
        heading = say("activity-messages-name")
        columns.append(Column(heading, MESSAGES, counts, most(count(max(counts))), bars))
    if request.include_voice:
        spans = [day.voice_s for day in days]
        bars = _bars(lines, lambda it: it.voice_s, duration)
        heading = say("activity-voice-name")
        columns.append(Column(heading, VOICE, spans, most(duration(max(spans))), bars))
    return columns


def in_steps(days: Sequence[Day]) -> Sequence[Day]:
    """The days, or weeks where there are too many of them. Pure."""
    if len(days) <= MOST_DAYS:
        return days
    weeks = [days[first : first + WEEK] for first in range(0, len(days), WEEK)]
    return [
        Day(week[0].day, sum(one.messages for one in week), sum(one.voice_s for one in week))
        for week in weeks
    ]


def _bars(
    lines: Sequence[Line], much: Callable[[Line], float], told: Callable[[float], str]
) -> list[Bar]:
    best = [one for one in nlargest(ROWS, lines, key=much) if much(one) > 0]
    return [
        Bar(rank, drawable(one.name), much(one) / much(best[0]), told(much(one)))
        for rank, one in enumerate(best, start=1)
    ]


def _most(step: str, much: str) -> str:
    return say("chart-most", step=step, most=much)


def drawable(name: str) -> str:
    """The name in the font's letters, without accents; nothing where too little would be left."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    kept = "".join(c for c in plain if " " <= c <= "~").strip()
    return kept if 2 * sum(map(str.isalnum, kept)) > sum(map(str.isalnum, plain)) else ""


def _draw(pen: Pen, left: float, column: Column, ends: tuple[date, date]) -> None:
    pen.text(left, MARGIN, column.heading, 30, TEXT)
    pen.text(left + COLUMN, MARGIN + 6, column.most, 22, QUIET, "ra")
    top = MARGIN + HEADING
    _draw_days(pen, left, top, column)
    for at, anchor, day in ((left, "la", ends[0]), (left + COLUMN, "ra", ends[1])):
        pen.text(at, top + DAYS + 10, told(day, ends), 20, QUIET, anchor)
    for number, bar in enumerate(column.bars):
        _draw_bar(pen, left, top + DAYS + AXIS + number * ROW, bar, column.colour)


def told(day: date, ends: tuple[date, date]) -> str:
    """The day as an axis names it: with its year only if the axis has two. Pure."""
    year = "" if ends[0].year == ends[1].year else f" {day.year}"
    return f"{day.day} {day:%b}{year}"


def _draw_days(pen: Pen, left: float, top: float, column: Column) -> None:
    step = COLUMN / len(column.days)
    wide = min(step * 0.72, 40)
    highest = max(column.days) or 1
    for number, much in enumerate(column.days):
        x = left + (number + 0.5) * step
        tall = max(3.0, much / highest * DAYS) if much else 3.0
        colour = column.colour if much else TRACK
        pen.box(x - wide / 2, top + DAYS - tall, x + wide / 2, top + DAYS, min(6, wide / 2), colour)


def _draw_bar(pen: Pen, left: float, top: float, bar: Bar, colour: str) -> None:
    told = pen.width_of(bar.told, 21)
    pen.text(left + 28, top + 2, str(bar.rank), 21, QUIET, "ra")
    if bar.name:
        name = pen.shortened(bar.name, 21, COLUMN - 40 - told - 16)
        pen.text(left + 40, top + 2, name, 21, TEXT)
    else:
        pen.text(left + 40, top + 4, say("chart-nameless"), 18, QUIET)
    pen.text(left + COLUMN, top + 2, bar.told, 21, QUIET, "ra")
    wide = COLUMN - 40
    pen.box(left + 40, top + 29, left + COLUMN, top + 35, 3, TRACK)
    pen.box(left + 40, top + 29, left + 40 + max(6, wide * bar.length), top + 35, 3, colour)
