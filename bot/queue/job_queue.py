"""The queue that everyone else calls: what it accepts is stored, and will end in a result."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import TypedDict, Unpack

from pydantic import BaseModel

from bot.queue.cache import ResultCache
from bot.queue.checkup import Checkup
from bot.queue.controls import (
    CancelJob,
    Control,
    DiscardJob,
    Overrides,
    Reprioritise,
    Reschedule,
    ResumeJob,
    RetryJob,
)
from bot.queue.degraded import Degraded
from bot.queue.deliveries import NewDelivery
from bot.queue.errors import QueueFull, StoreUnavailable, TaskNotFoundError
from bot.queue.events import EventName, Events
from bot.queue.handlers import AnyJobType, Registry
from bot.queue.health import Configured, Health
from bot.queue.job import Clock, Job, Priority, new_job_id
from bot.queue.outlook import Outlook, Outlooks, queue_pace
from bot.queue.reply import File
from bot.queue.retention import Retention
from bot.queue.sameness import scoped
from bot.queue.slots import Bounds
from bot.queue.states import FINISHED, WAITING, State
from bot.queue.statistics import Statistics
from bot.queue.store.base import (
    Enqueued,
    JobFilter,
    Limits,
    Pace,
    PauseQueue,
    Policy,
    ResumeQueue,
    SetBounds,
    SetWeight,
    Store,
)
from bot.queue.upkeep import Household, Upkeep, UpkeepOptions
from bot.queue.worker import Worker, WorkerOptions

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """How a queue behaves where a kind of work says nothing. Times in seconds.

    `per_owner`: jobs of one person that may be ready or running in each queue; more are parked.
    """

    worker: WorkerOptions = field(default_factory=WorkerOptions)
    limits: Limits = field(default_factory=Limits)
    max_attempts: int = 3
    timeout_s: float = 300
    max_losses: int = 10
    per_owner: int | None = None
    ageing_s: float = 300
    cache_ttl_s: float = 3600
    retention: Retention = field(default_factory=Retention)


class Changes(TypedDict, total=False):
    """What may be changed when a job runs again."""

    payload: BaseModel
    priority: Priority
    max_attempts: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asks, where, and whether only this person may see the answer."""

    owner: int | None
    guild: int | None
    private: bool

    def scoped(self, job_type: AnyJobType, key: str | None) -> str | None:
        """The key as it counts for this asker."""
        return scoped(key, job_type.name, self.guild, self.owner, private=self.private)


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
        self._cache = ResultCache(self._options.retention.cached, clock)
        self._caching = False
        self._outlooks = Outlooks(store, self._options.worker.slots, clock)
        self._checkup = Checkup(store, self._configured, clock)
        self._worker = Worker(
            store, self.registry, self._options.worker, self.events, self._poke, clock
        )
        self._upkeep = Upkeep(
            store,
            UpkeepOptions(
                self._options.worker.lease_s,
                self._options.max_losses,
                self._options.retention,
                self._options.ageing_s,
            ),
            Household(self._worker.beat, self._wake, self._taken_back, self.events.failure),
            clock,
        )
        self.degraded = Degraded(self.registry, self._options.worker, self.events, clock)
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
        await self._set_bounds()
        await self._upkeep.start()
        self._worker.start()
        self.degraded.open()

    async def stop_working(self, grace_s: float = 20) -> None:
        """Take no more jobs; runs may end within `grace_s`, the rest is handed back unspent."""
        await asyncio.gather(self._worker.stop(grace_s), self.degraded.stop(grace_s))

    async def stop(self, grace_s: float = 20) -> None:
        """Stop working calmly, then close the store."""
        await self.stop_working(grace_s)
        await self._upkeep.stop()
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
        private: bool = False,
        fresh: bool = False,
    ) -> Enqueued:
        """Store a job; when this returns it survives any crash, unless it is not `durable`: while
        the store is away, kinds that are `degraded` run without it.

        A `key` that is known answers the older job, and the same work that is active already is
        joined. A result that is still good completes the job at once, unless a `fresh` one is
        wanted; what is `private` is never shared with another person. Raises `QueueFull`,
        `UserLimitReached`, `StoreUnavailable` (certainly not stored) or `CommitUnknown`.
        """
        if (running := self.degraded.running(key)) is not None:
            return Enqueued(running, created=False)
        asker = _Asker(owner, guild, private)
        job = self._new(job_type, request, asker, key=key, priority=priority, run_at=run_at)
        if not fresh and job.state is State.PENDING:
            job = self._from_cache(job)
        try:
            taken = await self._take(job, deliveries, fresh=fresh)
        except QueueFull:
            self.events.emit(EventName.QUEUE_FULL, job)
            raise
        if taken.created:
            self._created(taken.job)
        return taken

    async def _take(self, job: Job, deliveries: Sequence[NewDelivery], *, fresh: bool) -> Enqueued:
        """Store the job, or run it without the store where that is better than nothing."""
        limits = self._options.limits
        try:
            (stored,) = await self.store.enqueue([job], {job.id: deliveries}, limits, fresh=fresh)
        except StoreUnavailable as away:
            if (older := self.degraded.remembered(job.key)) is not None:
                return Enqueued(older, created=False)
            if not self.degraded.takes(job):
                raise
            logger.warning("a job runs without the store: %s", away, extra={"job": job.id})
            return await self.degraded.enqueue(job, deliveries, limits, fresh=fresh)
        self.degraded.remember(stored.job)
        return stored

    def _created(self, job: Job) -> None:
        self.events.emit(EventName.JOB_ENQUEUED, job)
        if job.state is State.COMPLETED:
            self.events.emit(EventName.JOB_COMPLETED, job)
        elif job.state is State.SCHEDULED:
            self._poke()
        else:
            self._wake_for(job)

    def _from_cache(self, job: Job) -> Job:
        if job.cache_key is not None and not self._caching:  # who has no such kinds pays nothing
            self.events.subscribe(self._cache.hear)
            self._caching = True
        result = self._cache.get(job.cache_key)
        if result is None:
            return job
        return job._replace(state=State.COMPLETED, result=result, finished_at=self._clock())

    def _new(
        self,
        job_type: AnyJobType,
        request: BaseModel,
        asker: _Asker,
        *,
        key: str | None,
        priority: Priority | None,
        run_at: float | None,
    ) -> Job:
        now = self._clock()
        later = run_at is not None and run_at > now
        cache_key = asker.scoped(job_type, job_type.cache_key(request))
        return Job(
            id=new_job_id(),
            type=job_type.name,
            queue=job_type.queue,
            payload=request.model_dump_json(),
            state=State.SCHEDULED if later else State.PENDING,
            priority=job_type.priority if priority is None else priority,
            owner=asker.owner,
            guild=asker.guild,
            key=key,
            run_at=run_at if later and run_at is not None else now,
            created_at=now,
            max_attempts=job_type.max_attempts or self._options.max_attempts,
            timeout_s=job_type.timeout or self._options.timeout_s,
            cost=job_type.cost,
            limit_key=job_type.limit_key(request, asker.guild),
            dedup_key=asker.scoped(job_type, job_type.dedup_key(request)) or cache_key,
            cache_key=cache_key,
            cache_ttl_s=self._ttl_s(job_type) if cache_key is not None else None,
        )

    def _ttl_s(self, job_type: AnyJobType) -> float:
        return self._options.cache_ttl_s if job_type.cache_ttl is None else job_type.cache_ttl

    async def get(self, job_id: str) -> Job:
        """The job; raises `TaskNotFoundError`."""
        job = await (await self.store_of(job_id)).get(job_id)
        if job is None:
            raise TaskNotFoundError(job_id)
        return job

    async def store_of(self, job_id: str) -> Store:
        """Where this job is kept: in the store, unless it runs without it."""
        is_here = await self.degraded.store.get(job_id) is not None
        return self.degraded.store if is_here else self.store

    async def _control(self, job_id: str, control: Control) -> Job:
        return await (await self.store_of(job_id)).control(job_id, control)

    async def find(
        self, wanted: JobFilter, before: str | None = None, limit: int = 25
    ) -> list[Job]:
        """Jobs, newest first; `before` is the id of the last one of the page before."""
        stored = await self.store.find(wanted, before, limit)
        here = await self.degraded.store.find(wanted, before, limit)
        return sorted([*stored, *here], key=lambda job: job.id, reverse=True)[:limit]

    async def is_awaited_by(self, person: int, job_id: str) -> bool:
        """Whether this person asked for the job, first or by joining it, and did not leave it."""
        store = await self.store_of(job_id)
        return bool(await store.find(JobFilter(owner=person, id=job_id), limit=1))

    async def cancel(self, job_id: str, reason: str = "", by: int | None = None) -> Job:
        """Cancel the job: at once if it waits; a run is interrupted, wherever it is, within 2 s.

        `by` is the person who asks, if it is one of those who wait for it: while there are others,
        it goes on for them. Raises `TaskNotFoundError`, or `InvalidStateTransitionError` if it is
        finished.
        """
        job = await self._control(job_id, CancelJob(reason, by))
        if job.state in FINISHED:
            self.events.emit(EventName.JOB_CANCELLED, job)
            self._wake()
        elif job.cancel_requested_at is not None:
            self._worker.cancel(job_id, reason)
            self.degraded.cancel(job_id, reason)
        return job

    async def discard(self, job_id: str, reason: str) -> Job:
        """Give the job up now, whatever it does; raises as `cancel`.

        A run counts for nothing from now on, and is interrupted with its worker's next beat.
        """
        job = await self._control(job_id, DiscardJob(reason))
        self.events.emit(EventName.JOB_FAILED, job)
        self._wake()
        await self._worker.beat()
        return job

    async def retry(self, job_id: str, reason: str = "", **overrides: Unpack[Changes]) -> Job:
        """Run a failed, cancelled or discarded job (again) now; its subscribers are told anew.

        Overrides: `payload` (a request of its kind), `priority`, `max_attempts`, `timeout_s`.
        Raises as `cancel`, and `ValueError` for an override that makes no sense.
        """
        return await self._again(job_id, RetryJob(reason, _overrides(overrides)))

    async def resume(
        self,
        job_id: str,
        reason: str = "",
        *,
        reset_attempts: bool = True,
        **overrides: Unpack[Changes],
    ) -> Job:
        """Bring a cancelled or discarded job back, with new attempts or with those it has left."""
        resumed = ResumeJob(reset_attempts, reason, _overrides(overrides))
        return await self._again(job_id, resumed)

    async def _again(self, job_id: str, control: Control) -> Job:
        job = await self._control(job_id, control)
        self.events.emit(EventName.JOB_RETRY, job)
        self._wake_for(job)
        return job

    async def promote(self) -> None:
        """Make ready what is due now. It happens by itself, but for a clock moved by hand."""
        await self.store.promote()
        self._wake()

    async def reprioritise(self, job_id: str, priority: Priority) -> Job:
        """Move an unfinished job to another priority, where it takes its turns anew."""
        job = await self._control(job_id, Reprioritise(priority))
        self._wake_for(job)
        return job

    async def reschedule(self, job_id: str, run_at: float) -> Job:
        """Let a waiting job wait until `run_at` (unix seconds); what is past means now."""
        if not isfinite(run_at):
            raise ValueError(f"A job cannot wait until {run_at}.")
        job = await self._control(job_id, Reschedule(run_at))
        (self._upkeep if job.durable else self.degraded).poke()
        return job

    async def delete(self, job_id: str) -> None:
        """Remove a finished job with all that is its, also what is still owed of it."""
        self._cache.forget((await self.get(job_id)).cache_key)
        await (await self.store_of(job_id)).delete(job_id)

    async def pause(self, queue: str | None = None) -> None:
        """Start no more jobs of this queue, or of all that are known, also after a restart."""
        for name in [queue] if queue is not None else await self._known():
            await self._policy(PauseQueue(name))

    async def resume_queue(self, queue: str | None = None) -> None:
        """Start jobs of this queue, or of all, again."""
        paused = (await self.store.policies()).paused
        for name in [queue] if queue is not None else sorted(paused):
            await self._policy(ResumeQueue(name))
        self._wake()
        self.degraded.wake()

    async def weigh(self, owner: int, weight: float) -> None:
        """Give the person so many turns for every one of others, from now on."""
        if not 0 < weight < inf:
            raise ValueError(f"A weight is a number above 0, not {weight}.")
        await self._policy(SetWeight(owner, weight))

    async def _policy(self, change: Policy) -> None:
        await self.store.policy(change)
        await self.degraded.store.policy(change)

    async def artifacts(self, job_id: str) -> list[File]:
        """The files that the job's runs have attached, by name."""
        return await (await self.store_of(job_id)).artifacts(job_id)

    async def outlooks(self, jobs: Sequence[Job]) -> Mapping[str, Outlook]:
        """For each ready job, by id: how many are before it, and when it may be done."""
        found: dict[str, Outlook] = {}
        for line, durable in ((self._outlooks, True), (self.degraded.outlooks, False)):
            some = [job for job in jobs if job.durable is durable]
            if some:
                found |= await line.of(some)
        return found

    async def status(self, owner: int | None = None) -> QueueStatus:
        """The queue at a glance, and this person's unfinished jobs."""
        stats = await self.store.stats()
        return QueueStatus(
            lines=tuple(
                QueueLine(
                    name,
                    stats.total(*WAITING, queue=name),
                    stats.total(State.PROCESSING, queue=name),
                    self._options.worker.slots(name),
                    queue_pace(stats, name),
                )
                for name in await self._known()
            ),
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

    async def _known(self) -> list[str]:
        stats = await self.store.stats()
        here = {job_type.queue for job_type in self.registry}
        return sorted(here | {group.queue for group in stats.counts})

    async def _own(self, owner: int | None) -> tuple[OwnJob, ...]:
        if owner is None:
            return ()
        unfinished = JobFilter(owner=owner, states=frozenset(State) - FINISHED)
        jobs = await self.find(unfinished, limit=10)
        ids = [job.id for job in jobs]
        ahead = await self.store.positions(ids) | await self.degraded.store.positions(ids)
        return tuple(OwnJob(job, ahead.get(job.id)) for job in jobs)

    def _wake(self) -> None:
        self._worker.wake()

    def _wake_for(self, job: Job) -> None:
        (self._worker if job.durable else self.degraded).wake()

    def _poke(self) -> None:
        self._upkeep.poke()

    def _notice(self) -> None:
        """Another process changed the store; called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._worker.wake)
            self._loop.call_soon_threadsafe(self._poke)

    async def _set_bounds(self) -> None:
        """Say what bounds the kinds of this process; those of others stay as they are."""
        policies = await self.store.policies()
        known = policies.bounds
        per_kind = {one.name: one.max_running for one in self.registry if one.max_running}
        per_key = {one.name: one.max_running_per_key for one in self.registry}
        others = {name: n for name, n in known.per_kind.items() if name not in per_key}
        bounds = Bounds(self._options.per_owner, others | per_kind, {**known.per_key, **per_key})
        await self._policy(SetBounds(bounds))
        for queue in policies.paused:
            await self.degraded.store.policy(PauseQueue(queue))

    def _taken_back(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            ended = {
                State.DISCARDED: EventName.JOB_FAILED,
                State.CANCELLED: EventName.JOB_CANCELLED,
            }
            self.events.emit(ended.get(job.state, EventName.JOB_RETRY), job)
        self._wake()


def _overrides(changes: Changes) -> Overrides:
    payload = changes.get("payload")
    if changes.get("max_attempts", 1) < 1:
        raise ValueError(f"A job has at least one attempt, not {changes['max_attempts']}.")
    if not 0 < changes.get("timeout_s", 1) < inf:
        raise ValueError(f"A timeout is some seconds above 0, not {changes['timeout_s']}.")
    return Overrides(
        None if payload is None else payload.model_dump_json(),
        changes.get("priority"),
        changes.get("max_attempts"),
        changes.get("timeout_s"),
    )
