"""Results that this process has just seen, at hand without asking the store; the store has all of
them, for all processes and after a restart.
"""

from typing import NamedTuple

from cachetools import TLRUCache

from bot.queue.events import Event, EventName
from bot.queue.job import Clock, Job


class _Good(NamedTuple):
    """A result, and until when it is good (unix seconds)."""

    result: str | None
    until: float


class ResultCache:
    """The results used last, each for as long as it is good. Not for results with files.

    Another process's deletion, or its fresh run, is not noticed here before the result's time ends;
    the store, which every asking goes through, prefers its own.
    """

    def __init__(self, most: int, clock: Clock) -> None:
        self._most = most
        self._results: TLRUCache[str, _Good] = TLRUCache(most, _good_until, clock)

    def hear(self, event: Event) -> None:
        """What a run has just brought is remembered; a result that was handed out again gets no
        second life.
        """
        if event.name is EventName.JOB_COMPLETED and event.job is not None and event.job.token:
            self._remember(event.job)

    def _remember(self, job: Job) -> None:
        if job.attached or not self._most:
            self.forget(job.cache_key)
        elif job.cache_key is not None:
            until = (job.finished_at or 0) + (job.cache_ttl_s or 0)
            self._results[job.cache_key] = _Good(job.result, until)

    def get(self, cache_key: str | None) -> str | None:
        """A result that is still good."""
        good = None if cache_key is None else self._results.get(cache_key)
        return None if good is None else good.result

    def forget(self, cache_key: str | None) -> None:
        """The result is not to be used any more."""
        if cache_key is not None:
            self._results.pop(cache_key, None)


def _good_until(_: str, good: _Good, __: float) -> float:
    return good.until
