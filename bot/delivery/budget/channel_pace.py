"""How fast the tokens of one channel may call together. Pure: the time is always given.

Discord lets all webhooks and interaction tokens of a channel share one limit, and no header tells
of it: only its refusals do. So this starts from an assumption and lowers it at each refusal.
"""

import math
from collections import deque
from dataclasses import dataclass
from itertools import chain

CALM_S = 600.0
"""Seconds without a refusal after which one call more is tried, up to the assumption."""

LEAST = 4
"""Calls a window that are believed in however often Discord refused."""

LOWERED_TO = 0.8
"""What a refusal leaves of the belief; it does so once a window at most."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is taken for true until Discord says otherwise.

    30 calls in 60 s are what people have measured (documented nowhere); a second more allows for
    calls that take different times to arrive. `share_kept` is kept from live edits, for first
    answers and final edits. `burst`: so many live edits less the live tickets may go at once.
    """

    calls: int = 30
    window_s: float = 61.0
    share_kept: float = 0.25
    burst: int = 5


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A live edit that was counted: when, and how long its channel rests without and with it."""

    at: float
    rested_until: float
    rests_until: float


class ChannelPace:
    """Counts the calls of the last window, live edits and others (finals, answers to people)."""

    def __init__(self, assumed: Assumed) -> None:
        self._assumed = assumed
        self._most = assumed.calls
        self._live: deque[float] = deque()
        self._others: deque[float] = deque()
        self._rests_until = 0.0
        self._closed_until = 0.0
        self._changed_at = -math.inf

    @property
    def most(self) -> int:
        """Calls a window that Discord is believed to allow."""
        return self._most

    def is_idle(self, now: float) -> bool:
        """There is nothing to remember."""
        self._forget(now)
        counts = self._live or self._others or now < self._closed_until
        return not counts and self._most == self._assumed.calls

    def live_from(self, now: float, tickets: int) -> float:
        """When the next live edit may go, with so many live tickets here; `now` or later."""
        self._forget(now)
        share = self._live_share()
        if share < 1:
            return max(self._closed_until, self._others[0] + self._assumed.window_s)
        ahead_s = (max(1, self._assumed.burst - tickets) - 1) * self._assumed.window_s / share
        at = max(now, self._closed_until, self._rests_until - ahead_s)
        if len(self._live) >= share:
            at = max(at, self._live[len(self._live) - share] + self._assumed.window_s)
        return at

    def other_from(self, now: float) -> float:
        """When a call that is no live edit may go; `now` or later.

        It trusts the assumption: a refusal costs it less than waiting for one that never comes.
        """
        self._forget(now)
        at = max(now, self._closed_until)
        too_many = len(self._live) + len(self._others) + 1 - self._assumed.calls
        if too_many > 0:
            oldest_first = sorted(chain(self._live, self._others))
            at = max(at, oldest_first[too_many - 1] + self._assumed.window_s)
        return at

    def count_live(self, now: float) -> LiveCall:
        """A live edit is about to go."""
        self._forget(now)
        rest_s = self._assumed.window_s / max(1, self._live_share())
        call = LiveCall(now, self._rests_until, max(self._rests_until, now) + rest_s)
        self._live.append(now)
        self._rests_until = call.rests_until
        return call

    def count_other(self, now: float) -> None:
        """Another call goes."""
        self._others.append(now)

    def give_back(self, call: LiveCall) -> None:
        """The live edit turned out to be needless."""
        if call.at in self._live:
            self._live.remove(call.at)
            if self._rests_until == call.rests_until:  # else others have gone since: let it rest
                self._rests_until = call.rested_until

    def refused(self, now: float, retry_after_s: float) -> None:
        """Discord answered 429 for this channel."""
        self._forget(now)
        if now >= self._changed_at + self._assumed.window_s:
            self._most = max(LEAST, math.floor(self._most * LOWERED_TO))
            self._changed_at = now
        self._closed_until = max(self._closed_until, now + retry_after_s)

    def _live_share(self) -> int:
        """Live edits a window: what others take beyond their share is taken from these, and one
        place is always left.
        """
        kept = max(math.ceil(self._most * self._assumed.share_kept), len(self._others) + 1)
        return self._most - kept

    def _forget(self, now: float) -> None:
        for calls in (self._live, self._others):
            while calls and calls[0] + self._assumed.window_s <= now:
                calls.popleft()
        while self._most < self._assumed.calls and self._changed_at + CALM_S <= now:
            self._most += 1
            self._changed_at += CALM_S
