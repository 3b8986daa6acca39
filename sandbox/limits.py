"""Rate limits: too many calls are refused, and every answer's headers say how many are left.

Every limit counts in fixed windows that begin with their first call. What is refused counts for
nothing but the limit over all routes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sandbox.clock import Clock
from sandbox.model import Id, JsonObject

Scope = Literal["user", "shared", "global"]
"""Whose limit it is: this bot's own, everybody's who uses the resource, this bot's over all."""

GLOBAL_PER_S: Final = 50
_MAX_WINDOWS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """`limit` calls in `per_s` seconds; `majors` name the path's parameters that count apart."""

    name: str
    limit: int
    per_s: float
    majors: tuple[str, ...] = ()
    scope: Scope = "user"

    def of(self, path: Mapping[str, str]) -> "Charge":
        """What a call with these parameters counts for."""
        return Charge(self, "+".join(path[name] for name in self.majors))


@dataclass(frozen=True, slots=True)
class Charge:
    """One call's count: in which bucket, and of which channel, guild or token."""

    bucket: Bucket
    major: str


POSTS: Final = Bucket("channel-posts", 5, 5.0, ("channel",))
EDITS: Final = Bucket("channel-edits", 5, 5.0, ("channel",))
DELETES: Final = Bucket("channel-deletes", 5, 1.0, ("channel",))
HISTORY: Final = Bucket("channel-history", 5, 5.0, ("channel",))
TYPING: Final = Bucket("channel-typing", 5, 5.0, ("channel",))
WEBHOOK: Final = Bucket("webhook-token", 5, 2.0, ("app", "token"))
"""Five calls per two seconds and token: measured by people, documented nowhere, as all above."""
MEMBER_ROLES: Final = Bucket("member-roles", 10, 10.0, ("guild",))
"""Giving and taking roles in one guild: measured by people, too."""

GLOBAL: Final = Bucket("global", GLOBAL_PER_S, 1.0, scope="global")
_ORDINARY: Final = 50, 1.0
"""For routes whose numbers nobody has told: never less than the limit over all of them."""

_CHANNEL_WEBHOOKS: Final = Bucket("channel-webhooks", 30, 60.0, scope="shared")


def channel_webhooks(channel: Id) -> Charge:
    """All webhooks and tokens whose messages are in one channel, ephemeral ones too; no header
    tells of this limit but the refusal's own (measured by people, documented nowhere).
    """
    return Charge(_CHANNEL_WEBHOOKS, channel)


def ordinary(method: str, path: str) -> Bucket:
    """The bucket of a route without numbers of its own, by the path's major parameter."""
    names = ("channel", "guild", "token")
    majors = [name for name in names if f"{{{name}}}" in path]
    return Bucket(f"{method.lower()}{path.translate(_PLAIN)}", *_ORDINARY, tuple(majors[:1]))


_PLAIN: Final = str.maketrans("/@", "--", "{}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """How to answer 429."""

    retry_after_s: float
    scope: Scope
    headers: dict[str, str]

    def payload(self) -> JsonObject:
        """The body."""
        return {
            "message": "You are being rate limited.",
            "retry_after": round(self.retry_after_s, 3),
            "global": self.scope == "global",
        }


@dataclass(slots=True)
class _Window:
    ends_at: float
    used: int = 0


class Limits:
    """Counts calls; `enabled` switches all of it off."""

    def __init__(self, clock: Clock) -> None:
        self.enabled = True
        self._clock = clock
        self._windows: dict[Charge, _Window] = {}

    def take(self, charges: Sequence[Charge], *, counts_globally: bool) -> Refusal | None:
        """Count one call, whose headers tell of the first charge; the refusal if it is too many."""
        if not self.enabled:
            return None
        over_all = [Charge(GLOBAL, "")] if counts_globally else []
        for group in (over_all, charges):
            full = next((charge for charge in group if not self._has_room(charge)), None)
            if full is not None:
                headers = {} if full in over_all else self.headers(charges)
                return self.refusal(self._left_s(full), full.bucket.scope, headers)
            for charge in group:
                self._window(charge).used += 1
        return None

    def headers(self, charges: Sequence[Charge]) -> dict[str, str]:
        """What every answer of the route carries."""
        if not charges or not self.enabled:
            return {}
        bucket, window = charges[0].bucket, self._window(charges[0])
        return {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(bucket.limit - window.used),
            "X-RateLimit-Reset": f"{window.ends_at:.3f}",
            "X-RateLimit-Reset-After": f"{self._left_s(charges[0]):.3f}",
            "X-RateLimit-Bucket": bucket.name,
        }

    @staticmethod
    def refusal(
        retry_after_s: float, scope: Scope, headers: dict[str, str] | None = None
    ) -> Refusal:
        """A 429 with the headers that clients look for, `Via` among them."""
        own = {
            "Via": "1.1 sandbox",
            "Retry-After": str(math.ceil(retry_after_s)),
            "X-RateLimit-Scope": scope,
        }
        if scope == "global":
            own["X-RateLimit-Global"] = "true"
        return Refusal(retry_after_s, scope, (headers or {}) | own)

    def _has_room(self, charge: Charge) -> bool:
        return self._window(charge).used < charge.bucket.limit

    def _left_s(self, charge: Charge) -> float:
        return max(0.0, self._window(charge).ends_at - self._clock.now())

    def _window(self, charge: Charge) -> _Window:
        now = self._clock.now()
        window = self._windows.get(charge)
        if window is None or window.ends_at <= now:
            if len(self._windows) > _MAX_WINDOWS:
                self._windows = {k: w for k, w in self._windows.items() if w.ends_at > now}
            window = self._windows[charge] = _Window(now + charge.bucket.per_s)
        return window
