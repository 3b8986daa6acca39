"""What people read of a server's activity."""

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError

from bot.jobs.activity.chart import CHART
from bot.jobs.activity.history import Reading
from bot.jobs.activity.summary import TOP, Activity
from bot.jobs.activity.words import count, duration
from bot.queue.job import Job
from bot.queue.reply import Panel, Reply
from bot.texts import say

GAP_S = 60.0
"""Shorter times in which nobody watched are not worth a word."""

_TEXT = TypeAdapter(str)


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
