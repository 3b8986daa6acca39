"""The numbers that people and programs are told: totals, and the most active."""

from collections.abc import Callable, Iterable
from heapq import nlargest

from pydantic import BaseModel

from bot.jobs.activity.findings import Findings, Line, Report
from bot.jobs.activity.history import Reading

TOP = 10
"""People who are named."""

MOST_CLOSED = 20
"""Channels that are named as not read; of more, the number is told."""


class Did(BaseModel):
    """What one of the most active did."""

    user: int
    messages: int
    voice_s: float


class Messages(BaseModel):
    """What was written: in all, by how many people, by bots besides, by the most active.

    `closed`: channels that the bot may not read, `closed_in_all` of them.
    """

    total: int
    people: int
    bots: int
    top: list[Did]
    closed: list[int]
    closed_in_all: int


class Voice(BaseModel):
    """Seconds in voice channels, of how many people, and of the most active. `since` (unix seconds;
    None: never) is when the record begins, `unwatched_s` how long it has gaps after that.
    """

    total_s: float
    people: int
    top: list[Did]
    since: float | None
    unwatched_s: float


class Activity(BaseModel):
    """The numbers for people and programs; None: not asked for. `everybody`: the table has all
    members, not only those who did something.
    """

    days: int
    since: float
    until: float
    report: Report
    messages: Messages | None
    voice: Voice | None
    everybody: bool


def summary(findings: Findings) -> Activity:
    """What the panel tells. Pure."""
    request, reading = findings.request, findings.reading
    lines = findings.lines()
    return Activity(
        days=request.days,
        since=reading.since,
        until=reading.until,
        report=request.report,
        messages=_messages(reading, lines) if request.include_messages else None,
        voice=_voice(findings, lines) if request.include_voice else None,
        everybody=findings.everybody,
    )


def _messages(reading: Reading, lines: list[Line]) -> Messages:
    return Messages(
        total=reading.tally.messages,
        people=len(reading.tally.counts),
        bots=reading.tally.bots,
        top=top(lines, lambda it: it.messages),
        closed=sorted(reading.closed)[:MOST_CLOSED],
        closed_in_all=len(reading.closed),
    )


def _voice(findings: Findings, lines: list[Line]) -> Voice:
    voice = findings.voice
    return Voice(
        total_s=sum(voice.people.values()),
        people=len(voice.people),
        top=top(lines, lambda it: it.voice_s),
        since=voice.since,
        unwatched_s=voice.unwatched_s,
    )


def top(lines: Iterable[Line], much: Callable[[Line], float]) -> list[Did]:
    """The most active, without those who did nothing."""
    found = [one for one in nlargest(TOP, lines, key=much) if much(one) > 0]
    return [Did(user=it.user, messages=it.messages, voice_s=it.voice_s) for it in found]
