"""The line of waiting live edits: who was refreshed longest ago goes first. Pure.

A ticket has one place in it, however often it changes; what it shows is made when it goes.
"""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.delivery.budget.discord_limits import Booking, KnownLimits, Way

Edit = Callable[[], Awaitable[None]]

Key = tuple[str, str]
"""A job, and one of its tickets."""

KEPT_S = 120.0
"""How long it is remembered, at least, when a ticket that stands still was refreshed."""


@dataclass(slots=True, eq=False)
class Place:
    """One ticket's place in the line; `latest` is what waits, `booking` what is under way."""

    key: Key
    way: Way | None
    refreshed_at: float
    latest: Edit | None = None
    under_way: bool = False
    booking: Booking | None = None


class EditLine:
    """Every edit waits `interval_s` after the one before, or after it was first wanted."""

    def __init__(self, interval_s: float, limits: KnownLimits) -> None:
        self._interval_s = interval_s
        self._limits = limits
        self._places: dict[Key, Place] = {}
        self._groups: dict[tuple[int, bool] | None, dict[Key, Place]] = {}
        self._swept_at = 0.0

    def __len__(self) -> int:
        return len(self._places)

    def submit(self, key: Key, way: Way | None, edit: Edit, now: float) -> bool:
        """This is the ticket's latest edit; whether there was none that it replaces."""
        place = self._places.get(key)
        if not self._places:
            self._swept_at = now
        if place is None:
            place = self._places[key] = Place(key, way, now)
            self._groups.setdefault(_group(way), {})[key] = place
        elif place.way != way:
            self._leave_group(place)
            place.way = way
            self._groups.setdefault(_group(way), {})[key] = place
        replaced, place.latest = place.latest, edit
        return replaced is None

    def drop(self, key: Key) -> None:
        """Nothing of this ticket is wanted any more."""
        if (place := self._places.pop(key, None)) is not None:
            self._leave_group(place)

    def take(self, now: float) -> tuple[Place, Edit] | None:
        """The next edit that may go now, booked; tell when it is `done`."""
        ready = [place for group in self._groups.values() if (place := self._first(group, now))]
        place = min(ready, key=lambda one: one.refreshed_at, default=None)
        if place is None or place.latest is None:
            return None
        edit, place.latest, place.under_way = place.latest, None, True
        if place.way is not None:
            place.booking = self._limits.book(place.way, now, live=True)
        return place, edit

    def done(self, place: Place, now: float) -> None:
        """It has been shown, or was not needed."""
        self._settle(place)
        place.refreshed_at = now

    def again(self, place: Place, edit: Edit, now: float, *, first: bool) -> None:
        """It could not be shown: it waits again, unless a later one does; `first`: in front."""
        self._settle(place)
        place.latest = place.latest or edit
        if not first:
            place.refreshed_at = now

    def next_at(self, now: float) -> float:
        """When `take` may have something, or something can be forgotten."""
        times = [self._group_at(group, now) for group in self._groups.values()]
        return min([*times, self._swept_at + KEPT_S])

    def forget_still_ones(self, now: float) -> list[Key]:
        """Forget the tickets for which nothing has been wanted for long; which, now and then."""
        if now < self._swept_at + KEPT_S:
            return []
        self._swept_at = now
        still = [
            place.key
            for place in self._places.values()
            if place.latest is None and not place.under_way and place.refreshed_at + KEPT_S <= now
        ]
        for key in still:
            self.drop(key)
        return still

    def _settle(self, place: Place) -> None:
        place.under_way = False
        if place.booking is not None:
            self._limits.settle(place.booking)
            place.booking = None

    def _leave_group(self, place: Place) -> None:
        name = _group(place.way)
        del self._groups[name][place.key]
        if not self._groups[name]:
            del self._groups[name]

    def _first(self, group: dict[Key, Place], now: float) -> Place | None:
        some = next(iter(group.values())).way
        if some is not None and self._limits.group_from(some, now, len(group)) > now:
            return None
        due = (place for place in group.values() if self._due_at(place) <= now)
        for place in sorted(due, key=lambda one: one.refreshed_at):
            if place.way is None or self._limits.live_from(place.way, now, len(group)) <= now:
                return place
        return None

    def _group_at(self, group: dict[Key, Place], now: float) -> float:
        due_at = min(map(self._due_at, group.values()))
        some = next(iter(group.values())).way
        if some is None or due_at == math.inf:
            return due_at
        at = max(due_at, self._limits.group_from(some, now, len(group)))
        if at > now:
            return at
        due = (place.way for place in group.values() if self._due_at(place) <= now)
        return min(self._limits.live_from(way, now, len(group)) for way in due if way is not None)

    def _due_at(self, place: Place) -> float:
        if place.latest is None or place.under_way:
            return math.inf
        return place.refreshed_at + self._interval_s


def _group(way: Way | None) -> tuple[int, bool] | None:
    return None if way is None else (way.channel, way.token is not None)
