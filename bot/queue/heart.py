"""Keeps leases alive from a thread of its own, so that a blocked event loop does not lose them."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from threading import Thread

from bot.queue.errors import StoreError
from bot.queue.store.base import Beat, BeatAnswer, Store

logger = logging.getLogger(__name__)

BEAT_EVERY_S = 1.0
"""Seconds between beats; their answers carry cancellations, which must arrive within 2 s."""

Collect = Callable[[], Sequence[Beat]]
Hear = Callable[[Sequence[Beat], Sequence[BeatAnswer]], None]


class Heart:
    """Beats for what `collect` answers, and tells `hear` (on the owner's loop) what came back."""

    def __init__(self, store: Store, lease_s: float, collect: Collect, hear: Hear) -> None:
        self._store = store
        self._lease_s = lease_s
        self._collect = collect
        self._hear = hear
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()

    def start(self) -> None:
        """Begin to beat for runs of the calling event loop."""
        owner = asyncio.get_running_loop()
        self._thread = Thread(
            target=lambda: asyncio.run(self._beat_until_stopped(owner)),
            name="worker-heart",
            daemon=True,
        )
        self._thread.start()

    async def stop(self) -> None:
        """End; returns when the thread is gone."""
        if self._thread is None:
            return
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        await asyncio.to_thread(self._thread.join)
        self._thread = None

    async def _beat_until_stopped(self, owner: asyncio.AbstractEventLoop) -> None:
        self._loop = asyncio.get_running_loop()
        while not self._stop.is_set():
            try:
                await asyncio.wait_for(self._stop.wait(), BEAT_EVERY_S)
            except TimeoutError:
                await self._beat(owner)

    async def _beat(self, owner: asyncio.AbstractEventLoop) -> None:
        beats = self._collect()
        if not beats:
            return
        try:
            answers = await self._store.beat(beats, self._lease_s)
        except StoreError as error:
            logger.warning("a heartbeat was not stored: %s", error)
            answers = []
        owner.call_soon_threadsafe(self._hear, beats, answers)
