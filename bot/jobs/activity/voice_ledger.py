"""Knows who is in a voice channel now, and keeps it so that a crash costs a minute at most.

What counts is time in which somebody can hear the others: in any voice or stage channel but the
server's AFK channel, and not deafened. The bot's own watch is kept beside it, as `WATCH`'s: what
nobody watched is not counted, and can be told.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from bot.jobs.activity.voice_book import Stretch, VoiceBook, day_of, midnight_before
from bot.queue.errors import StoreError
from bot.queue.job import Clock

logger = logging.getLogger(__name__)

WATCH = 0
"""No person's id: the bot's own presence."""

MARK_EVERY_S = 60.0
"""After so many seconds the end of what goes on is written down anew."""

ASLEEP_S = 3 * MARK_EVERY_S
"""A process that has marked nothing for longer was stopped: it has watched nothing meanwhile."""


class VoiceLedger:
    """Knows at once what it is told; what cannot be stored now is stored with the next mark."""

    def __init__(self, book: VoiceBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._there: dict[int, dict[int, float]] = {}
        self._lost: dict[int, float] = {}
        self._due: dict[int, dict[tuple[int, float], Stretch]] = defaultdict(dict)
        self._writing = asyncio.Lock()
        self._marked_at = 0.0
        self._swept: date | None = None

    async def found(self, guild: int, people: Collection[int]) -> None:
        """The connection begins (anew), and these are there: nothing is known of before."""
        self._end_all(guild)
        now = self._clock()
        self._there[guild] = dict.fromkeys((WATCH, *people), now)
        await self._mark([guild])

    async def heard(self, guild: int, user: int, *, there: bool) -> None:
        """Somebody can hear the others from now on, or cannot any more; may be told twice."""
        if guild in self._there and there is not (user in self._there[guild]):
            self._turn(guild, user)
            await self._store()

    async def seen(self, guild: int, people: Collection[int]) -> None:
        """These can hear the others, nobody else. While the connection is lost, it is not known."""
        if guild in self._there and guild not in self._lost:
            turned = self._there[guild].keys() ^ {WATCH, *people}
            for user in turned:
                self._turn(guild, user)
            if turned:
                await self._store()

    async def lost(self, guilds: Iterable[int]) -> None:
        """The connection is gone. If it is resumed, Discord tells what was missed."""
        here = [one for one in guilds if one in self._there and one not in self._lost]
        self._lost |= dict.fromkeys(here, self._clock())
        await self._mark(here)

    def resumed(self, guilds: Iterable[int]) -> None:
        """The connection goes on where it was."""
        for guild in guilds:
            self._lost.pop(guild, None)

    async def left(self, guild: int) -> None:
        """The bot is not in the server any more."""
        self._end_all(guild)
        await self._store()

    async def sweep(self) -> None:
        """Forget what is old, once a day. Raises `StoreError`."""
        today = day_of(self._clock())
        if today != self._swept:
            await self._book.forget(self._clock())
            self._swept = today

    async def mark(self) -> None:
        """Write down that all this goes on."""
        now = self._clock()
        if self._marked_at and now - self._marked_at > ASLEEP_S:
            self._begin_anew(now)
        self._marked_at = now
        await self._mark([one for one in self._there if one not in self._lost])

    def _begin_anew(self, now: float) -> None:
        """All that is there has begun now."""
        for people in self._there.values():
            people.update(dict.fromkeys(people, now))

    async def _mark(self, guilds: Iterable[int]) -> None:
        for guild in guilds:
            for user in self._there[guild]:
                self._put(guild, user)
        await self._store()

    def _end_all(self, guild: int) -> None:
        for user in self._there.get(guild, ()):
            self._put(guild, user)
        self._there.pop(guild, None)
        self._lost.pop(guild, None)

    def _turn(self, guild: int, user: int) -> None:
        """The person comes, or goes."""
        people = self._there[guild]
        is_leaving = user in people
        people.setdefault(user, self._clock())
        self._put(guild, user)
        if is_leaving:
            del people[user]

    def _put(self, guild: int, user: int) -> None:
        """It is known that the person is there until now, or until the connection was lost."""
        people = self._there[guild]
        start = people[user]
        end = max(start, self._lost.get(guild, self._clock()))
        self._due[guild][user, start] = Stretch(user, start, end)
        people[user] = max(start, midnight_before(end))  # what was before needs no more marks

    async def _store(self) -> None:
        async with self._writing:  # what is known later is written later
            due, self._due = self._due, defaultdict(dict)
            try:
                await self._book.write({guild: found.values() for guild, found in due.items()})
            except StoreError as error:
                logger.warning("voice time waits until it can be stored: %s", error)
                for guild, found in due.items():
                    self._due[guild] = found | self._due[guild]
