"""All that a run has found, as one line for each person and one number for each day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from pydantic import BaseModel

from bot.jobs.activity.history import Reading
from bot.jobs.activity.voice_book import day_of
from bot.jobs.activity.voice_time import VoiceTime

Report = Literal["full", "summary", "csv"]


class ActivityRequest(BaseModel):
    """What is asked for. `report`: the panel with the chart ("summary"), the table of all members
    alone ("csv"), or both. `at`: when it was to run (unix seconds), which makes it another request.
    """

    days: int
    include_voice: bool = True
    include_messages: bool = True
    report: Report = "full"
    at: float | None = None


class Line(NamedTuple):
    """What one person did. `name` may be unknown, and empty."""

    user: int
    name: str
    messages: int
    voice_s: float


class Day(NamedTuple):
    """What all people did on one day (UTC)."""

    day: date
    messages: int
    voice_s: float


@dataclass(frozen=True, slots=True)
class Findings:
    """What was asked, what was counted, and what the members are called; `everybody`: all of them
    are named.
    """

    request: ActivityRequest
    reading: Reading
    voice: VoiceTime
    names: Mapping[int, str]
    everybody: bool

    def lines(self) -> list[Line]:
        """Whoever did something, and all members if they are known; the most active first. Takes
        some tenths of a second for a hundred thousand: not for the event loop.
        """
        counts, voice = self.reading.tally.counts, self.voice.people
        names = {**self.reading.tally.names, **self.names}
        known = self.names if self.everybody else ()
        people = {*counts, *voice, *known}
        found = (
            Line(user, names.get(user, ""), counts.get(user, 0), voice.get(user, 0.0))
            for user in people
        )
        by_voice = sorted(found, key=lambda it: it.voice_s, reverse=True)
        return sorted(by_voice, key=lambda it: it.messages, reverse=True)

    def days(self) -> list[Day]:
        """Each day of the span, also those on which nobody did anything."""
        first, last = day_of(self.reading.since), day_of(self.reading.until)
        every = (first + timedelta(days=n) for n in range((last - first).days + 1))
        messages, voice = self.reading.tally.days, self.voice.days
        return [Day(one, messages.get(one.isoformat(), 0), voice.get(one, 0.0)) for one in every]
