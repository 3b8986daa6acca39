"""Rate limits: too many calls are refused, and every answer's headers say how many are left."""

import math
from dataclasses import dataclass
from typing import Final

from sandbox.clock import Clock
from sandbox.model import JsonObject

GLOBAL_PER_S: Final = 50
_MAX_WINDOWS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """`limit` calls in `per_s` seconds; `major` names the path parameter that counts apart."""

    name: str
    limit: int
    per_s: float
    major: str


POSTS: Final = Bucket("channel-posts", 5, 5.0, "channel")
EDITS: Final = Bucket("channel-edits", 5, 5.0, "channel")
WEBHOOK: Final = Bucket("webhook-token", 5, 2.0, "token")
"""Five calls per two seconds and token: measured by people, documented nowhere."""
GLOBAL: Final = Bucket("global", GLOBAL_PER_S, 1.0, "")


@dataclass(frozen=True, slots=True)
class Refusal:
    """How to answer 429."""

    retry_after_s: float
    scope: str
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
    """Counts calls in fixed windows; `enabled` switches all of it off."""

    def __init__(self, clock: Clock) -> None:
        self.enabled = True
        self._clock = clock
        self._windows: dict[tuple[str, str], _Window] = {}

    def take(self, bucket: Bucket | None, major: str, *, counts_globally: bool) -> Refusal | None:
        """Count one call; the refusal if it is one too many."""
        if not self.enabled:
            return None
        if counts_globally and not self._fits(GLOBAL, ""):
            return self.refusal(self._left_s(GLOBAL, ""), "global")
        if bucket is not None and not self._fits(bucket, major):
            headers = self.headers(bucket, major)
            return self.refusal(self._left_s(bucket, major), "user", headers)
        return None

    def headers(self, bucket: Bucket | None, major: str) -> dict[str, str]:
        """What every answer of the bucket's routes carries."""
        if bucket is None or not self.enabled:
            return {}
        window = self._window(bucket, major)
        return {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(max(0, bucket.limit - window.used)),
            "X-RateLimit-Reset": f"{window.ends_at:.3f}",
            "X-RateLimit-Reset-After": f"{self._left_s(bucket, major):.3f}",
            "X-RateLimit-Bucket": bucket.name,
        }

    @staticmethod
    def refusal(retry_after_s: float, scope: str, headers: dict[str, str] | None = None) -> Refusal:
        """A 429 with the headers that clients look for, `Via` among them."""
        own = {
            "Via": "1.1 sandbox",
            "Retry-After": str(math.ceil(retry_after_s)),
            "X-RateLimit-Scope": scope,
        }
        if scope == "global":
            own["X-RateLimit-Global"] = "true"
        return Refusal(retry_after_s, scope, (headers or {}) | own)

    def _fits(self, bucket: Bucket, major: str) -> bool:
        window = self._window(bucket, major)
        if window.used >= bucket.limit:
            return False
        window.used += 1
        return True

    def _left_s(self, bucket: Bucket, major: str) -> float:
        return max(0.0, self._window(bucket, major).ends_at - self._clock.now())

    def _window(self, bucket: Bucket, major: str) -> _Window:
        now = self._clock.now()
        window = self._windows.get((bucket.name, major))
        if window is None or window.ends_at <= now:
            if len(self._windows) > _MAX_WINDOWS:
                self._windows = {k: w for k, w in self._windows.items() if w.ends_at > now}
            window = self._windows[bucket.name, major] = _Window(now + bucket.per_s)
        return window
