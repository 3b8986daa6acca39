"""How many invalid requests the bot made lately: at 10,000 in 10 minutes Discord bans it."""

from collections import deque
from typing import Final

from sandbox.clock import Clock

WINDOW_S: Final = 600.0
_STATUSES: Final = frozenset({401, 403, 429})


class InvalidRequests:
    """Answers of 401, 403 and 429, but for those of a limit that is shared with others."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times: deque[float] = deque()

    def answered(self, status: int, scope: str | None) -> None:
        """A call was answered so; `scope` as the 429's header says."""
        if status in _STATUSES and scope != "shared":
            self._times.append(self._clock.now())

    def __len__(self) -> int:
        """In the last 10 minutes."""
        while self._times and self._times[0] <= self._clock.now() - WINDOW_S:
            self._times.popleft()
        return len(self._times)
