"""The log of what happened lately: bounded, newest last."""

import time
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Final

from sandbox.bus import Bus
from sandbox.events import LogEntry, Logged, LogKind

KEPT: Final = 20_000


class Journal:
    """Iterating gives the entries, oldest first."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._entries: deque[LogEntry] = deque(maxlen=KEPT)

    def __iter__(self) -> Iterator[LogEntry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def note(self, kind: LogKind, text: str, status: int | None = None) -> None:
        """Write a line."""
        self._add(LogEntry(time.time(), kind, text, status))

    def rest(self, method: str, route: str, path: str, status: int, remark: str = "") -> None:
        """Write down a call; `route` is its pattern, which hides tokens. Status 0: no answer."""
        text = f"{method} {route}{f' ({remark})' if remark else ''}"
        self._add(LogEntry(time.time(), "rest", text, status, method, route, path))

    def unknown_route(self, method: str, path: str) -> None:
        """Write down a call that the sandbox has no route for."""
        text = f"{method} {path} is not part of this sandbox"
        self._add(LogEntry(time.time(), "unknown_route", text, 404, method, "", path))

    def last(self, count: int) -> list[LogEntry]:
        """The newest entries, oldest first."""
        return list(islice(reversed(self._entries), count))[::-1]

    def _add(self, entry: LogEntry) -> None:
        self._entries.append(entry)
        self._bus.emit(Logged(entry))
