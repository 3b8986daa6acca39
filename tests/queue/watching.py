"""How tests wait: for an event of the queue, for a call of the store, or for nothing to happen."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable
from inspect import iscoroutinefunction

import pytest

from bot.queue.errors import StoreError, StoreUnavailable
from bot.queue.events import Event, EventName
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue

GUARD_S = 20
"""A test that waits longer than this has failed."""

SILENCE_S = 0.3
"""How long nothing must happen to count as never."""

on_a_file = pytest.mark.parametrize("new_store", ["sqlite"], indirect=True)
"""For promises between processes, which share nothing but a file."""


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
        """What happened to this job."""
        return [event.name for event in self.events if event.job and event.job.id == job_id]

    @property
    def troubles(self) -> list[Event]:
        """What went wrong."""
        return [event for event in self.events if event.name is EventName.ERROR]

    async def until(self, name: EventName, job_id: str | None = None, times: int = 1) -> Job:
        """The job as it was told when the event happened for the n-th time."""
        async with asyncio.timeout(GUARD_S):
            while len(found := self._told(name, job_id)) < times:
                self._news.clear()
                await self._news.wait()
        return found[times - 1]

    async def next(self) -> None:
        """Until something has happened that no call of this saw."""
        await self._news.wait()
        self._news.clear()

    def _told(self, name: EventName, job_id: str | None) -> list[Job]:
        return [
            event.job
            for event in self.events
            if event.name is name and (job_id is None or (event.job and event.job.id == job_id))
        ]


class TappedStore:
    """A real store whose calls are counted, and refused with `refusal` while `refused` names them.

    `given` keeps the arguments of the last call of each name.
    """

    def __init__(self, store) -> None:
        self.store = store
        self.calls: Counter[str] = Counter()
        self.refused: set[str] = set()
        self.refusal: StoreError = StoreUnavailable("The disk is away.")
        self.given = {}
        self._waiting = defaultdict(list)

    def __getattr__(self, name: str):
        real = getattr(self.store, name)
        if not iscoroutinefunction(real):
            return real

        async def call(*args, **kwargs):
            self.calls[name] += 1
            self.given[name] = args
            try:
                if name in self.refused:
                    raise self.refusal
                return await real(*args, **kwargs)
            finally:
                for loop, returned in self._waiting[name]:
                    loop.call_soon_threadsafe(returned.set)

        return call

    async def next(self, name: str) -> None:
        """Until a call of this name has returned or was refused."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        self._waiting[name].append(waiter)
        try:
            await soon(waiter[1].wait())
        finally:
            self._waiting[name].remove(waiter)

    async def silent(self, name: str) -> None:
        """Until no call of this name has come for a while."""
        seen = -1
        while seen != self.calls[name]:
            seen = self.calls[name]
            await never(asyncio.Event().wait())


async def soon(event: Awaitable):
    """The answer, or a failed test."""
    return await asyncio.wait_for(event, GUARD_S)


async def never(event: Awaitable) -> None:
    """Passes if the event does not come for `SILENCE_S`."""
    try:
        await asyncio.wait_for(event, SILENCE_S)
    except TimeoutError:
        return
    raise AssertionError("this should never have happened")
