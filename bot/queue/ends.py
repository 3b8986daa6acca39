"""The ends of runs reach the store: together, and again and again until it takes them."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.queue.duty import PAUSE_S
from bot.queue.errors import CommitUnknown, StoreUnavailable
from bot.queue.handlers import JobContext
from bot.queue.lifecycle import Outcome
from bot.queue.states import State
from bot.queue.store.base import Finish, Store

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class End:
    """What came of one run."""

    context: JobContext
    outcome: Outcome


class Ends:
    """Calls `stored` with every end and the job's new state, None if the end did not count."""

    def __init__(
        self, store: Store, lease_s: float, stored: Callable[[End, State | None], None]
    ) -> None:
        self._store = store
        self._lease_s = lease_s
        self._stored = stored
        self._waiting: list[End] = []
        self._news = asyncio.Event()
        self._closed = False

    def add(self, end: End) -> None:
        """Store this end soon."""
        self._waiting.append(end)
        self._news.set()

    def close(self) -> None:
        """Nothing more will be added: `run` returns when all is stored."""
        self._closed = True
        self._news.set()

    async def run(self) -> None:
        """Until closed."""
        while self._waiting or not self._closed:
            await self._news.wait()
            self._news.clear()
            ends, self._waiting = self._waiting, []
            if ends:
                for end, state in zip(ends, await self._states(ends), strict=True):
                    self._stored(end, state)

    async def _states(self, ends: Sequence[End]) -> Sequence[State | None]:
        while True:
            try:
                return await self._finish(ends)
            except (StoreUnavailable, CommitUnknown) as error:
                logger.warning("ends of jobs are not stored yet: %s", error)
            except Exception:
                if len(ends) > 1:  # one is at fault; the others are not lost with it
                    return [state for end in ends for state in await self._states([end])]
                logger.exception("an end cannot be stored", extra={"job": ends[0].context.job.id})
                return [None]
            await asyncio.sleep(PAUSE_S)

    async def _finish(self, ends: Sequence[End]) -> Sequence[State | None]:
        last_words = [end.context.beat() for end in ends if end.context.has_unconfirmed]
        if last_words:
            await self._store.beat(last_words, self._lease_s)
        jobs = [(end.context.job, end.outcome) for end in ends]
        return await self._store.finish([Finish(job.id, job.token, out) for job, out in jobs])
