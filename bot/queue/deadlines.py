"""When each run must have ended: one timer for all, for nearly all end long before their time.

A timer for each took a twentieth of a job's way through the worker (`benchmarks/drain.py`).
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Deadlines(Generic[T]):
    """Calls `late` once with everything whose time is over before it has `ended`. For one event
    loop.
    """

    def __init__(self, late: Callable[[T], None]) -> None:
        self._late = late
        self._running = defaultdict[float, dict[T, float]](dict)
        """By the seconds that they have, so that in each those are first whose time ends first."""
        self._timer: asyncio.TimerHandle | None = None

    def began(self, run: T, timeout_s: float) -> None:
        """It may take so long from now."""
        at = asyncio.get_running_loop().time() + timeout_s
        self._running[timeout_s][run] = at
        if self._timer is None or at < self._timer.when():
            self._look_at(at)

    def ended(self, run: T, timeout_s: float) -> None:
        """Its time does not matter any more."""
        runs = self._running[timeout_s]
        runs.pop(run, None)
        if not runs:
            del self._running[timeout_s]

    def _look_at(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(at, self._look)

    def _look(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        late = [
            (run, timeout_s)
            for timeout_s, runs in self._running.items()
            for run, at in runs.items()
            if at <= now
        ]
        for run, timeout_s in late:
            self.ended(run, timeout_s)
            self._late(run)
        if self._running:
            self._look_at(min(next(iter(runs.values())) for runs in self._running.values()))
