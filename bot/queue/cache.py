"""Results that this process has just seen, at hand without asking the store; the store has all of
them, for all processes and after a restart.
"""

import time
from collections.abc import Callable

from cachetools import TLRUCache

from bot.queue.events import Event, EventName
from bot.queue.job import Job


class ResultCache:
    """The results used last, each for as long as it is good. Not for results with files."""

    def __init__(self, most: int, timer: Callable[[], float] = time.monotonic) -> None:
        self._results: TLRUCache[str, Job] = TLRUCache(most, _good_until, timer)

    def hear(self, event: Event) -> None:
        """A result that was just stored is remembered."""
        if event.name is EventName.JOB_COMPLETED and event.job is not None:
            self._remember(event.job)

    def _remember(self, job: Job) -> None:
        if job.cache_key is not None and not job.attached:
            self._results[job.cache_key] = job

    def get(self, cache_key: str | None) -> str | None:
        """A result that is still good."""
        job = None if cache_key is None else self._results.get(cache_key)
        return None if job is None else job.result

    def forget(self, cache_key: str | None) -> None:
        """The result is not to be used any more."""
        if cache_key is not None:
            self._results.pop(cache_key, None)


def _good_until(_: str, job: Job, now: float) -> float:
    return now + (job.cache_ttl_s or 0)
