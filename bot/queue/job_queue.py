"""The queue that everyone else calls: what it accepts is stored, and will end in a result."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from bot.queue.cache import ResultCache
from bot.queue.checkup import Checkup
from bot.queue.degraded import Degraded
from bot.queue.deliveries import NewDelivery
from bot.queue.drafting import Drafting
from bot.queue.errors import CommitUnknown, QueueError, QueueFull, StoreUnavailable
from bot.queue.events import EventName, Events
from bot.queue.handlers import AnyJobType, Registry
from bot.queue.health import Configured, Health
from bot.queue.job import Clock, Job, Priority
from bot.queue.options import QueueOptions
from bot.queue.outlook import Outlook, Outlooks
from bot.queue.reply import File
from bot.queue.sameness import Asker
from bot.queue.slots import Bounds
from bot.queue.states import State
from bot.queue.statistics import Statistics
from bot.queue.status import QueueStatus, lines_of
from bot.queue.steering import Steering
from bot.queue.store.base import Enqueued, JobFilter, PauseQueue, SetBounds, Store
from bot.queue.upkeep import Household, Upkeep, UpkeepOptions
from bot.queue.webhook import WebhookTarget
from bot.queue.whereabouts import Whereabouts
from bot.queue.worker import Worker

logger = logging.getLogger(__name__)


class JobQueue(Steering):
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
        self._jobs = Whereabouts(store, self.degraded.store)
        self._drafting = Drafting(self._options, clock)
        self._is_open = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def register(self, job_type: AnyJobType) -> None:
        """Add a kind of work. After `start` its jobs run, too, but how many of them may run at once
        is only said at the next start.
        """
        self.registry.register(job_type)
        self._worker.wake()

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
        webhook: WebhookTarget | None = None,
        private: bool = False,
        fresh: bool = False,
        inputs: Sequence[File] = (),
    ) -> Enqueued:
        """Store a job; when this returns it survives any crash, unless it is not `durable`: while
        the store is away, kinds that are `degraded` run without it.

        A `key` that is known answers the older job, and the same work that is active already is
        joined. A result that is still good completes the job at once, unless a `fresh` one is
        wanted; what is `private` is never shared with another person. `webhook` is called when
        the job has ended; `ValueError` says why it cannot be, or that `run_at` is no moment.
        `inputs` are kept with the job, beside its request. Raises `QueueFull`,
        `UserLimitReached`, what the gate refuses it with, `StoreUnavailable` (certainly not
        stored) or `CommitUnknown`.
        """
        if (running := self.degraded.running(key)) is not None:
            return Enqueued(running, created=False)
        asker = Asker(owner, guild, private, inputs)
        request = await job_type.prepare(request, asker)
        job = self._drafting.job(
            job_type, request, asker, key=key, priority=priority, run_at=run_at
        )
        deliveries = (*deliveries, *await self._owed_to_programs(job, webhook, private=private))
        if not fresh and job.state is State.PENDING:
            job = self._from_cache(job)
        try:
            taken = await self._admit(job, deliveries, fresh=fresh, inputs=inputs)
        except QueueFull:
            self.events.emit(EventName.QUEUE_FULL, job)
            raise
        if taken.created:
            self._created(taken.job)
        return taken

    async def _owed_to_programs(
        self, job: Job, own: WebhookTarget | None, *, private: bool
    ) -> Sequence[NewDelivery]:
        if self._options.webhooks is not None:
            return await self._options.webhooks(job, own, private=private)
        if own is not None:
            raise ValueError("This queue calls no webhooks: its options do not say how.")
        return ()

    async def _admit(
        self, job: Job, deliveries: Sequence[NewDelivery], *, fresh: bool, inputs: Sequence[File]
    ) -> Enqueued:
        """Store the job if the gate lets it; what costs nobody anything is not asked of it."""
        gate = self._options.gate
        if gate is None or job.state is State.COMPLETED:
            return await self._take(job, deliveries, fresh=fresh, inputs=inputs)
        await gate.admit(job)
        try:
            taken = await self._take(job, deliveries, fresh=fresh, inputs=inputs)
        except CommitUnknown:  # it may be stored
            raise
        except QueueError:
            await gate.let_go(job)
            raise
        if taken.job.id != job.id and (job.key is None or taken.job.key != job.key):
            await gate.let_go(job)
        return taken

    async def _take(
        self, job: Job, deliveries: Sequence[NewDelivery], *, fresh: bool, inputs: Sequence[File]
    ) -> Enqueued:
        """Store the job, or run it without the store where that is better than nothing."""
        limits = self._options.limits
        files = {job.id: inputs} if inputs else {}
        try:
            (stored,) = await self.store.enqueue(
                [job], {job.id: deliveries}, limits, fresh=fresh, inputs=files
            )
        except StoreUnavailable as away:
            if (older := self.degraded.remembered(job.key)) is not None:
                return Enqueued(older, created=False)
            if not self.degraded.takes(job):
                raise
            logger.warning("a job runs without the store: %s", away, extra={"job": job.id})
            return await self.degraded.enqueue(job, deliveries, limits, fresh=fresh, inputs=files)
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

    async def get(self, job_id: str) -> Job:
        """The job; raises `TaskNotFoundError`."""
        return await self._jobs.get(job_id)

    async def store_of(self, job_id: str) -> Store:
        """Where this job is kept: in the store, unless it runs without it."""
        return await self._jobs.of(job_id)

    async def find(
        self,
        wanted: JobFilter,
        before: str | None = None,
        limit: int = 25,
        *,
        after: str | None = None,
    ) -> list[Job]:
        """Jobs, newest first; `before` is the id of the last one of the page before.

        `after` is the id of the first one of a page: those just newer than it are found.
        """
        return await self._jobs.find(wanted, before, limit, after)

    async def is_awaited_by(self, person: int, job_id: str) -> bool:
        """Whether this person asked for the job, first or by joining it, and did not leave it."""
        return bool(await self._jobs.find(JobFilter(owner=person, id=job_id), None, 1))

    async def promote(self) -> None:
        """Make ready what is due now. It happens by itself, but for a clock moved by hand."""
        due = await self.store.promote()
        while due is not None and due <= self._clock():  # a store may do it in bites
            due = await self.store.promote()
        self._wake()

    async def artifacts(self, job_id: str) -> list[File]:
        """The files that the job's runs have attached, by name."""
        return await self._jobs.artifacts(job_id)

    async def inputs(self, job_id: str) -> list[File]:
        """The files that came with the request, by name."""
        return await (await self._jobs.of(job_id)).inputs(job_id)

    async def outlooks(self, jobs: Sequence[Job]) -> Mapping[str, Outlook]:
        """For each ready job, by id: how many are before it, and when it may be done."""
        found: dict[str, Outlook] = {}
        for line, durable in ((self._outlooks, True), (self.degraded.outlooks, False)):
            some = [job for job in jobs if job.durable is durable]
            if some:
                found |= await line.of(some)
        return found

    async def status(self, owner: int | None = None, guild: int | None = None) -> QueueStatus:
        """The queue at a glance, and this person's unfinished jobs (in this guild; None: any)."""
        stats = await self.store.stats()
        return QueueStatus(
            lines=lines_of(stats, self._known(stats), self._options.worker.slots),
            working=self._worker.running,
            completed=stats.total(State.COMPLETED),
            failed=stats.total(State.DISCARDED),
            own=() if owner is None else await self._jobs.own(owner, guild),
            notices=self._notices(),
        )

    def _notices(self) -> tuple[str, ...]:
        return tuple(said for said in (one.notice() for one in self.registry) if said)

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
            strange=self._worker.strange,
            notices=self._notices(),
        )

    def _poke(self) -> None:
        self._upkeep.poke()

    def _notice(self) -> None:
        """Another process changed the store; called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._worker.wake)
            self._loop.call_soon_threadsafe(self._poke)

    async def _set_bounds(self) -> None:
        """Say what bounds the kinds of this process; those of others stay as they are."""
        per_kind = {one.name: one.max_running for one in self.registry if one.max_running}
        per_key = {one.name: one.max_running_per_key for one in self.registry}
        bounds = Bounds(self._options.per_owner, per_kind, per_key)
        await self._jobs.policy(SetBounds(bounds, frozenset(per_key)))
        for queue in (await self.store.policies()).paused:
            await self.degraded.store.policy(PauseQueue(queue))

    def _taken_back(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            ended = {
                State.DISCARDED: EventName.JOB_FAILED,
                State.CANCELLED: EventName.JOB_CANCELLED,
            }
            self.events.emit(ended.get(job.state, EventName.JOB_RETRY), job)
        self._wake()
