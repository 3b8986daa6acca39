"""How long people were in voice channels, and for how much of the time anybody knows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.jobs.activity.voice_book import VoiceBook, day_of
from bot.jobs.activity.voice_ledger import WATCH


@dataclass(frozen=True, slots=True)
class VoiceTime:
    """Seconds by person and by day (UTC). `since`: when the first of the watch was (unix seconds;
    None: never); `unwatched_s`: for how long nobody watched after that.
    """

    people: Mapping[int, float] = field(default_factory=dict)
    days: Mapping[date, float] = field(default_factory=dict)
    since: float | None = None
    unwatched_s: float = 0.0


async def voice_time(book: VoiceBook, guild: int, since: float, until: float) -> VoiceTime:
    """All between these moments (unix seconds). Raises `StoreError`."""
    found = await book.read(guild, since, until)
    watch = found.pop(WATCH, [])
    days: Counter[date] = Counter()
    for stretches in found.values():
        for one in stretches:
            days[day_of(one.start)] += one.end - one.start  # type: ignore[assignment]
    return VoiceTime(
        {user: sum(one.end - one.start for one in stretches) for user, stretches in found.items()},
        days,
        watch[0].start if watch else None,
        until - watch[0].start - sum(one.end - one.start for one in watch) if watch else 0.0,
    )
