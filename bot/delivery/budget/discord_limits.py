"""What this process knows of Discord's rate limits, from the answers it gets. Pure.

A route's own limit is told by the headers of its answers; that of a channel's tokens together, and
that over all routes, only by refusals. The time is always given, in seconds of any clock.
"""

from collections import deque
from dataclasses import dataclass, field

from bot.delivery.budget.channel_pace import Assumed, ChannelPace, LiveCall

GLOBAL_PER_S = 50
"""Calls a second that a bot may make (Discord's documentation on rate limits), but for those that
answer an interaction; half of it is for live edits.
"""

BANNED_AT = 10_000
"""Invalid requests within `INVALID_WINDOW_S` for which Discord bans (its documentation)."""

INVALID_WINDOW_S = 600.0

STOPS_AT = 3 * BANNED_AT // 4
"""Invalid requests at which live edits stop: the rest is for what people wait for."""

TOKEN_KEPT_S = 15 * 60.0
"""How long it is remembered where a token's messages are: it lives no longer."""

SWEEPS_EVERY_S = 60.0
"""How often what is over is forgotten."""

_INVALID = frozenset({401, 403, 429})


@dataclass(frozen=True, slots=True)
class Way:
    """How a ticket is edited: by an interaction's token, or (None) as the bot's own message."""

    channel: int
    token: str | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """What its route counts apart."""
        return self.token or f"edits in {self.channel}"


@dataclass(frozen=True, slots=True)
class Call:
    """A call to Discord. `key` as of a `Way`, None for routes that edit no ticket; `by_bot`: it
    counts towards the bot's limit over all routes.
    """

    key: str | None
    by_bot: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What the status and the headers of an answer say; None where a header was missing."""

    status: int
    scope: str | None = None
    limit: int | None = None
    remaining: int | None = None
    reset_after_s: float | None = None
    retry_after_s: float = 1.0


@dataclass(slots=True)
class _Told:
    """A route's window; until its first answer, one call at a time is assumed."""

    limit: int
    remaining: int
    ends_at: float
    assumed: bool = False


@dataclass(slots=True, eq=False)
class Booking:
    """A call that was allowed and is about to begin; `live` if it is a live edit by token."""

    way: Way
    at: float
    live: LiveCall | None = None


class KnownLimits:
    """Tells when a call may go. Who goes books first; every call that begins or ends is told."""

    def __init__(self, assumed: Assumed | None = None) -> None:
        self._assumed = assumed or Assumed()
        self._told: dict[str, _Told] = {}
        self._paces: dict[int, ChannelPace] = {}
        self._channels: dict[str, tuple[int, float]] = {}
        self._booked: dict[str, list[Booking]] = {}
        self._by_bot: deque[float] = deque()
        self._closed_until = 0.0
        self._invalid: deque[float] = deque()
        self._swept_at = 0.0

    # -- questions ----------------------------------------------------------------------------

    def invalid_requests(self, now: float) -> int:
        """Answers of 401, 403 and 429 within ten minutes, but for limits shared with others."""
        while self._invalid and self._invalid[0] + INVALID_WINDOW_S <= now:
            self._invalid.popleft()
        return len(self._invalid)

    def live_from(self, way: Way, now: float, tickets: int) -> float:
        """When a live edit may go, with so many live tickets in its channel; `now` or later."""
        return max(self.group_from(way, now, tickets), self._route_from(way, now, keep=1))

    def group_from(self, way: Way, now: float, tickets: int) -> float:
        """The same, as far as it holds for all ways of this kind in this channel."""
        at = now
        if self.invalid_requests(now) >= STOPS_AT:
            at = self._invalid[-STOPS_AT] + INVALID_WINDOW_S
        if way.token is not None:
            return max(at, self._pace(way.channel).live_from(now, tickets))
        return max(at, self._over_all_from(now, GLOBAL_PER_S // 2))

    def turn_from(self, way: Way, now: float) -> float:
        """When a final edit may go; `now` or later."""
        at = self._route_from(way, now, keep=0)
        if way.token is not None:
            return max(at, self._pace(way.channel).other_from(now))
        return max(at, self._over_all_from(now, GLOBAL_PER_S))

    # -- news ---------------------------------------------------------------------------------

    def meet(self, token: str, channel: int, now: float) -> None:
        """The token's messages are in this channel."""
        self._channels[token] = channel, now
        if self._swept_at + SWEEPS_EVERY_S <= now:
            self._sweep(now)

    def book(self, way: Way, now: float, *, live: bool) -> Booking:
        """The next call on this way is counted already."""
        if way.token is not None:
            self.meet(way.token, way.channel, now)
        booking = Booking(way, now, self._count(way.key, now, live=live))
        self._booked.setdefault(way.key, []).append(booking)
        return booking

    def settle(self, booking: Booking) -> bool:
        """The call has ended; whether it was made at all: if not, its count is given back."""
        waiting = self._booked.get(booking.way.key, [])
        if booking not in waiting:
            return True
        self._unbook(booking)
        if booking.live is not None:
            self._pace(booking.way.channel).give_back(booking.live)
        if (told := self._told.get(booking.way.key)) is not None:
            told.remaining = min(told.limit, told.remaining + 1)
        return False

    def began(self, call: Call, now: float) -> None:
        """A call is on its way to Discord."""
        if call.by_bot:
            self._by_bot.append(now)
        if call.key is None:
            return
        if booked := self._booked.get(call.key):
            self._unbook(booked[0])
        else:
            self._count(call.key, now, live=False)

    def ended(self, call: Call, answer: Answer, now: float) -> None:
        """Discord has answered it."""
        if answer.status in _INVALID and answer.scope != "shared":
            self._invalid.append(now)
        if call.key is not None:
            self._learn(call.key, answer, now)
        if answer.status == 429:
            self._refused(call, answer, now)

    def lost(self, call: Call) -> None:
        """No answer came."""
        if call.key is not None:
            self._stop_assuming(call.key)

    # -- inside -------------------------------------------------------------------------------

    def _learn(self, key: str, answer: Answer, now: float) -> None:
        self._stop_assuming(key)
        if answer.limit is None or answer.remaining is None or answer.reset_after_s is None:
            return
        told, ends_at = self._told.get(key), now + answer.reset_after_s
        remaining = answer.remaining
        if told is not None and ends_at < told.ends_at + 0.5:
            remaining = min(remaining, told.remaining)  # answers may overtake each other
        self._told[key] = _Told(answer.limit, remaining, ends_at)

    def _stop_assuming(self, key: str) -> None:
        if (told := self._told.get(key)) is not None and told.assumed:
            del self._told[key]

    def _refused(self, call: Call, answer: Answer, now: float) -> None:
        if answer.scope == "global":
            self._closed_until = max(self._closed_until, now + answer.retry_after_s)
        elif call.key in self._channels and (answer.scope == "shared" or answer.remaining != 0):
            self._pace(self._channels[call.key][0]).refused(now, answer.retry_after_s)
        elif call.key is not None:
            limit = self._told[call.key].limit if call.key in self._told else 1
            self._told[call.key] = _Told(limit, 0, now + answer.retry_after_s)

    def _count(self, key: str, now: float, *, live: bool) -> LiveCall | None:
        told = self._told.get(key)
        if told is None or told.ends_at <= now:
            limit = 1 if told is None else told.limit
            self._told[key] = _Told(limit, limit - 1, now + 1.0, assumed=True)
        else:
            told.remaining -= 1
        if key not in self._channels:
            return None
        pace = self._pace(self._channels[key][0])
        if live:
            return pace.count_live(now)
        pace.count_other(now)
        return None

    def _unbook(self, booking: Booking) -> None:
        waiting = self._booked[booking.way.key]
        waiting.remove(booking)
        if not waiting:
            del self._booked[booking.way.key]

    def _route_from(self, way: Way, now: float, keep: int) -> float:
        told = self._told.get(way.key)
        if told is None or told.remaining > min(keep, told.limit - 1):
            return now
        if told.assumed and not keep:
            return now  # what must go does not wait for an assumption
        return max(now, told.ends_at)

    def _over_all_from(self, now: float, most: int) -> float:
        while self._by_bot and self._by_bot[0] + 1.0 <= now:
            self._by_bot.popleft()
        at = max(now, self._closed_until)
        return max(at, self._by_bot[-most] + 1.0) if len(self._by_bot) >= most else at

    def _pace(self, channel: int) -> ChannelPace:
        if channel not in self._paces:
            self._paces[channel] = ChannelPace(self._assumed)
        return self._paces[channel]

    def _sweep(self, now: float) -> None:
        self._swept_at = now
        self._told = {key: told for key, told in self._told.items() if told.ends_at > now}
        self._paces = {c: pace for c, pace in self._paces.items() if not pace.is_idle(now)}
        known = self._channels.items()
        self._channels = {t: met for t, met in known if met[1] + TOKEN_KEPT_S > now}
        young = {
            key: [one for one in made if one.at + SWEEPS_EVERY_S > now]
            for key, made in self._booked.items()
        }
        self._booked = {key: made for key, made in young.items() if made}
