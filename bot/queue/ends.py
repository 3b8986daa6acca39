"""The ends of runs reach the store: together, and again and again until it takes them.

What the store refuses for good is not tried for ever: the job is given up, with what was refused.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.queue.duty import PAUSE_S
from bot.queue.errors import CommitUnknown, StoreUnavailable
from bot.queue.events import Events
from bot.queue.handlers import JobContext
from bot.queue.lifecycle import Complete, Discard, Outcome, settled
from bot.queue.retry import sentence_of
from bot.queue.sentences import sentence
from bot.queue.states import State
from bot.queue.store.base import Beat, Finish, Store

T = TypeVar("T")
A = TypeVar("A")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class End:
    """What came of one run."""

    context: JobContext
    outcome: Outcome


Stored = tuple[End, State | None]
"""An end as it was stored, and the job's new state: None if the end did not count."""


class Ends:
    """Calls `stored` with every end; last words go through `say`, in turn with all other beats."""

    def __init__(
        self,
        store: Store,
        say: Callable[[Sequence[Beat]], Awaitable[None]],
        stored: Callable[[End, State | None], None],
        events: Events,
    ) -> None:
        self._store = store
        self._say = say
        self._stored = stored
        self._events = events
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
            if talkative := [end for end in ends if end.context.has_unconfirmed]:
                await _taken(self._speak, talkative, self._silenced)
            if ends:
                for end, state in await _taken(self._finish, ends, self._discarded):
                    self._stored(end, state)

    async def _speak(self, ends: Sequence[End]) -> list[None]:
        await self._say([end.context.beat() for end in ends])
        return [None] * len(ends)

    async def _silenced(self, end: End, error: Exception) -> None:
        self._events.trouble("what a run said last cannot be stored", end.context.job, error)
        end.context.take_back()

    async def _finish(self, ends: Sequence[End]) -> list[Stored]:
        jobs = [(end.context.job, end.outcome) for end in ends]
        finishes = [Finish(job.id, job.token, outcome) for job, outcome in jobs]
        states = await self._store.finish(finishes)
        return [
            (end, await self._known(end) if state is None else state)
            for end, state in zip(ends, states, strict=True)
        ]

    async def _known(self, end: End) -> State | None:
        """The state that an end brought which is stored already: a commit was unknown, but done."""
        run = end.context.job
        job = await self._store.get(run.id)
        if job is None or job.token != run.token:
            return None
        run = run._replace(cancel_requested_at=job.cancel_requested_at)
        after = settled(run, end.outcome, job.finished_at or 0)
        return job.state if job.state is after.state else None

    async def _discarded(self, end: End, error: Exception) -> Stored:
        self._events.trouble("an end cannot be stored", end.context.job, error)
        what = "end-result-unstored" if isinstance(end.outcome, Complete) else "end-unstored"
        reason = sentence(what, fault=sentence_of(error))
        discarded = replace(end, outcome=Discard(reason))
        (stored,) = await _taken(self._finish, [discarded], self._lost)
        return stored

    async def _lost(self, end: End, error: Exception) -> Stored:
        """Not even that it was given up: when its lease is over the job runs again."""
        self._events.trouble("a job cannot be given up", end.context.job, error)
        return end, None


async def _taken(
    call: Callable[[Sequence[T]], Awaitable[list[A]]],
    things: Sequence[T],
    refused: Callable[[T, Exception], Awaitable[A]],
) -> list[A]:
    """What `call` answers, asked until the store can; `refused` answers for what it refuses."""
    while True:
        try:
            return await call(things)
        except (StoreUnavailable, CommitUnknown) as error:
            logger.warning("ends of jobs are not stored yet: %s", error)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others must end
            if len(things) == 1:
                return [await refused(things[0], error)]
            return [one for thing in things for one in await _taken(call, [thing], refused)]
        await asyncio.sleep(PAUSE_S)
