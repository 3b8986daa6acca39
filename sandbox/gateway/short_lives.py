"""A gateway whose connections do not last: each ends some seconds after it was ready."""

import asyncio
from collections.abc import Callable
from itertools import cycle


class ShortLives:
    """Ends connections by turns so that they can be resumed, and together with their sessions."""

    def __init__(self, drop: Callable[[], None], invalidate: Callable[[], None]) -> None:
        self._ends = cycle((drop, invalidate))
        self._life_s: float | None = None
        self._is_anybody_there = False
        self._timer: asyncio.TimerHandle | None = None

    def last(self, life_s: float | None) -> None:
        """From now on connections last so long, those that are there too; None: for ever."""
        self._life_s = life_s
        self._disarm()
        self._arm()

    def begun(self) -> None:
        """A connection is ready."""
        self._is_anybody_there = True
        self._arm()

    def stop(self) -> None:
        """Nobody is connected: there is nothing to end."""
        self._is_anybody_there = False
        self._disarm()

    def _arm(self) -> None:
        if self._is_anybody_there and self._life_s is not None and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._life_s, self._end)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def _end(self) -> None:
        self._timer = None
        next(self._ends)()
