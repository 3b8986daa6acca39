"""Work goes on while the store is away: jobs of kinds that allow it run in this process alone.

They live in a small queue in memory, with a worker and slots of its own. So all that is promised of
a job holds for them too (turns, bounds, deadline, retries, cancellation, its news), but for one
thing: what is not done when the process ends is lost. If it ends calmly, the owner is told so.
"""

from collections import OrderedDict
from collections.abc import Sequence
from contextvars import Context
from dataclasses import replace

from bot.queue.controls import DiscardJob
from bot.queue.deliveries import NewDelivery
from bot.queue.errors import QueueFull, StoreUnavailable
from bot.queue.events import EventName, Events
from bot.queue.handlers import Registry
from bot.queue.job import Clock, Job
from bot.queue.outlook import Outlooks
from bot.queue.retention import Retention
from bot.queue.sentences import sentence
from bot.queue.states import UNFINISHED, State
from bot.queue.store.base import Enqueued, Inputs, JobFilter, Limits
from bot.queue.store.memory import MemoryStore
from bot.queue.upkeep import Household, Upkeep, UpkeepOptions
from bot.queue.worker import Worker, WorkerOptions

MOST_WAITING = 32
"""Jobs that may wait here; a person who is refused knows at once that nothing will come."""

MOST_LOSSES = 10
"""Leases that one job may lose; here only a machine that slept can cost one."""

KEYS_KEPT = 1000
"""Stored jobs that are known by their key without asking the store."""

KEPT = Retention(completed_s=3600, failed_s=3600, most=200)
"""What ended stays known for an hour at most: late presses and repeated questions find it."""


class Degraded:
    """Takes jobs between `open` and `stop`; `store` has them and what is owed of them."""

    def __init__(
        self, registry: Registry, options: WorkerOptions, events: Events, clock: Clock
    ) -> None:
        self.store = MemoryStore(clock)
        self.outlooks = Outlooks(self.store, options.slots, clock)
        self._registry = registry
        self._events = events
        self._worker = Worker(self.store, registry, options, events, self.poke, clock)
        self._upkeep = Upkeep(
            self.store,
            UpkeepOptions(options.lease_s, MOST_LOSSES, KEPT),
            Household(self._worker.beat, self.wake, lambda _: self.wake(), events.failure),
            clock,
        )
        self._is_open = self._works = False
        self._stored: OrderedDict[str, Job] = OrderedDict()

    def open(self) -> None:
        """Take jobs from now on."""
        self._is_open = True

    def takes(self, job: Job) -> bool:
        """Whether this job may run here: not one for later, which a restart may well lose."""
        kinds = {job_type.name for job_type in self._registry if job_type.degraded}
        return self._is_open and job.type in kinds and job.state is not State.SCHEDULED

    async def enqueue(
        self,
        job: Job,
        deliveries: Sequence[NewDelivery],
        limits: Limits,
        *,
        fresh: bool,
        inputs: Inputs,
    ) -> Enqueued:
        """Take a job that the store refused. Raises `UserLimitReached`, or `StoreUnavailable` if
        enough of them wait already.
        """
        most = MOST_WAITING if limits.max_size is None else min(MOST_WAITING, limits.max_size)
        job = job._replace(durable=False)
        try:
            (taken,) = await self.store.enqueue(
                [job],
                {job.id: deliveries},
                replace(limits, max_size=most),
                fresh=fresh,
                inputs=inputs,
            )
        except QueueFull as full:
            raise StoreUnavailable(f"{full.size} jobs wait to run without it already.") from full
        await self._start()
        return taken

    async def _start(self) -> None:
        if not self._works:
            self._works = True
            await self._upkeep.start()
            Context().run(self._worker.start)  # what is bound to the asker's task stays there

    def running(self, key: str | None) -> Job | None:
        """The job that was taken here under this key."""
        return None if key is None else self.store.by_key(key)

    def remember(self, stored: Job) -> None:
        """This one is stored: whoever asks it again joins it, also while the store is away."""
        if stored.key is not None:
            self._stored[stored.key] = stored
            if len(self._stored) > KEYS_KEPT:
                self._stored.popitem(last=False)

    def remembered(self, key: str | None) -> Job | None:
        """The job that was stored under this key not long ago, as it was then."""
        return None if key is None else self._stored.get(key)

    def wake(self) -> None:
        """There may be work."""
        self._worker.wake()

    def poke(self) -> None:
        """Some job may be due earlier than known."""
        self._upkeep.poke()

    def cancel(self, job_id: str, reason: str) -> None:
        """Interrupt the run of this job, if it is here."""
        self._worker.cancel(job_id, reason)

    async def stop(self, grace_s: float) -> None:
        """Take no more; runs may end within `grace_s`, and who is left without is told."""
        self._is_open = False
        await self._worker.stop(grace_s)
        unfinished = JobFilter(states=UNFINISHED)
        while left := await self.store.find(unfinished):
            for job in left:
                lost = await self.store.control(job.id, DiscardJob(sentence("end-unkept")))
                self._events.emit(EventName.JOB_FAILED, lost)
        await self._upkeep.stop()
