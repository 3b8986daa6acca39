"""When the duties of a queue are done: at the time of the next due job, or every so often."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress

from bot.queue.duty import PAUSE_S, Report, log_failure
from bot.queue.job import Clock
from bot.queue.store.base import Store

LONGEST_SLEEP_S = 60.0
"""Sleeps follow a clock that stands still while the machine is suspended; run times do not."""


Duty = Callable[[], Coroutine[None, None, None]]


class Promoter:
    """Sleeps until the next job is due, or `poke` says that one may be; never for long, because a
    poke may be lost: of an enqueueing that nobody waited for, or whose commit was unknown.
    """

    def __init__(
        self,
        store: Store,
        ready: Callable[[], None],
        clock: Clock,
        report: Report = log_failure,
    ) -> None:
        self._store = store
        self._ready = ready
        self._clock = clock
        self._report = report
        self._poked = asyncio.Event()

    def poke(self) -> None:
        """Some job may be due earlier than known."""
        self._poked.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._poked.clear()
            pause = await self._promote()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):  # wait_for may swallow the end, next to a poke
                    await self._poked.wait()

    async def _promote(self) -> float:
        try:
            due = await self._store.promote()
        except Exception as error:  # noqa: BLE001 - due jobs must not wait for a restart
            self._report("due jobs were not made ready", error)
            return PAUSE_S
        self._ready()
        pause = LONGEST_SLEEP_S if due is None else due - self._clock()
        return min(max(0.0, pause), LONGEST_SLEEP_S)


class Leaps:
    """Notices that the clock was set forward, or that the machine slept: all leases look expired
    then, and whoever holds one must have the chance to renew it.
    """

    def __init__(self, clock: Clock, steady: Clock = time.monotonic) -> None:
        self._clock = clock
        self._steady = steady
        self._ahead: float | None = None

    def since_last(self) -> float:
        """Seconds that the clock went beyond the time that passed; the first call knows none."""
        before, self._ahead = self._ahead, self._clock() - self._steady()
        return 0.0 if before is None else self._ahead - before


async def every(seconds: float, duty: Duty, report: Report = log_failure) -> None:
    """Do a duty every so many seconds, until cancelled; a failure is reported."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await duty()
        except Exception as error:  # noqa: BLE001 - a duty that failed once is tried again
            report("a duty of the queue was put off", error)
