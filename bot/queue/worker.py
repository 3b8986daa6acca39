"""Claims jobs as slots allow, runs their handlers under a deadline, and reports every end once."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from bot.queue import lifecycle
from bot.queue.attempt import Attempts
from bot.queue.duty import PAUSE_S, log_failure
from bot.queue.ends import End, Ends
from bot.queue.errors import JobError
from bot.queue.events import EventName, Events
from bot.queue.handlers import JobContext, Registry
from bot.queue.heart import Heart
from bot.queue.job import Clock, Job, Progress
from bot.queue.lifecycle import Cancel, Complete, HandBack, Outcome
from bot.queue.retry import RetryPolicy
from bot.queue.states import State
from bot.queue.store.base import Beat, BeatAnswer, CancelRequested, Lost, Store

logger = logging.getLogger(__name__)

YIELD_S = 2.0
"""How long a stopping worker waits for a handler that was interrupted to give in."""

REPORT_S = 5.0
"""How long a stopping worker asks a store that refuses to take the last ends."""

DEFAULT_SLOTS = 2
"""Jobs of a queue that run at once where nothing else is set (the design's figure)."""

_EVENT_AFTER = {
    State.COMPLETED: EventName.JOB_COMPLETED,
    State.CANCELLED: EventName.JOB_CANCELLED,
    State.DISCARDED: EventName.JOB_FAILED,
}


class _Stop(Enum):
    """Why a run was cancelled."""

    CANCEL = auto()
    LOST = auto()
    SHUTDOWN = auto()


@dataclass(slots=True, eq=False)
class _Run:
    """One attempt in this worker's hands, until its end is stored."""

    job: Job
    context: JobContext
    task: asyncio.Task[Outcome]
    stop: _Stop | None = None
    reason: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """Tells it from a later attempt at the same job."""
        return self.job.id, self.job.token


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """What bounds a worker. Times in seconds."""

    concurrency: Mapping[str, int] = field(default_factory=dict)
    lease_s: float = 30
    retry: RetryPolicy = field(default_factory=RetryPolicy)

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
        self._attempts = Attempts(registry, options.retry, clock)
        self._options = options
        self._events = events
        self._timed = timed
        self._clock = clock
        self._runs: dict[tuple[str, int], _Run] = {}
        self._busy: Counter[str] = Counter()
        self._wake = asyncio.Event()
        self._stopping = False
        self._ends = Ends(store, options.lease_s, self._stored)
        self._heart = Heart(store, options.lease_s, self._beats, self._hear)
        self._duties: list[asyncio.Task[None]] = []

    @property
    def running(self) -> bool:
        """Whether this worker takes jobs."""
        return bool(self._duties) and not self._stopping

    def start(self) -> None:
        """Begin to take jobs."""
        self._heart.start()
        self._duties = [asyncio.create_task(self._feed()), asyncio.create_task(self._ends.run())]

    def wake(self) -> None:
        """There may be work."""
        self._wake.set()

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
        tasks = [run.task for run in self._runs.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=grace_s)
            await self._hand_back(tasks)
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

    async def _hand_back(self, tasks: Sequence[asyncio.Task[Outcome]]) -> None:
        for run in self._runs.values():
            self._interrupt(run, _Stop.SHUTDOWN)
        _, stubborn = await asyncio.wait(tasks, timeout=YIELD_S)
        for run in [run for run in self._runs.values() if run.task in stubborn]:
            logger.warning("a run goes on in spite of its interruption", extra={"job": run.job.id})
            del self._runs[run.key]

    def cancel(self, job_id: str, reason: str) -> None:
        """Interrupt the run of this job, if it is here."""
        for run in self._runs.values():
            if run.job.id == job_id:
                self._interrupt(run, _Stop.CANCEL, reason)

    async def beat(self) -> None:
        """Renew the leases of all runs now, not only at the next heartbeat."""
        await self._heart.beat()

    def _interrupt(self, run: _Run, stop: _Stop, reason: str = "") -> None:
        if run.stop is None and not run.task.done():
            run.stop = stop
            run.reason = reason
            run.task.cancel()

    async def _feed(self) -> None:
        while not self._stopping:
            self._wake.clear()
            jobs = await self._claim()
            for job in jobs:
                self._begin(job)
            if not jobs:
                await self._wake.wait()

    async def _claim(self) -> list[Job]:
        queues = {job_type.queue for job_type in self._registry}
        free = {queue: self._options.slots(queue) - self._busy[queue] for queue in queues}
        wants = {queue: n for queue, n in free.items() if n > 0}
        if not wants:
            return []
        try:
            return await self._store.claim(self._store.process, wants, self._options.lease_s)
        except Exception as error:  # noqa: BLE001 - a worker that stopped claiming would go unseen
            log_failure("no jobs could be claimed", error)
            asyncio.get_running_loop().call_later(PAUSE_S, self._wake.set)
            return []

    def _begin(self, job: Job) -> None:
        context = JobContext(job, self._progressed)
        run = _Run(job, context, asyncio.create_task(self._attempts.run(job, context)))
        self._runs[run.key] = run
        self._busy[job.queue] += 1
        run.task.add_done_callback(lambda _: self._end(run))
        if self._events:
            self._events.emit(EventName.JOB_STARTED, job)

    def _progressed(self, job: Job, _: Progress) -> None:
        if self._events:
            self._events.emit(EventName.JOB_PROGRESS, job)

    def _end(self, run: _Run) -> None:
        self._busy[run.job.queue] -= 1
        if run.stop is _Stop.LOST:
            self._runs.pop(run.key, None)
        else:
            self._ends.add(End(run.context, self._outcome(run)))
        self._wake.set()

    def _outcome(self, run: _Run) -> Outcome:
        """A result stands, however the run was stopped; a failure only if it was not stopped."""
        end = _fault(run.task) or run.task.result()
        match run.stop:
            case _ if isinstance(end, Complete):
                return end
            case _Stop.CANCEL:
                return Cancel(run.reason)
            case _Stop.SHUTDOWN:
                return HandBack()
        return self._attempts.failed(run.job, end) if isinstance(end, BaseException) else end

    def _stored(self, end: End, state: State | None) -> None:
        job = end.context.job
        self._runs.pop((job.id, job.token), None)
        if state is None:
            logger.warning("the end of a run did not count; it is repeated", extra={"job": job.id})
            return
        if state in {State.RETRYABLE, State.SCHEDULED}:
            self._timed()
        if self._events:
            outcome = end.outcome
            if state is State.CANCELLED and not isinstance(outcome, Cancel):
                outcome = Cancel("It was cancelled.")  # by another process, after the last beat
            ended = lifecycle.settled(job, outcome, self._clock())
            self._events.emit(_EVENT_AFTER.get(state, EventName.JOB_RETRY), ended)

    def _beats(self) -> Sequence[Beat]:
        return [run.context.beat() for run in list(self._runs.values())]

    def _hear(self, beats: Sequence[Beat], answers: Sequence[BeatAnswer]) -> None:
        for beat, answer in zip(beats, answers, strict=True):
            run = self._runs.get((beat.job_id, beat.token))
            if run is None:
                continue
            if isinstance(answer, Lost):
                self._interrupt(run, _Stop.LOST)
                continue
            run.context.confirm(beat)
            if isinstance(answer, CancelRequested):
                self._interrupt(run, _Stop.CANCEL, answer.reason)


def _fault(task: asyncio.Task[Outcome]) -> BaseException | None:
    """What ended the task in place of an outcome: a job must end, whatever its handler did."""
    if task.cancelled():
        return JobError("It was interrupted from within.")
    return task.exception()
