"""Claims jobs as slots allow, runs their handlers under a deadline, and reports every end once."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from bot.queue import lifecycle
from bot.queue.errors import JobError, Snooze, StoreError
from bot.queue.events import EventName, Events
from bot.queue.handlers import JobContext, Registry
from bot.queue.heart import Heart
from bot.queue.job import Clock, Job, Progress
from bot.queue.lifecycle import Cancel, Complete, HandBack, Outcome, SnoozeUntil
from bot.queue.retry import RetryPolicy, after_failure
from bot.queue.states import State
from bot.queue.store.base import Beat, BeatAnswer, CancelRequested, Finish, Lost, Store

logger = logging.getLogger(__name__)

STORE_PAUSE_S = 1.0
"""Seconds before a store that refused is asked again."""

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
    """One attempt in this worker's hands."""

    job: Job
    context: JobContext
    task: asyncio.Task[None] | None = None
    stop: _Stop | None = None
    reason: str = ""


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
        self._options = options
        self._events = events
        self._timed = timed
        self._clock = clock
        self._runs: dict[str, _Run] = {}
        self._busy: Counter[str] = Counter()
        self._ended: list[tuple[_Run, Outcome]] = []
        self._wake = asyncio.Event()
        self._report = asyncio.Event()
        self._stopping = False
        self._heart = Heart(store, options.lease_s, self._beats, self._hear)
        self._duties: list[asyncio.Task[None]] = []

    @property
    def running(self) -> bool:
        """Whether this worker takes jobs."""
        return bool(self._duties) and not self._stopping

    def start(self) -> None:
        """Begin to take jobs."""
        self._heart.start()
        self._duties = [asyncio.create_task(self._feed()), asyncio.create_task(self._finish())]

    def wake(self) -> None:
        """There may be work."""
        self._wake.set()

    async def stop(self, grace_s: float) -> None:
        """Take nothing more, let runs end within `grace_s`, hand the rest back, report all."""
        self._stopping = True
        self._wake.set()
        if not self._duties:
            return
        feed, finish = self._duties
        await feed
        tasks = [run.task for run in self._runs.values() if run.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=grace_s)
        for run in list(self._runs.values()):
            self._interrupt(run, _Stop.SHUTDOWN)
        if tasks:
            await asyncio.wait(tasks)
        self._report.set()
        await finish
        await self._heart.stop()
        self._duties = []

    def cancel(self, job_id: str, reason: str) -> None:
        """Interrupt the run of this job, if it is here."""
        if (run := self._runs.get(job_id)) is not None:
            self._interrupt(run, _Stop.CANCEL, reason)

    def _interrupt(self, run: _Run, stop: _Stop, reason: str = "") -> None:
        if run.stop is None and run.task is not None and not run.task.done():
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
        except StoreError as error:
            logger.warning("no jobs could be claimed: %s", error)
            asyncio.get_running_loop().call_later(STORE_PAUSE_S, self._wake.set)
            return []

    def _begin(self, job: Job) -> None:
        run = _Run(job, JobContext(job, self._progressed))
        self._runs[job.id] = run
        self._busy[job.queue] += 1
        run.task = asyncio.create_task(self._attempt(run))
        if self._events:
            self._events.emit(EventName.JOB_STARTED, job)

    def _progressed(self, job: Job, progress: Progress) -> None:
        if self._events:
            self._events.emit(EventName.JOB_PROGRESS, lifecycle.with_progress(job, progress))

    async def _attempt(self, run: _Run) -> None:
        try:
            outcome = await self._outcome(run)
        except asyncio.CancelledError:
            outcome = Cancel(run.reason) if run.stop is _Stop.CANCEL else HandBack()
        del self._runs[run.job.id]
        self._busy[run.job.queue] -= 1
        if run.stop is not _Stop.LOST:
            self._ended.append((run, outcome))
            self._report.set()
        self._wake.set()

    async def _outcome(self, run: _Run) -> Outcome:
        job = run.job
        deadline = asyncio.timeout(job.timeout_s)
        try:
            job_type = self._registry[job.type]
            async with deadline:
                request = job_type.request_model.model_validate_json(job.payload)
                result = await job_type.run(run.context, request)
            return Complete(result.model_dump_json())
        except Snooze as snooze:
            return SnoozeUntil(self._clock() + snooze.delay_s)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises ends in an outcome
            return self._failed(job, _late(job) if deadline.expired() else error)

    def _failed(self, job: Job, error: Exception) -> Outcome:
        if isinstance(error, JobError):
            logger.info("attempt %d failed: %s", job.attempt, error, extra={"job": job.id})
        else:
            logger.error("attempt %d failed", job.attempt, exc_info=error, extra={"job": job.id})
        return after_failure(job, error, self._options.retry, self._clock())

    async def _finish(self) -> None:
        while not (self._stopping and not self._ended and not self._runs):
            await self._report.wait()
            self._report.clear()
            batch, self._ended = self._ended, []
            if batch:
                await self._store_ends(batch)

    async def _store_ends(self, batch: list[tuple[_Run, Outcome]]) -> None:
        last = [_beat(run) for run, _ in batch if run.context.has_changes]
        finishes = [Finish(run.job.id, run.job.token, outcome) for run, outcome in batch]
        while True:
            try:
                if last:
                    await self._store.beat(last, self._options.lease_s)
                states = await self._store.finish(finishes)
            except StoreError as error:
                logger.warning("ends of jobs are not stored yet: %s", error)
                await asyncio.sleep(STORE_PAUSE_S)
                if self._stopping:  # the lease will run out, and the jobs run again elsewhere
                    return
            else:
                break
        for (run, outcome), state in zip(batch, states, strict=True):
            self._told(run, outcome, state)

    def _told(self, run: _Run, outcome: Outcome, state: State | None) -> None:
        if state is None:
            logger.warning("a run ended after its lease was lost", extra={"job": run.job.id})
            return
        if state in {State.RETRYABLE, State.SCHEDULED}:
            self._timed()
        if self._events:
            job = replace(lifecycle.settled(run.job, outcome, self._clock()), state=state)
            self._events.emit(_EVENT_AFTER.get(state, EventName.JOB_RETRY), job)

    def _beats(self) -> Sequence[Beat]:
        return [_beat(run) for run in list(self._runs.values())]

    def _hear(self, beats: Sequence[Beat], answers: Sequence[BeatAnswer]) -> None:
        for beat, answer in zip(beats, answers, strict=False):
            run = self._runs.get(beat.job_id)
            if run is None or run.job.token != beat.token:
                continue
            if isinstance(answer, CancelRequested):
                self._interrupt(run, _Stop.CANCEL, answer.reason)
            elif isinstance(answer, Lost):
                self._interrupt(run, _Stop.LOST)


def _beat(run: _Run) -> Beat:
    return Beat(run.job.id, run.job.token, *run.context.take_changes())


def _late(job: Job) -> JobError:
    return JobError(f"It took longer than {job.timeout_s:g} seconds.", category="timeout")
