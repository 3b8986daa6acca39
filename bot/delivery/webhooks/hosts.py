"""How many calls a host may have at once: one that is silent holds up nobody but itself."""

from collections import Counter

from cachetools import TTLCache

MOST = 4
"""Calls of one host at once."""

MOST_SILENT = 1
"""Of one that did not answer the last time."""

SILENT_S = 300.0
"""How long a silence is remembered, if nothing is heard."""

MOST_KNOWN = 1000


class Hosts:
    """Counts the calls that are under way."""

    def __init__(self) -> None:
        self._under_way = Counter[str]()
        self._silent: TTLCache[str, bool] = TTLCache(MOST_KNOWN, SILENT_S)

    def enter(self, host: str) -> bool:
        """Whether one more call may begin; then it must `leave`."""
        if self._under_way[host] >= (MOST_SILENT if host in self._silent else MOST):
            return False
        self._under_way[host] += 1
        return True

    def leave(self, host: str, *, silent: bool) -> None:
        """A call has ended."""
        self._under_way[host] -= 1
        if not self._under_way[host]:
            del self._under_way[host]
        self._silent.pop(host, None)
        if silent:
            self._silent[host] = True
