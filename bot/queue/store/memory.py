"""The executable model: what every store must do, said in the plainest way. Keeps nothing."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock

from ulid import ULID

from bot.queue import deliveries as outbox
from bot.queue import lifecycle
from bot.queue.deliveries import Delivery, NewDelivery
from bot.queue.errors import QueueFull, StoreError, TaskNotFoundError, UserLimitReached
from bot.queue.figures import Figures, Observed, Tally, ended, waited
from bot.queue.job import Clock, Job
from bot.queue.retention import Retention
from bot.queue.states import FINISHED, WAITING, State
from bot.queue.store.admission import admitted
from bot.queue.store.base import (
    Alive,
    Beat,
    BeatAnswer,
    CancelRequested,
    DueDelivery,
    Enqueued,
    Finish,
    Group,
    JobFilter,
    Limits,
    Lost,
    SettleDelivery,
    Stats,
)
from bot.queue.store.pace import PaceKeeper
from bot.queue.store.texts import refuse_unstorable
from bot.queue.turns import Turns, takes_turn


class MemoryStore:
    """Jobs in a dictionary. Not durable; for tests, the sandbox and `memory://`."""

    def __init__(self, clock: Clock = time.time) -> None:
        self.process = f"memory-{ULID()}"
        self._clock = clock
        self._lock = Lock()
        self._jobs: dict[str, Job] = {}
        self._keys: dict[str, str] = {}
        self._deliveries: dict[str, Delivery] = {}
        self._pace = PaceKeeper()
        self._tally = Tally()
        self._turns = Turns()

    async def open(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to release: what was stored stays readable until the process ends."""

    def on_wake(self, callback: Callable[[], None]) -> None:
        """No other process can see this store, so there is nothing to hint at."""

    @contextmanager
    def _alone(self, *given: object) -> Iterator[None]:
        """One call at a time, which has been given nothing that could make it fail halfway."""
        refuse_unstorable(given)
        with self._lock:
            yield

    async def enqueue(
        self,
        jobs: Sequence[Job],
        deliveries: Mapping[str, Sequence[NewDelivery]] | None = None,
        limits: Limits | None = None,
    ) -> list[Enqueued]:
        """See `Store.enqueue`."""
        with self._alone(jobs, deliveries):
            answers = admitted(jobs, self._by_key)
            new = [answer.job for answer in answers if answer.created]
            owed = [
                outbox.stored(j.id, one) for j in new for one in (deliveries or {}).get(j.id, ())
            ]
            self._check(new, limits or Limits())
            _refuse_known(new, self._jobs)
            _refuse_known(owed, self._deliveries)
            self._jobs.update((job.id, self._ranked(None, job)) for job in new)
            self._keys.update((job.key, job.id) for job in new if job.key is not None)
            self._deliveries.update((delivery.id, delivery) for delivery in owed)
            return [replace(answer, job=self._jobs[answer.job.id]) for answer in answers]

    def _ranked(self, before: State | None, job: Job) -> Job:
        return self._turns.taken(job) if takes_turn(before, job.state) else job

    def _by_key(self, key: str) -> Job | None:
        return self._jobs[self._keys[key]] if key in self._keys else None

    def _check(self, new: Sequence[Job], limits: Limits) -> None:
        waiting = sum(job.state in WAITING for job in self._jobs.values())
        if limits.max_size is not None and waiting + len(new) > limits.max_size and new:
            raise QueueFull(waiting)
        most = limits.max_active_per_owner
        for owner, more in Counter(job.owner for job in new if job.owner is not None).items():
            active = sum(
                job.owner == owner and job.finished_at is None for job in self._jobs.values()
            )
            if most is not None and active + more > most:
                raise UserLimitReached(most)

    async def claim(self, worker: str, wants: Mapping[str, int], lease_s: float) -> list[Job]:
        """See `Store.claim`."""
        with self._alone(worker, wants):
            now = self._clock()
            chosen = [job for queue, n in wants.items() for job in self._ready(queue)[:n]]
            jobs = [lifecycle.claimed(job, worker, now, lease_s) for job in chosen]
            self._jobs.update((job.id, job) for job in jobs)
            self._turns.claimed(jobs)
            self._observe(waited(jobs, now), now)
            return jobs

    def _observe(self, observed: Observed, now: float) -> None:
        self._pace.observe(observed)
        self._tally.add(observed, now)

    def _ready(self, queue: str) -> list[Job]:
        ready = (j for j in self._jobs.values() if j.queue == queue and j.state is State.PENDING)
        return sorted(ready, key=lambda job: job.order)

    async def beat(self, beats: Sequence[Beat], lease_s: float) -> list[BeatAnswer]:
        """See `Store.beat`."""
        with self._alone(beats):
            return [self._beat(beat, self._clock() + lease_s) for beat in beats]

    def _beat(self, beat: Beat, lease_until: float) -> BeatAnswer:
        job = self._held(beat.job_id, beat.token)
        if job is None:
            return Lost()
        job = replace(
            job,
            lease_until=lease_until,
            losses=job.losses if beat.checkpoint is None else 0,
            progress=job.progress if beat.progress is None else beat.progress,
            checkpoint=job.checkpoint if beat.checkpoint is None else beat.checkpoint,
            log=job.log if beat.log is None else beat.log,
        )
        self._jobs[job.id] = job
        return Alive() if job.cancel_requested_at is None else CancelRequested(job.error or "")

    def _held(self, job_id: str, token: int) -> Job | None:
        job = self._jobs.get(job_id)
        held = job is not None and job.state is State.PROCESSING and job.token == token
        return job if held else None

    async def finish(self, finishes: Sequence[Finish]) -> list[State | None]:
        """See `Store.finish`."""
        with self._alone(finishes):
            return [self._finish(finish) for finish in finishes]

    def _finish(self, finish: Finish) -> State | None:
        job = self._held(finish.job_id, finish.token)
        if job is None:
            return None
        return self._save(lifecycle.settled(job, finish.outcome, self._clock())).state

    def _save(self, job: Job) -> Job:
        job = self._ranked(self._jobs[job.id].state, job)
        self._jobs[job.id] = job
        if job.state in FINISHED:
            self._observe(ended(job), self._clock())
            for delivery in self._of(job.id):
                self._deliveries[delivery.id] = outbox.came_due(delivery, self._clock())
        return job

    async def promote(self) -> float | None:
        """See `Store.promote`."""
        with self._alone():
            timed = [
                job
                for job in self._jobs.values()
                if job.state in {State.SCHEDULED, State.RETRYABLE}
            ]
            now = self._clock()
            for job in sorted(timed, key=lambda job: job.run_at):
                if job.run_at <= now:
                    self._save(lifecycle.promoted(job))
            return min((job.run_at for job in timed if job.run_at > now), default=None)

    async def reap(self, max_losses: int) -> list[Job]:
        """See `Store.reap`."""
        with self._alone():
            now = self._clock()
            dead = [
                job
                for job in self._jobs.values()
                if job.state is State.PROCESSING and (job.lease_until or 0) < now
            ]
            return [self._save(lifecycle.lost(job, now, max_losses)) for job in dead]

    async def cancel(self, job_id: str, reason: str) -> Job:
        """See `Store.cancel`."""
        with self._alone(job_id, reason):
            return self._save(lifecycle.cancelled(self._known(job_id), reason, self._clock()))

    async def retry(self, job_id: str) -> Job:
        """See `Store.retry`."""
        with self._alone(job_id):
            job = self._save(lifecycle.retried(self._known(job_id), self._clock()))
            for delivery in self._of(job_id):
                self._deliveries[delivery.id] = outbox.told_anew(delivery)
            return job

    def _known(self, job_id: str) -> Job:
        try:
            return self._jobs[job_id]
        except KeyError:
            raise TaskNotFoundError(job_id) from None

    async def purge(self, retention: Retention, limit: int) -> int:
        """See `Store.purge`."""
        with self._alone():
            now = self._clock()
            finished = [job for job in self._jobs.values() if job.finished_at is not None]
            excess = max(0, len(finished) - retention.most)
            idle = sorted(
                (job for job in finished if not self._is_owed(job)),
                key=lambda job: job.finished_at or 0,
            )
            stale = [job for job in idle if retention.past_keeping(job, now)]
            gone = {job.id: job for job in [*idle[:excess], *stale]}
            for job in list(gone.values())[:limit]:
                self._remove(job)
            self._tally.forget(now)
            return min(len(gone), limit)

    def _is_owed(self, job: Job) -> bool:
        return any(delivery.is_open for delivery in self._of(job.id))

    def _remove(self, job: Job) -> None:
        for delivery in self._of(job.id):
            del self._deliveries[delivery.id]
        if job.key is not None:
            del self._keys[job.key]
        del self._jobs[job.id]

    async def get(self, job_id: str) -> Job | None:
        """See `Store.get`."""
        with self._alone(job_id):
            return self._jobs.get(job_id)

    async def find(
        self, wanted: JobFilter, before: str | None = None, limit: int = 25
    ) -> list[Job]:
        """See `Store.find`."""
        with self._alone(wanted, before):
            jobs = sorted(self._jobs.values(), key=lambda job: job.id, reverse=True)
        return [job for job in jobs if _fits(job, wanted) and (before is None or job.id < before)][
            :limit
        ]

    async def positions(self, job_ids: Sequence[str], cap: int = 1000) -> dict[str, int]:
        """See `Store.positions`."""
        with self._alone(job_ids):
            asked = [self._jobs[job_id] for job_id in job_ids if job_id in self._jobs]
            return {
                job.id: min(cap, sum(other.order < job.order for other in self._ready(job.queue)))
                for job in asked
                if job.state is State.PENDING
            }

    async def stats(self) -> Stats:
        """See `Store.stats`."""
        with self._alone():
            jobs = self._jobs.values()
            counts = Counter(Group(job.queue, job.type, job.priority, job.state) for job in jobs)
            people = {job.owner for job in jobs if job.finished_at is None} - {None}
            queues = {job.queue for job in jobs if job.state is State.PENDING}
            ready_since = {q: min(job.run_at for job in self._ready(q)) for q in queues}
            return Stats(dict(counts), dict(self._pace.by_kind), len(people), ready_since)

    async def observe(self, observed: Observed) -> None:
        """See `Store.observe`."""
        with self._alone():
            self._observe(observed, self._clock())

    async def figures(self) -> Figures:
        """See `Store.figures`."""
        with self._alone():
            return self._tally.figures(self._clock())

    async def deliveries(self, job_id: str) -> list[Delivery]:
        """See `Store.deliveries`."""
        with self._alone(job_id):
            return self._of(job_id)

    def _of(self, job_id: str) -> list[Delivery]:
        return [d for d in self._deliveries.values() if d.job_id == job_id]

    async def deliveries_claim(self, worker: str, limit: int, lease_s: float) -> list[DueDelivery]:
        """See `Store.deliveries_claim`."""
        with self._alone(worker):
            now = self._clock()
            due = sorted(
                (d for d in self._open_deliveries() if d.due_at <= now),
                key=lambda d: (d.due_at, d.id),
            )[:limit]
            claimed = [outbox.leased(delivery, worker, now, lease_s) for delivery in due]
            self._deliveries.update((delivery.id, delivery) for delivery in claimed)
            return [DueDelivery(d, self._jobs.get(d.job_id)) for d in claimed]

    def _open_deliveries(self) -> list[Delivery]:
        return [delivery for delivery in self._deliveries.values() if delivery.is_open]

    async def deliveries_settle(self, settled: Sequence[SettleDelivery]) -> list[bool]:
        """See `Store.deliveries_settle`."""
        with self._alone(settled):
            return [self._settle(one) for one in settled]

    def _settle(self, one: SettleDelivery) -> bool:
        delivery = self._deliveries.get(one.delivery_id)
        if delivery is None or one.token not in {None, delivery.token}:
            return False
        finished = self._jobs[delivery.job_id].state in FINISHED
        after = outbox.settled(delivery, one.settlement, self._clock(), job_finished=finished)
        self._deliveries[delivery.id] = after or delivery
        return after is not None

    async def deliveries_next(self) -> float | None:
        """See `Store.deliveries_next`."""
        with self._alone():
            return min((d.due_at for d in self._open_deliveries()), default=None)


def _refuse_known(new: Sequence[Job | Delivery], stored: Mapping[str, Job | Delivery]) -> None:
    if len({one.id for one in new} - stored.keys()) < len(new):
        raise StoreError("One of these ids is stored already, so nothing was enqueued.")


def _fits(job: Job, wanted: JobFilter) -> bool:
    return (
        (wanted.owner is None or job.owner == wanted.owner)
        and (wanted.guild is None or job.guild == wanted.guild)
        and (wanted.type is None or job.type == wanted.type)
        and (not wanted.states or job.state in wanted.states)
    )
