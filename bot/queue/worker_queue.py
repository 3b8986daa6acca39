"""A queue for people who drive a worker loop by hand: what is handed out stays theirs until they
mark it, and comes back if their process dies. No kinds of work are registered; payloads and
results are values that JSON can say.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from pydantic import JsonValue

from bot.queue.controls import CancelJob, Control, DiscardJob, ResumeJob, RetryJob
from bot.queue.declared import refuse_nothing
from bot.queue.errors import JobError, StoreUnavailable
from bot.queue.hand import Hand, HandedJob
from bot.queue.ids import new_id
from bot.queue.job import Clock, Job, Priority
from bot.queue.lifecycle import Cancel, Complete, Discard, Fail, Outcome
from bot.queue.retention import Retention
from bot.queue.retry import RetryPolicy, after, after_failure
from bot.queue.states import State
from bot.queue.store.base import BeatAnswer, Limits, Stats, Store
from bot.queue.upkeep import Household, Upkeep, UpkeepOptions

QUEUE = "default"
"""The queue where none is named."""

KIND = "by-hand"
"""The type of a job where none is named."""


@dataclass(frozen=True, slots=True)
class WorkerQueueOptions:
    """How a hand-driven queue behaves; `ValueError` for what cannot work. Times in seconds.

    `lease_s` is the visibility timeout: a job in hand is invisible to others for so long, renewed
    for as long as this process lives. With `beat=False` nothing renews it but `renew`.
    """

    lease_s: float = 30
    beat: bool = True
    max_attempts: int = 3
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    max_losses: int = 10
    limits: Limits = field(default_factory=Limits)
    retention: Retention = field(default_factory=Retention)

    def __post_init__(self) -> None:
        refuse_nothing(self, "lease_s", "max_attempts", "max_losses")


class WorkerQueue:
    """Jobs go in, are handed out, and are marked, by `HandedJob` or by id; use `async with`.

    Every mark answers the job's new state. `NotInHand` says that the run does not count any more;
    `StoreUnavailable` and `CommitUnknown` leave the job in hand, so that it can be marked again
    (if an unknown commit did happen, the second mark raises `NotInHand`).
    """

    def __init__(
        self, store: Store, options: WorkerQueueOptions | None = None, clock: Clock = time.time
    ) -> None:
        self.store = store
        self._options = options = options or WorkerQueueOptions()
        self._clock = clock
        self._hand = Hand(store, options.lease_s, clock, beats=options.beat)
        self._upkeep = Upkeep(
            store,
            UpkeepOptions(options.lease_s, options.max_losses, options.retention),
            Household(self._hand.beat, self._tell, taken_back=lambda _: self._tell()),
            clock,
        )
        self._news = asyncio.Event()
        self._is_open = False
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self) -> None:
        """Open the store, take back what a dead predecessor held.

        Raises `StoreError`; nothing stays open then.
        """
        await self.store.open()
        self._loop = asyncio.get_running_loop()
        self.store.on_wake(self._notice)
        try:
            await self._upkeep.start()
        except BaseException:
            await self.store.close()
            raise
        self._hand.start()
        self._is_open = True

    async def close(self) -> None:
        """Give back what is in hand, its attempts unspent, and close the store.

        Whoever waits in `dequeue` hears `StoreUnavailable`.
        """
        self._is_open = False
        self._tell()
        await self._upkeep.stop()
        await self._hand.stop()
        await self.store.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def enqueue(
        self,
        *payloads: JsonValue,
        queue: str = QUEUE,
        kind: str = KIND,
        keys: Sequence[str | None] = (),
        priority: Priority = Priority.DEFAULT,
        owner: int | None = None,
        delay_s: float = 0,
        max_attempts: int | None = None,
    ) -> list[Job]:
        """Store a job for each payload, all or none; when this returns they survive any crash.

        `keys`, one for each payload: a key that is known answers the older job. Raises `QueueFull`,
        `UserLimitReached`, `StoreUnavailable` (certainly not stored), `CommitUnknown`, `TypeError`
        or `ValueError` for a payload that JSON cannot say, and `ValueError` for no attempt at all.
        """
        if max_attempts is not None and max_attempts < 1:
            raise ValueError(f"A job has at least one attempt, not {max_attempts}.")
        now = self._clock()
        first = Job(
            id="",
            type=kind,
            queue=queue,
            payload="",
            state=State.SCHEDULED if delay_s > 0 else State.PENDING,
            priority=priority,
            owner=owner,
            run_at=after(now, delay_s),
            created_at=now,
            max_attempts=max_attempts or self._options.max_attempts,
        )
        jobs = [
            first._replace(id=new_id(), payload=_json(payload), key=key)
            for payload, key in zip(payloads, keys or [None] * len(payloads), strict=True)
        ]
        stored = await self.store.enqueue(jobs, limits=self._options.limits)
        (self._upkeep.poke if delay_s > 0 else self._tell)()
        return [answer.job for answer in stored]

    async def dequeue(
        self, size: int = 1, *queues: str, wait_s: float | None = 0
    ) -> list[HandedJob]:
        """Up to `size` jobs, best first, from the first of these queues that has any.

        If none has, wait for `wait_s` seconds (None: for ever) until one comes; then nothing.
        Mark every job that you get: what is not marked stays in hand. Raises `StoreUnavailable`
        when the queue is not open, also if it is closed meanwhile.
        """
        if size < 1:
            raise ValueError("Ask for at least one job.")
        until = None if wait_s is None else asyncio.get_running_loop().time() + max(0, wait_s)
        while self._is_open:
            news = self._news  # of before the look, so that nothing is missed between the two
            try:
                jobs = await self._hand.claim(size, queues or (QUEUE,))
            except asyncio.CancelledError:
                self._tell()  # what was given back is for the others who wait
                raise
            if self._is_open and (jobs or not await _comes(news, until)):
                return jobs
        raise StoreUnavailable("The queue is not open, so no jobs are handed out.")

    async def renew(self, job: HandedJob | str) -> BeatAnswer:
        """Renew the visibility timeout now: `Alive`, `Lost`, or `CancelRequested` by somebody."""
        return await self._hand.renew(job)

    async def mark_as_complete(self, job: HandedJob | str, result: JsonValue = None) -> State:
        """It is done; `result` is kept with the job."""
        return await self._finish(job, Complete(_json(result)))

    async def mark_as_retry(
        self, job: HandedJob | str, error: Exception | str, *, delay_s: float | None = None
    ) -> State:
        """It failed: try again after the backoff, or `delay_s`; DISCARDED if out of attempts.

        A text and a `JobError` are kept as they are; of another error, only its name.
        """
        fault = JobError(error) if isinstance(error, str) else error
        now = self._clock()
        outcome = after_failure(self._hand.job(job), fault, self._options.retry, now)
        if delay_s is not None and isinstance(outcome, Fail):
            outcome = Fail(outcome.error, after(now, delay_s))
        state = await self._finish(job, outcome)
        self._upkeep.poke()
        return state

    async def mark_as_discarded(self, job: HandedJob | str, error: str) -> State:
        """It is given up, whatever attempts are left; by its id also one that is not in hand.

        Raises `TaskNotFoundError`, `InvalidStateTransitionError` if it is finished.
        """
        if isinstance(job, str) and job not in self._hand:
            return await self._control(job, DiscardJob(error))
        return await self._finish(job, Discard(error))

    async def mark_as_cancelled(self, job: HandedJob | str, reason: str) -> State:
        """Nobody wants it any more. One that somebody else has in hand stays PROCESSING: it is
        told to stop. Raises `TaskNotFoundError`, `InvalidStateTransitionError` if it is finished.
        """
        if isinstance(job, str) and job not in self._hand:
            return await self._control(job, CancelJob(reason))
        return await self._finish(job, Cancel(reason))

    async def mark_as_resume(self, job_id: str, *, reset_attempts: bool = True) -> State:
        """A discarded or cancelled job is ready again, with all its attempts or those it has left.

        Raises `TaskNotFoundError`, `InvalidStateTransitionError`, `QueueFull` or
        `UserLimitReached`.
        """
        return await self._control(job_id, ResumeJob(reset_attempts))

    async def retry(self, job_id: str) -> State:
        """A job that waits for its backoff is ready now; a discarded or cancelled one, resumed.

        Raises as `mark_as_resume`.
        """
        return await self._control(job_id, RetryJob())

    async def _control(self, job_id: str, control: Control) -> State:
        job = await self.store.control(job_id, control, self._options.limits)
        self._tell()  # it may be ready now, or who was parked on its slots
        return job.state

    async def _finish(self, job: HandedJob | str, outcome: Outcome) -> State:
        state = await self._hand.finish(job, outcome)
        self._tell()  # who was parked on the slots of this job may be ready now
        return state

    async def get_queue_stats(self) -> Stats:
        """How many jobs are in each state, by queue, and each kind's pace."""
        return await self.store.stats()

    def _notice(self) -> None:
        """Another process changed the store; called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._upkeep.poke)

    def _tell(self) -> None:
        """There may be work, or the end: everybody who waits looks again."""
        news, self._news = self._news, asyncio.Event()
        news.set()


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


async def _comes(news: asyncio.Event, until: float | None) -> bool:
    """Whether the news came before `until` (the event loop's time)."""
    try:
        async with asyncio.timeout_at(until):
            await news.wait()
    except TimeoutError:
        return False
    return True
