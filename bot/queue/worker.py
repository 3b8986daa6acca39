"""Claims jobs as slots allow, and reports every end of a run once."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.queue import lifecycle
from bot.queue.attempt import Attempts, Begun, nothing
from bot.queue.declared import refuse_nothing
from bot.queue.duty import PAUSE_S
from bot.queue.ends import End, Ends
from bot.queue.events import EventName, Events, after_run
from bot.queue.handlers import JobContext, Registry
from bot.queue.heart import Heart
from bot.queue.job import Clock, Job, Progress
from bot.queue.lifecycle import Cancel, Outcome
from bot.queue.retry import RetryPolicy
from bot.queue.runs import Runs
from bot.queue.sentences import sentence
from bot.queue.states import FINISHED, State
from bot.queue.store.base import Store

logger = logging.getLogger(__name__)

STUBBORN_S = 10.0
"""How long a handler that was asked to stop may clean up (issue 3)."""

YIELD_S = 2.0
"""How long a stopping worker waits for a handler that was interrupted to give in."""

REPORT_S = 5.0
"""How long a stopping worker asks a store that refuses to take the last ends."""

DEFAULT_SLOTS = 2
"""Jobs of a queue that run at once where nothing else is set (the design's figure)."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """What bounds a worker; `ValueError` for what cannot work. Times in seconds.

    `batch`: jobs of a queue that it takes at a time. `begun` hears of each job in the task that
    runs it, for what is bound to tasks, such as what the log says of them.
    """

    concurrency: Mapping[str, int] = field(default_factory=dict)
    lease_s: float = 30
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    stubborn_s: float = STUBBORN_S
    batch: int = 100
    begun: Begun = nothing

    def __post_init__(self) -> None:
        refuse_nothing(self, "lease_s", "stubborn_s", "batch")
        for queue, slots in self.concurrency.items():
            if slots < 1:
                raise ValueError(
                    f"The queue {queue!r} has {slots} slots, so its jobs would never run. "
                    "Give it at least 1, or pause it."
                )

    def slots(self, queue: str) -> int:
        """How many jobs of this queue may run at once."""
        return self.concurrency.get(queue, DEFAULT_SLOTS)


class Worker:
    """Runs the jobs of all registered kinds. `timed` is called when a job will be due later."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        options: WorkerOptions,
        events: Events,
        timed: Callable[[], None],
        clock: Clock = time.time,
    ) -> None:
        self._store = store
        self._registry = registry
        self._options = options
        self._events = events
        self._timed = timed
        self._clock = clock
        self._attempts = Attempts(registry, options.retry, clock, options.begun)
        self._runs = Runs(self._attempts, options.stubborn_s, events, self._over)
        self._heart = Heart(
            store, options.lease_s, self._runs.beats, self._runs.hear, events.failure
        )
        self._ends = Ends(store, self._heart.say, self._stored, events)
        self._wake = asyncio.Event()
        self._stopping = False
        self._has_run = self._found_nothing = False
        self._duties: list[asyncio.Task[None]] = []

    @property
    def running(self) -> bool:
        """Whether this worker takes jobs."""
        return bool(self._duties) and not self._stopping

    @property
    def strange(self) -> frozenset[str]:
        """The kinds of jobs that it left to others, because nobody here knows them."""
        return frozenset(self._attempts.strange)

    def start(self) -> None:
        """Begin to take jobs."""
        self._heart.start()
        self._duties = [asyncio.create_task(self._feed()), asyncio.create_task(self._ends.run())]

    def wake(self) -> None:
        """There may be work."""
        self._wake.set()

    def cancel(self, job_id: str, reason: str) -> None:
        """Interrupt the run of this job, if it is here."""
        self._runs.cancel(job_id, reason)

    async def beat(self) -> None:
        """Renew the leases of all runs now, not only at the next heartbeat."""
        await self._heart.beat()

    async def stop(self, grace_s: float) -> None:
        """Take nothing more, let runs end within `grace_s`, hand the rest back, report all.

        May take `YIELD_S` longer for handlers that will not yield, and `REPORT_S` for a store that
        refuses.
        """
        self._stopping = True
        self._wake.set()
        if not self._duties:
            return
        feed, ends = self._duties
        await feed
        await self._runs.hand_back(grace_s, YIELD_S)
        await self._report(ends)
        await self._heart.stop()
        self._duties = []

    async def _report(self, ends: asyncio.Task[None]) -> None:
        self._ends.close()
        try:
            async with asyncio.timeout(REPORT_S):
                await ends
        except TimeoutError:
            logger.warning("%d ends could not be stored; their jobs run again", len(self._runs))

    async def _feed(self) -> None:
        while not self._stopping:
            self._wake.clear()
            self._found_nothing = False
            jobs = await self._claim()
            for job in jobs or ():
                self._begin(job)
            if not jobs:
                self._found_nothing = jobs is not None
                self._tell_if_empty()
                await self._wake.wait()

    async def _claim(self) -> list[Job] | None:
        """Jobs for the free slots; None if the store refused, which is asked again soon."""
        queues = {job_type.queue for job_type in self._registry}
        free = {queue: self._options.slots(queue) - self._runs.busy(queue) for queue in queues}
        wants = {queue: min(n, self._options.batch) for queue, n in free.items() if n > 0}
        if not wants:
            return []
        try:
            return await self._store.claim(self._store.process, wants, self._options.lease_s)
        except Exception as error:  # noqa: BLE001 - a worker that stopped claiming would go unseen
            self._events.failure("no jobs could be claimed", error)
            asyncio.get_running_loop().call_later(PAUSE_S, self._wake.set)
            return None

    def _begin(self, job: Job) -> None:
        self._has_run = True
        self._runs.begin(JobContext(job, self._progressed, self._heart.beat))
        if self._events and job.type in self._registry:
            self._events.emit(EventName.JOB_STARTED, job)

    def _progressed(self, job: Job, _: Progress) -> None:
        if self._events:
            self._events.emit(EventName.JOB_PROGRESS, job)

    def _over(self, context: JobContext, outcome: Outcome | None) -> None:
        if outcome is not None:
            self._ends.add(End(context, outcome))
        self._wake.set()

    def _stored(self, end: End, state: State | None) -> None:
        job = end.context.job
        self._runs.forget(job)
        if state is None:
            logger.warning("the end of a run did not count; it is repeated", extra={"job": job.id})
        else:
            self._tell(job, end.outcome, state)
        self._wake.set()  # its slots may have made a parked job ready

    def _tell_if_empty(self) -> None:
        """What has set `_wake` since the last claim may have made work: then nobody knows yet."""
        if self._has_run and self._found_nothing and not self._runs and not self._wake.is_set():
            self._has_run = False
            self._events.emit(EventName.QUEUE_EMPTY)

    def _tell(self, job: Job, outcome: Outcome, state: State) -> None:
        if state in {State.RETRYABLE, State.SCHEDULED}:
            self._timed()
        if self._events and (job.type in self._registry or state in FINISHED):
            if state is State.CANCELLED and not isinstance(outcome, Cancel):
                # by another process, after the last beat
                outcome = Cancel(sentence("end-cancelled"))
            ended = lifecycle.settled(job, outcome, self._clock())
            self._events.emit(after_run(state), ended)
