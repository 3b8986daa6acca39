"""Findings as a run would have them."""

from datetime import timedelta

from bot.jobs.activity.findings import ActivityRequest, Findings
from bot.jobs.activity.history import Reading
from bot.jobs.activity.tally import Tally
from bot.jobs.activity.voice_book import DAY_S, day_of
from bot.jobs.activity.voice_time import VoiceTime

NOW = 20_000 * DAY_S + 8 * 3600
HOUR_S = 3600.0


def findings(people=(), *, days=7, names=None, closed=(), voice=None, bots=0, **asked) -> Findings:
    """People as (name, messages, hours in voice channels); all of it happened today."""
    messages = sum(count for _, count, _ in people)
    today = day_of(NOW)
    tally = Tally(
        counts={n: count for n, (_, count, _) in enumerate(people, 1) if count},
        names={n: name for n, (name, count, _) in enumerate(people, 1) if count},
        days={today.isoformat(): messages} if messages else {},
        bots=bots,
    )
    talked = {n: hours * HOUR_S for n, (_, _, hours) in enumerate(people, 1) if hours}
    since = NOW - days * DAY_S
    voice = voice or VoiceTime(talked, {today: sum(talked.values())}, since)
    reading = Reading(since=since, until=NOW, closed=set(closed), tally=tally)
    request = ActivityRequest(days=days, **asked)
    return Findings(request, reading, voice, names or {}, everybody=names is not None)


def day_before(days: int):
    """The date so many days ago."""
    return day_of(NOW) - timedelta(days=days)
