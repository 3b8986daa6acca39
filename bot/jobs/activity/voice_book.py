"""Voice time as it is kept: stretches of presence, by server and day (UTC), for `KEPT_DAYS`.

A stretch is written again, under the same name, each time its end is known to be later. So nothing
is counted twice: not after a crash, nor where two processes have seen the same presence, for what
overlaps is one.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from bot.queue.store.base import Records

KEPT_DAYS = 90

BITE = 100
"""Notes that are written or removed at once, so that nobody waits long behind them."""

SERVERS = "voice"
"""Of the notes: the servers of which there is anything."""

DAY_S = 86_400.0


class Stretch(NamedTuple):
    """Somebody was there from `start` to `end` (unix seconds)."""

    user: int
    start: float
    end: float


class VoiceBook:
    """Reads and writes; all calls raise `StoreError`."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._known: set[tuple[int, date]] = set()

    async def write(self, kept: Mapping[int, Iterable[Stretch]]) -> None:
        """Keep these, by server, each in place of an earlier one of the same person and start."""
        parts = [
            (guild, part)
            for guild, stretches in kept.items()
            for stretch in stretches
            for part in by_day(stretch)
        ]
        await self._know({(guild, day_of(part.start)) for guild, part in parts})
        await self._note(
            (_scope(guild, day_of(part.start)), f"{part.user} {part.start:.3f}", f"{part.end:.3f}")
            for guild, part in parts
        )

    async def read(self, guild: int, since: float, until: float) -> dict[int, list[Stretch]]:
        """By person: all of the time between in order, cut at midnights (UTC), without overlaps."""
        found: dict[int, list[Stretch]] = defaultdict(list)
        for day in await self._days(guild):
            if day_of(since) <= day <= day_of(until):
                kept = _read(await self._records.notes(_scope(guild, day)))
                for user, stretches in _by_user(kept, since, until).items():
                    if whole := merged(stretches):
                        found[user] += whole
        return found

    async def forget(self, now: float) -> None:
        """Remove all days that have been kept for long enough, of all servers."""
        oldest = day_of(now) - timedelta(days=KEPT_DAYS)
        for guild in map(int, await self._records.notes(SERVERS)):
            days = await self._days(guild)
            for day in (one for one in days if one < oldest):
                await self._forget(guild, day)
            if not any(day >= oldest for day in days):
                await self._records.note(SERVERS, str(guild), None)

    async def _forget(self, guild: int, day: date) -> None:
        scope = _scope(guild, day)
        await self._note((scope, name, None) for name in await self._records.notes(scope))
        await self._records.note(_index(guild), day.isoformat(), None)
        self._known.discard((guild, day))

    async def _days(self, guild: int) -> list[date]:
        return sorted(map(date.fromisoformat, await self._records.notes(_index(guild))))

    async def _know(self, days: set[tuple[int, date]]) -> None:
        """Before anything is kept of a day, so that it is found when it must go."""
        new = days - self._known
        await self._note((SERVERS, str(guild), "") for guild in {guild for guild, _ in new})
        await self._note((_index(guild), day.isoformat(), "") for guild, day in new)
        self._known |= new

    async def _note(self, notes: Iterable[tuple[str, str, str | None]]) -> None:
        left = iter(notes)
        while bite := list(islice(left, BITE)):
            await asyncio.gather(*(self._records.note(*one) for one in bite))


def _index(guild: int) -> str:
    return f"voice {guild}"


def _scope(guild: int, day: date) -> str:
    return f"voice {guild} {day.isoformat()}"


def _read(notes: dict[str, str]) -> Iterator[Stretch]:
    for name, end in notes.items():
        user, start = name.split()
        yield Stretch(int(user), float(start), float(end))


def _by_user(stretches: Iterable[Stretch], since: float, until: float) -> dict[int, list[Stretch]]:
    found: dict[int, list[Stretch]] = defaultdict(list)
    for one in stretches:
        clipped = one._replace(start=max(one.start, since), end=min(one.end, until))
        found[one.user].append(clipped)
    return found


def day_of(moment: float) -> date:
    """The day (UTC) of this moment."""
    return datetime.fromtimestamp(moment, UTC).date()


def by_day(stretch: Stretch) -> Iterator[Stretch]:
    """The same time, cut at each midnight (UTC)."""
    start = stretch.start
    while (midnight := midnight_before(start) + DAY_S) < stretch.end:
        yield stretch._replace(start=start, end=midnight)
        start = midnight
    yield stretch._replace(start=start)


def midnight_before(moment: float) -> float:
    """When the day (UTC) of this moment began."""
    return moment // DAY_S * DAY_S


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time without overlaps, oldest first; what is empty is left out."""
    whole: list[Stretch] = []
    for one in sorted(stretches, key=lambda it: it.start):
        if one.end <= one.start:
            continue
        if whole and one.start <= whole[-1].end:
            whole[-1] = whole[-1]._replace(end=max(whole[-1].end, one.end))
        else:
            whole.append(one)
    return whole
