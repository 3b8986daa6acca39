"""What people read of a server's activity."""

from collections.abc import Callable, Iterable
from heapq import nlargest

from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.jobs.activity.chart import CHART
from bot.jobs.activity.findings import Findings, Line, Report
from bot.jobs.activity.history import Reading
from bot.jobs.activity.words import count, duration
from bot.queue.job import Job
from bot.queue.reply import Panel, Reply
from bot.texts import say

TOP = 10
"""People who are named in the panel and drawn in the chart."""

MOST_CLOSED = 20
"""Channels that are named as not read; of more, the number is told."""

GAP_S = 60.0
"""Shorter times in which nobody watched are not worth a word."""


_TEXT = TypeAdapter(str)


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


# -- as people read it ------------------------------------------------------------------------


def reply(found: Activity) -> Reply:
    """A panel; with the table alone, a few lines."""
    title = say("activity-title", days=found.days)
    fields = [*_written(found), *_talked(found), *_notes(found)]
    if found.report == "csv":
        return Reply("\n".join([f"**{title}**", *(f"{name}: {text}" for name, text in fields)]))
    text = say("activity-span", since=_at(found.since), until=_at(found.until))
    return Reply(panel=Panel(title, text, tuple(fields), CHART))


def _written(found: Activity) -> list[tuple[str, str]]:
    it = found.messages
    if it is None:
        return []
    total = say("activity-messages", count=it.total, people=it.people, bots=it.bots)
    fields = [(say("activity-messages-name"), total)]
    if it.top and found.report != "csv":
        most = _ranked((one.user, count(one.messages)) for one in it.top)
        fields.append((say("activity-most-messages"), most))
    if it.closed:
        named = ", ".join(f"<#{one}>" for one in it.closed)
        more = it.closed_in_all - len(it.closed)
        fields.append((say("activity-closed-name"), say("activity-closed", named=named, more=more)))
    return fields


def _talked(found: Activity) -> list[tuple[str, str]]:
    it = found.voice
    if it is None:
        return []
    name = say("activity-voice-name")
    if it.since is None:
        return [(name, say("activity-voice-never"))]
    lines = [say("activity-voice", time=duration(it.total_s), people=it.people)]
    if it.since > found.since + GAP_S:
        lines.append(say("activity-voice-since", at=_at(it.since)))
    if it.unwatched_s > GAP_S:
        lines.append(say("activity-voice-gaps", time=duration(it.unwatched_s)))
    fields = [(name, "\n".join(lines))]
    if it.top and found.report != "csv":
        most = _ranked((one.user, duration(one.voice_s)) for one in it.top)
        fields.append((say("activity-most-voice"), most))
    return fields


def _notes(found: Activity) -> list[tuple[str, str]]:
    if found.everybody or found.report == "summary":
        return []
    return [(say("activity-table-name"), say("activity-not-everybody"))]


def _ranked(people: Iterable[tuple[int, str]]) -> str:
    return "\n".join(
        say("activity-rank", rank=rank, person=f"<@{user}>", what=what)
        for rank, (user, what) in enumerate(people, start=1)
    )


def _at(moment: float) -> str:
    return str(int(moment))


def so_far(job: Job) -> Reply | None:
    """What a run that ended early had counted."""
    saved = _saved(job)
    if saved is None or not (saved.tally.messages or saved.tally.bots):
        return None
    tally = saved.tally
    best = sorted(tally.counts.items(), key=lambda it: -it[1])[:TOP]
    ranked = _ranked((user, count(messages)) for user, messages in best)
    total = say(
        "activity-messages", count=tally.messages, people=len(tally.counts), bots=tally.bots
    )
    return Reply("\n".join((total, ranked)))


def _saved(job: Job) -> Reading | None:
    try:
        return Reading.model_validate_json(_TEXT.validate_json(job.checkpoint or "null"))
    except ValidationError:
        return None
