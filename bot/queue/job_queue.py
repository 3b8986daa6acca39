"""The queue that everyone else calls: what it accepts is stored, and will end in a result."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from bot.queue.checkup import Checkup
from bot.queue.deliveries import NewDelivery
from bot.queue.errors import QueueFull, TaskNotFoundError
from bot.queue.events import EventName, Events
from bot.queue.handlers import AnyJobType, Registry
from bot.queue.health import Configured, Health
from bot.queue.job import Clock, Job, Priority, new_job_id
from bot.queue.outlook import Outlook, Outlooks, queue_pace
from bot.queue.retention import Retention
from bot.queue.schedule import Promoter, every
from bot.queue.states import FINISHED, WAITING, State
from bot.queue.statistics import Statistics
from bot.queue.store.base import Enqueued, JobFilter, Limits, Pace, Stats, Store
from bot.queue.worker import Worker, WorkerOptions

PURGE_EVERY_S = 60.0
"""How often finished jobs past their keeping are looked for."""

PURGE_BITE = 200
"""Jobs removed in one transaction, so that the writer is never held up for long."""


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """How a queue behaves where a kind of work says nothing. Times in seconds."""

    worker: WorkerOptions = field(default_factory=WorkerOptions)
    limits: Limits = field(default_factory=Limits)
    max_attempts: int = 3
    timeout_s: float = 300
    max_losses: int = 10
    retention: Retention = field(default_factory=Retention)


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One queue at a glance. `slots`: how many of its jobs this process runs at once."""

    name: str
    waiting: int
    running: int
    slots: int
    pace: Pace


@dataclass(frozen=True, slots=True)
class OwnJob:
    """One of a person's unfinished jobs; `ahead`: jobs before it, None if it does not wait."""

    job: Job
    ahead: int | None


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """What a person may know about the queue."""

    lines: tuple[QueueLine, ...]
    working: bool
    completed: int
    failed: int
    own: tuple[OwnJob, ...]


class JobQueue:
    """A durable queue over a store, with a worker for the kinds of work registered here."""

    def __init__(
        self, store: Store, options: QueueOptions | None = None, clock: Clock = time.time
    ) -> None:
        self.store = store
        self.events = Events()
        self.registry = Registry()
        self._options = options or QueueOptions()
        self._clock = clock
        self._outlooks = Outlooks(store, self._options.worker.slots, clock)
        self._checkup = Checkup(store, self._configured, clock)
        self._promoter = Promoter(store, self._wake, clock)
        self._worker = Worker(
            store, self.registry, self._options.worker, self.events, self._promoter.poke, clock
        )
        self._duties: list[asyncio.Task[None]] = []
        self._is_open = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def register(self, job_type: AnyJobType) -> None:
        """Add a kind of work, before `start`."""
        self.registry.register(job_type)

    async def open(self) -> None:
        """Open the store; from now on jobs are accepted. Raises `StoreError`."""
        if not self._is_open:
            await self.store.open()
            self._is_open = True

    async def start(self) -> None:
        """Open the store, take back what a dead predecessor held, and begin to work."""
        await self.open()
        self._loop = asyncio.get_running_loop()
        self.store.on_wake(self._notice)
        await self._reap()
        self._worker.start()
        self._duties = [
            asyncio.create_task(self._promoter.run()),
            asyncio.create_task(every(self._options.worker.lease_s / 6, self._reap)),
            asyncio.create_task(every(PURGE_EVERY_S, self._purge)),
        ]

    async def stop_working(self, grace_s: float = 20) -> None:
        """Take no more jobs; runs may end within `grace_s`, the rest is handed back unspent."""
        await self._worker.stop(grace_s)

    async def stop(self, grace_s: float = 20) -> None:
        """Stop working calmly, then close the store."""
        await self.stop_working(grace_s)
        for duty in self._duties:
            duty.cancel()
        await asyncio.gather(*self._duties, return_exceptions=True)
        self._duties = []
        await self.store.close()

    async def enqueue(
        self,
        job_type: AnyJobType,
        request: BaseModel,
        *,
        owner: int | None = None,
        guild: int | None = None,
        key: str | None = None,
        priority: Priority | None = None,
        run_at: float | None = None,
        deliveries: Sequence[NewDelivery] = (),
    ) -> Enqueued:
        """Store a job; when this returns it survives any crash.

        A `key` that is known answers the older job. Raises `QueueFull`, `UserLimitReached`,
        `StoreUnavailable` (certainly not stored) or `CommitUnknown`.
        """
        job = self._new(job_type, request, owner, guild, key, priority, run_at)
        try:
            (stored,) = await self.store.enqueue([job], {job.id: deliveries}, self._options.limits)
        except QueueFull:
            self.events.emit(EventName.QUEUE_FULL, job)
            raise
        if stored.created:
            self.events.emit(EventName.JOB_ENQUEUED, job)
            (self._wake if job.state is State.PENDING else self._promoter.poke)()
        return stored

    def _new(
        self,
        job_type: AnyJobType,
        request: BaseModel,
        owner: int | None,
        guild: int | None,
        key: str | None,
        priority: Priority | None,
        run_at: float | None,
    ) -> Job:
        now = self._clock()
        later = run_at is not None and run_at > now
        return Job(
            id=new_job_id(),
            type=job_type.name,
            queue=job_type.queue,
            payload=request.model_dump_json(),
            state=State.SCHEDULED if later else State.PENDING,
            priority=job_type.priority if priority is None else priority,
            owner=owner,
            guild=guild,
            key=key,
            run_at=run_at if later and run_at is not None else now,
            created_at=now,
            max_attempts=job_type.max_attempts or self._options.max_attempts,
            timeout_s=job_type.timeout or self._options.timeout_s,
        )

    async def get(self, job_id: str) -> Job:
        """The job; raises `TaskNotFoundError`."""
        job = await self.store.get(job_id)
        if job is None:
            raise TaskNotFoundError(job_id)
        return job

    async def find(
        self, wanted: JobFilter, before: str | None = None, limit: int = 25
    ) -> list[Job]:
        """Jobs, newest first; `before` is the id of the last one of the page before."""
        return await self.store.find(wanted, before, limit)

    async def cancel(self, job_id: str, reason: str) -> Job:
        """Cancel the job: at once if it waits; a run is interrupted, wherever it is, within 2 s.

        Raises `TaskNotFoundError`, or `InvalidStateTransitionError` if it is finished.
        """
        job = await self.store.cancel(job_id, reason)
        if job.state in FINISHED:
            self.events.emit(EventName.JOB_CANCELLED, job)
        else:
            self._worker.cancel(job_id, reason)
        return job

    async def retry(self, job_id: str) -> Job:
        """Run a failed, cancelled or discarded job (again) now; its subscribers are told anew."""
        job = await self.store.retry(job_id)
        self.events.emit(EventName.JOB_RETRY, job)
        self._wake()
        return job

    async def outlooks(self, jobs: Sequence[Job]) -> Mapping[str, Outlook]:
        """For each ready job, by id: how many are before it, and when it may be done."""
        return await self._outlooks.of(jobs)

    async def status(self, owner: int | None = None) -> QueueStatus:
        """The queue at a glance, and this person's unfinished jobs."""
        stats = await self.store.stats()
        known = {job_type.queue for job_type in self.registry}
        known |= {group.queue for group in stats.counts}
        return QueueStatus(
            lines=tuple(self._line(stats, name) for name in sorted(known)),
            working=self._worker.running,
            completed=stats.total(State.COMPLETED),
            failed=stats.total(State.DISCARDED),
            own=await self._own(owner),
        )

    async def statistics(self) -> Statistics:
        """The queue in numbers, of this moment and of the last hour. Raises `StoreError`."""
        return await self._checkup.statistics()

    async def health(self) -> Health:
        """Whether the queue is well, and what to change if not; raises no `StoreError`."""
        return await self._checkup.health()

    def _configured(self) -> Configured:
        queues = {job_type.queue for job_type in self.registry}
        return Configured(
            max_size=self._options.limits.max_size,
            slots={queue: self._options.worker.slots(queue) for queue in queues},
            timeouts_s={one.name: one.timeout or self._options.timeout_s for one in self.registry},
            own_timeouts=frozenset(one.name for one in self.registry if one.timeout),
            working=self._worker.running,
        )

    def _line(self, stats: Stats, queue: str) -> QueueLine:
        there = [(group.state, n) for group, n in stats.counts.items() if group.queue == queue]
        return QueueLine(
            queue,
            sum(n for state, n in there if state in WAITING),
            sum(n for state, n in there if state is State.PROCESSING),
            self._options.worker.slots(queue),
            queue_pace(stats, queue),
        )

    async def _own(self, owner: int | None) -> tuple[OwnJob, ...]:
        if owner is None:
            return ()
        unfinished = JobFilter(owner=owner, states=frozenset(State) - FINISHED)
        jobs = await self.store.find(unfinished, limit=10)
        ahead = await self.store.positions([job.id for job in jobs])
        return tuple(OwnJob(job, ahead.get(job.id)) for job in jobs)

    def _wake(self) -> None:
        self._worker.wake()

    def _notice(self) -> None:
        """Another process changed the store; called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._worker.wake)
            self._loop.call_soon_threadsafe(self._promoter.poke)

    async def _purge(self) -> None:
        while await self.store.purge(self._options.retention, PURGE_BITE) == PURGE_BITE:
            continue

    async def _reap(self) -> None:
        await self._worker.beat()  # after a long sleep of the machine, all leases have run out
        for job in await self.store.reap(self._options.max_losses):
            ended = {
                State.DISCARDED: EventName.JOB_FAILED,
                State.CANCELLED: EventName.JOB_CANCELLED,
            }
            self.events.emit(ended.get(job.state, EventName.JOB_RETRY), job)
        self._wake()
