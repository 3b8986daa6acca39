"""Keeps leases alive from a thread of its own, so that a blocked event loop does not lose them.

All beats of a worker leave from here, one after the other: none overtakes an older one, so what
the store keeps is what was said last.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from threading import Thread

from bot.queue.duty import Report, log_failure
from bot.queue.store.base import Beat, BeatAnswer, Store

BEAT_EVERY_S = 1.0
"""Seconds between beats; their answers carry cancellations, which must arrive within 2 s."""

Collect = Callable[[], Sequence[Beat]]
Hear = Callable[[Sequence[Beat], Sequence[BeatAnswer]], None]


class Heart:
    """Beats for what `collect` answers, and tells `hear` (on the owner's loop) what came back."""

    def __init__(
        self,
        store: Store,
        lease_s: float,
        collect: Collect,
        hear: Hear,
        report: Report = log_failure,
    ) -> None:
        self._store = store
        self._lease_s = lease_s
        self._every_s = min(BEAT_EVERY_S, lease_s / 3)
        self._collect = collect
        self._hear = hear
        self._report = report
        self._thread: Thread | None = None
        self._stop = asyncio.Event()
        self._turn = asyncio.Lock()
        self._asked: set[asyncio.Future[None]] = set()

    def start(self) -> None:
        """Begin to beat for runs of the calling event loop, the owner's."""
        self._owner = asyncio.get_running_loop()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._live, name="worker-heart", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """End, after the beats that were asked for; returns when the thread is gone."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if self._asked:
            await asyncio.wait(self._asked)
        self._loop.call_soon_threadsafe(self._stop.set)
        await asyncio.to_thread(thread.join)

    async def beat(self) -> None:
        """Beat once, now; for the owner. A store that refuses is reported."""
        await self._here(self._beat())

    async def say(self, beats: Sequence[Beat]) -> None:
        """Beat for these runs, which have ended; for the owner. Raises what the store raises."""
        await self._here(self._say(beats))

    async def _here(self, work: Coroutine[None, None, None]) -> None:
        """Do it in the heart's thread; nothing if that is not alive."""
        if self._thread is None:
            work.close()
            return
        asked = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))
        self._asked.add(asked)
        asked.add_done_callback(self._asked.discard)
        await asked

    def _live(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._beat_until_stopped())

    async def _beat_until_stopped(self) -> None:
        while not self._stop.is_set():
            try:
                await asyncio.wait_for(self._stop.wait(), self._every_s)
            except TimeoutError:
                await self._beat()

    async def _beat(self) -> None:
        async with self._turn:
            beats = self._collect()
            if not beats:
                return
            for some in _apart(beats):
                await self._beat_for(some)

    async def _beat_for(self, beats: Sequence[Beat]) -> None:
        try:
            answers = await self._store.beat(beats, self._lease_s)
        except Exception as error:  # noqa: BLE001 - a heart that stopped would lose every lease
            what = "a heartbeat was not stored"
            self._owner.call_soon_threadsafe(self._report, what, error)
        else:
            self._owner.call_soon_threadsafe(self._hear, beats, answers)

    async def _say(self, beats: Sequence[Beat]) -> None:
        async with self._turn:
            for some in _apart(beats):
                await self._store.beat(some, self._lease_s)


def _apart(beats: Sequence[Beat]) -> list[list[Beat]]:
    """First what is light, together; then each that carries files by itself, so that no lease and
    no other operation of the store waits for all of them.
    """
    light = [beat for beat in beats if not beat.artifacts]
    heavy = [[beat] for beat in beats if beat.artifacts]
    return [light, *heavy] if light else heavy
