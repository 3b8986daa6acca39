"""The clock of Discord's rules: real time, plus what tests and the page moved it by."""

import time
from collections.abc import Callable


class Clock:
    """Tells the time, in Unix seconds; only ever moved forwards."""

    def __init__(self) -> None:
        self.offset_s = 0.0
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> float:
        """The moved time, Unix seconds: for deadlines and rate limits, never for ids."""
        return time.time() + self.offset_s

    def advance(self, seconds: float) -> None:
        """Move the time forwards. Raises ValueError for a negative step."""
        if seconds < 0:
            raise ValueError("The clock only moves forwards: give a number of seconds ≥ 0.")
        self.offset_s += seconds
        for listener in self._listeners:
            listener()

    def on_advance(self, listener: Callable[[], None]) -> None:
        """Call the listener after each move."""
        self._listeners.append(listener)
