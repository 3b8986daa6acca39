"""Counts a server's messages page by page, in an order in which any run can go on.

Places are read in the order of their ids and each from its oldest message on, so the last id read
says all about where a run was. One call is under way at a time, as fast as Discord allows.
"""

import logging
from collections.abc import Callable, Iterable

import discord
from pydantic import BaseModel, Field

from bot.jobs.activity.places import Readable
from bot.jobs.activity.tally import Tally

logger = logging.getLogger(__name__)

PAGE = 100
"""Messages of one call (Discord's documentation on messages)."""


class Reading(BaseModel):
    """How far the reading is: all up to the message `after` of the place `at`, and all before it;
    `first` is the oldest that was found there.

    `since` and `until` bound it (unix seconds); `closed` are places that turned out not to be open.
    """

    since: float
    until: float
    at: int = 0
    first: int = 0
    after: int = 0
    closed: set[int] = Field(default_factory=set)
    tally: Tally = Field(default_factory=Tally)

    @property
    def span(self) -> tuple[int, int]:
        """The first id that counts, and the first that does not any more."""
        return _first_id(self.since), _first_id(self.until)


async def read(
    places: Iterable[Readable], reading: Reading, told: Callable[[float, Readable], None]
) -> None:
    """Count all messages that are not counted yet into `reading`.

    After each page `told` hears the share of the place that is read. Raises what discord.py raises.
    """
    for place in places:
        if place.id < reading.at or place.id >= reading.span[1]:
            continue
        if place.id != reading.at:
            reading.at, reading.first, reading.after = place.id, 0, reading.span[0] - 1
        try:
            await _read_place(place, reading, told)
        except discord.Forbidden:
            reading.closed.add(place.id)
        except discord.NotFound:
            logger.info("channel %d has gone while it was read", place.id)


async def _read_place(
    place: Readable, reading: Reading, told: Callable[[float, Readable], None]
) -> None:
    end = reading.span[1]
    told(0.0, place)
    more = True
    while more:
        page = [one async for one in place.history(limit=PAGE, after=discord.Object(reading.after))]
        within = [one for one in page if one.id < end]
        reading.tally.add(within)
        if within:
            reading.first, reading.after = reading.first or within[0].id, within[-1].id
        more = len(within) == PAGE
        told((reading.after - reading.first) / (end - reading.first) if more else 1.0, place)


def _first_id(moment: float) -> int:
    return max(0, int(moment * 1000) - discord.utils.DISCORD_EPOCH) << 22
