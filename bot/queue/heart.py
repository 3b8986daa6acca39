"""Keeps leases alive from a thread of its own, so that a blocked event loop does not lose them."""

import asyncio
from collections.abc import Callable, Sequence
from threading import Event, Thread

from bot.queue.duty import log_failure
from bot.queue.store.base import Beat, BeatAnswer, Store

BEAT_EVERY_S = 1.0
"""Seconds between beats; their answers carry cancellations, which must arrive within 2 s."""

Collect = Callable[[], Sequence[Beat]]
Hear = Callable[[Sequence[Beat], Sequence[BeatAnswer]], None]


class Heart:
    """Beats for what `collect` answers, and tells `hear` (on the owner's loop) what came back."""

    def __init__(self, store: Store, lease_s: float, collect: Collect, hear: Hear) -> None:
        self._store = store
        self._lease_s = lease_s
        self._every_s = min(BEAT_EVERY_S, lease_s / 3)
        self._collect = collect
        self._hear = hear
        self._owner: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._stop = Event()

    def start(self) -> None:
        """Begin to beat for runs of the calling event loop."""
        self._owner = asyncio.get_running_loop()
        self._thread = Thread(target=self._beat_until_stopped, name="worker-heart", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """End; returns when the thread is gone."""
        self._stop.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    async def beat(self) -> None:
        """Beat once, now; callable from any event loop."""
        beats = self._collect()
        if not beats or self._owner is None:
            return
        try:
            answers = await self._store.beat(beats, self._lease_s)
        except Exception as error:  # noqa: BLE001 - a heart that stopped would lose every lease
            log_failure("a heartbeat was not stored", error)
        else:
            self._owner.call_soon_threadsafe(self._hear, beats, answers)

    def _beat_until_stopped(self) -> None:
        with asyncio.Runner() as runner:
            while not self._stop.wait(self._every_s):
                runner.run(self.beat())
