"""How tests wait: for an event of the queue, or for a call of the store."""

import asyncio
from collections import Counter
from inspect import iscoroutinefunction

from bot.queue.errors import StoreUnavailable
from bot.queue.events import Event, EventName
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue

GUARD_S = 20
"""A test that waits longer than this has failed."""


class Diary:
    """All events of a queue, in order."""

    def __init__(self, queue: JobQueue) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()
        queue.events.subscribe(self._write)

    def _write(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    def names(self, job_id: str) -> list[EventName]:
        return [event.name for event in self.events if event.job.id == job_id]

    async def until(self, name: EventName, job_id: str | None = None, times: int = 1) -> Job:
        """The job as it was told when the event happened for the n-th time."""
        async with asyncio.timeout(GUARD_S):
            while len(found := self._told(name, job_id)) < times:
                self._news.clear()
                await self._news.wait()
        return found[times - 1]

    def _told(self, name: EventName, job_id: str | None) -> list[Job]:
        return [e.job for e in self.events if e.name is name and job_id in {None, e.job.id}]


class TappedStore:
    """A real store whose calls are counted, and refused while `refused` names them."""

    def __init__(self, store) -> None:
        self.store = store
        self.calls: Counter[str] = Counter()
        self.refused: set[str] = set()
        self._changed = asyncio.Condition()

    def __getattr__(self, name: str):
        real = getattr(self.store, name)
        if not iscoroutinefunction(real):
            return real

        async def call(*args, **kwargs):
            self.calls[name] += 1
            if name in self.refused:
                raise StoreUnavailable("The disk is away.")
            return await real(*args, **kwargs)

        return call
