"""The executable model: what every store must do, said in the plainest way. Keeps nothing."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf
from threading import Lock
from types import MappingProxyType

from bot.queue import deliveries as outbox
from bot.queue import lifecycle
from bot.queue.controls import CancelJob, Control, controlled
from bot.queue.deliveries import Delivery, NewDelivery, Way
from bot.queue.errors import (
    InvalidStateTransitionError,
    QueueError,
    StoreError,
    TaskNotFoundError,
)
from bot.queue.figures import Figures, Observed, Tally, ended, looked_up, waited
from bot.queue.ids import new_id
from bot.queue.job import Clock, Job
from bot.queue.places import Places
from bot.queue.reply import File
from bot.queue.retention import Retention
from bot.queue.slots import Bounds, Slots, UsedInMemory
from bot.queue.states import FINISHED, WAITING, State
from bot.queue.store.admission import Admission, Admitted, Ask, Join, refuse_return
from bot.queue.store.base import (
    OLDEST_AMONG,
    Alive,
    Beat,
    BeatAnswer,
    CancelRequested,
    DueDelivery,
    Enqueued,
    Entry,
    Finish,
    Group,
    Inputs,
    JobFilter,
    Limits,
    Lost,
    PauseQueue,
    Policies,
    Policy,
    ResumeQueue,
    SetBounds,
    SettleDelivery,
    SetWeight,
    Stats,
    page,
)
from bot.queue.store.memory.debts import Debts
from bot.queue.store.memory.records import RecordsInMemory
from bot.queue.store.memory.results import Results
from bot.queue.store.pace import PaceKeeper
from bot.queue.store.texts import refuse_unstorable
from bot.queue.turns import Turns, lifted


class MemoryStore:
    """Jobs in a dictionary. Not durable; for tests, the sandbox and `memory://`."""

    def __init__(self, clock: Clock = time.time) -> None:
        self.process = f"memory-{new_id()}"
        self._clock = clock
        self._lock = Lock()
        self._jobs: dict[str, Job] = {}
        self._keys: dict[str, str] = {}
        self._debts = Debts()
        self._results = Results()
        self._inputs: dict[str, dict[str, File]] = {}
        self._records = RecordsInMemory()
        self._pace = PaceKeeper()
        self._tally = Tally()
        self._weights: dict[int, float] = {}
        self._places = Places(Slots(Bounds(), UsedInMemory()), Turns(weights=self._weights))
        self._people: dict[str, list[int | None]] = {}
        self._paused: set[str] = set()
        self._queues: set[str] = set()
        self._aged_at = -inf

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
        *,
        fresh: bool = False,
        inputs: Inputs = MappingProxyType({}),
    ) -> list[Enqueued]:
        """See `Store.enqueue`."""
        with self._alone(jobs, deliveries, inputs):
            ask = Ask(jobs, deliveries or {}, limits or Limits(), fresh, inputs)
            admission = Admission(self, self._clock())
            answers = admission.answer(ask)
            if isinstance(answers, QueueError):
                raise answers
            self._let_in(admission.admitted, ask.deliveries)
            for job in admission.admitted.new:
                if job.id in inputs:
                    self._inputs[job.id] = {file.name: file for file in inputs[job.id]}
            for observed in looked_up(admission.admitted.hits, admission.admitted.misses):
                self._observe(observed)
            return [one._replace(job=self._jobs[one.job.id]) for one in answers]

    def _let_in(self, admitted: Admitted, owed: Mapping[str, Sequence[NewDelivery]]) -> None:
        pairs = [(job, job.id) for job in admitted.new]
        pairs += [(join.joined, join.asked.id) for join in admitted.joins]
        new = [outbox.stored(job, one) for job, asked in pairs for one in owed.get(asked, ())]
        if len({job.id for job in admitted.new} - self._jobs.keys()) < len(admitted.new):
            raise StoreError("One of these ids is stored already, so nothing was enqueued.")
        self._debts.refuse_known(new)
        for job in admitted.new:
            self._queues.add(job.queue)
            self._jobs[job.id] = self._places.moved(None, job)
            if job.state is State.COMPLETED:
                files = self._results.files_of_result(job.cache_key)
                self._attach(self._jobs[job.id], files)
        self._keys.update((job.key, job.id) for job in admitted.new if job.key is not None)
        for join in admitted.joins:
            self._join(join)
        self._debts.add(new)

    def _join(self, join: Join) -> None:
        job_id = join.joined.id
        people = self._people.setdefault(job_id, [self._jobs[job_id].owner])
        people.append(join.asked.owner)
        if join.asked.key is not None:
            self._keys[join.asked.key] = job_id

    def by_key(self, key: str) -> Job | None:
        """See `Facts.by_key`."""
        return self._jobs[self._keys[key]] if key in self._keys else None

    def by_dedup_key(self, dedup_key: str) -> Job | None:
        """See `Facts.by_dedup_key`."""
        same = [
            job
            for job in self._jobs.values()
            if job.dedup_key == dedup_key
            and job.finished_at is None
            and (job.state is not State.SCHEDULED or job.started_at is not None)
            and job.cancel_requested_at is None
        ]
        return max(same, key=lambda job: job.id, default=None)

    def cached(self, cache_key: str) -> str | None:
        """See `Facts.cached`."""
        return self._results.good(cache_key, self._clock())

    def waiting(self) -> int:
        """See `Facts.waiting`."""
        return sum(job.state in WAITING for job in self._jobs.values())

    def active(self, owner: int) -> int:
        """See `Facts.active`."""
        return sum(job.owner == owner and job.finished_at is None for job in self._jobs.values())

    async def claim(self, worker: str, wants: Mapping[str, int], lease_s: float) -> list[Job]:
        """See `Store.claim`."""
        with self._alone(worker, wants):
            now = self._clock()
            chosen = [
                job
                for queue, n in wants.items()
                if queue not in self._paused
                for job in self._ready(queue)[:n]
            ]
            jobs = [lifecycle.claimed(job, worker, now, lease_s) for job in chosen]
            self._jobs.update((job.id, job) for job in jobs)
            self._places.turns.claimed(jobs)
            self._observe(waited(jobs, now))
            return jobs

    def _observe(self, observed: Observed) -> None:
        self._pace.observe(observed)
        self._tally.add(observed, self._clock())

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
        job = job._replace(
            lease_until=lease_until,
            losses=job.losses if beat.checkpoint is None else 0,
            progress=job.progress if beat.progress is None else beat.progress,
            checkpoint=job.checkpoint if beat.checkpoint is None else beat.checkpoint,
            log=job.log if beat.log is None else beat.log,
        )
        self._attach(job, {file.name: file for file in beat.artifacts})
        return Alive() if job.cancel_requested_at is None else CancelRequested(job.error or "")

    def _attach(self, job: Job, files: Mapping[str, File]) -> None:
        self._jobs[job.id] = job._replace(attached=self._results.attach(job.id, files))

    def _held(self, job_id: str, token: int) -> Job | None:
        job = self._jobs.get(job_id)
        held = job is not None and job.state is State.PROCESSING and job.token == token
        return job if held else None

    async def finish(self, finishes: Sequence[Finish]) -> list[State | None]:
        """See `Store.finish`."""
        with self._alone(finishes):
            states = [self._finish(finish) for finish in finishes]
            self._unpark()
            return states

    def _finish(self, finish: Finish) -> State | None:
        job = self._held(finish.job_id, finish.token)
        if job is None:
            return None
        return self._save(lifecycle.settled(job, finish.outcome, self._clock())).state

    def _save(self, job: Job) -> Job:
        job = self._places.moved(self._jobs[job.id], job)
        self._jobs[job.id] = job
        if job.state in FINISHED:
            self._observe(ended(job))
            self._debts.change(job.id, lambda owed: outbox.came_due(owed, self._clock()))
        if job.state is State.COMPLETED:
            self._results.keep(job, self._clock())
        return job

    def _unpark(self) -> None:
        for _, job in self._places.unparked(self._parked, self._clock()):
            self._jobs[job.id] = job

    def _parked(self, slot: str, n: int) -> list[Job]:
        parked = (job for job in self._jobs.values() if job.parked_on == slot)
        return sorted(parked, key=lambda job: job.order)[:n]

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
            taken_back = [self._save(lifecycle.lost(job, now, max_losses)) for job in dead]
            self._unpark()
            return taken_back

    async def age(self, after_s: float, every_s: float) -> int:
        """See `Store.age`."""
        with self._alone():
            now = self._clock()
            if 0 <= now - self._aged_at < every_s:
                return 0
            self._aged_at = now
            risen = lifted(self._may_age(), now, after_s)
            for job in risen:
                self._save(job)
            return len(risen)

    def _may_age(self) -> list[Job]:
        jobs = sorted(self._jobs.values(), key=lambda job: job.order, reverse=True)
        first_parked = {(job.parked_on, job.lane): job for job in jobs if job.parked_on is not None}
        return [job for job in jobs if job.state is State.PENDING] + list(first_parked.values())

    async def control(self, job_id: str, control: Control, limits: Limits | None = None) -> Job:
        """See `Store.control`."""
        with self._alone(job_id, control):
            before = self._known(job_id)
            if isinstance(control, CancelJob) and self._leaves(before, control.by):
                return before
            after = controlled(before, control, self._clock())
            if before.state in FINISHED:
                refuse_return(self, after, limits or Limits())
            self._save(after)
            if before.state in FINISHED:
                self._debts.change(job_id, outbox.told_anew)
            if after.attached != before.attached:  # what was attached was of other work
                self._results.remove(job_id)
            self._unpark()
            return self._jobs[job_id]

    def _leaves(self, job: Job, person: int | None) -> bool:
        """Whether only this person leaves, because others wait for the job too."""
        people = self._people.get(job.id, [])
        others = [one for one in people if one != person]
        if person is None or not others or job.finished_at is not None:
            return False
        self._people[job.id] = others
        self._debts.change(job.id, lambda owed: outbox.left(owed) if owed.owner == person else owed)
        return True

    async def delete(self, job_id: str, *, recall: bool = False) -> None:
        """See `Store.delete`."""
        with self._alone(job_id):
            job = self._known(job_id)
            if job.state not in FINISHED:
                raise InvalidStateTransitionError(job.state, "be_deleted")
            self._remove(job)
            if recall:
                self._results.forget(job.cache_key)

    async def policy(self, change: Policy) -> None:
        """See `Store.policy`."""
        with self._alone(change):
            match change:
                case SetBounds():
                    self._set_bounds(change)
                case SetWeight(owner, weight):
                    self._weights[owner] = weight
                case PauseQueue(queue):
                    self._paused.add(queue)
                case ResumeQueue(queue):
                    self._paused.discard(queue)

    def _set_bounds(self, change: SetBounds) -> None:
        before = self._places.slots.bounds
        bounds = change.over(before)
        if bounds == before:
            return
        slots = Slots(bounds, UsedInMemory())
        self._places = Places(slots, self._places.turns)
        for job in self._jobs.values():
            if job.state is State.PROCESSING:
                slots.hold(job)
        waiting = [job for job in self._jobs.values() if job.state in {State.PENDING, State.PARKED}]
        for _, job in self._places.replaced(waiting, self._clock()):
            self._jobs[job.id] = job

    async def policies(self) -> Policies:
        """See `Store.policies`."""
        with self._alone():
            bounds = self._places.slots.bounds
            return Policies(bounds, dict(self._weights), frozenset(self._paused))

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
                (job for job in finished if not self._debts.is_open(job.id)),
                key=lambda job: job.finished_at or 0,
            )
            stale = [job for job in idle if retention.past_keeping(job, now)]
            gone = {job.id: job for job in [*idle[:excess], *stale]}
            for job in list(gone.values())[:limit]:
                self._remove(job)
            for job in finished:
                if job.state is State.COMPLETED:
                    self._inputs.pop(job.id, None)
            self._results.trim(retention.cached, now)
            self._forget_turns()
            self._tally.forget(now)
            return min(len(gone), limit)

    def _forget_turns(self) -> None:
        """Forget turns that change nothing, and those at slots on which nobody is parked."""
        turns = self._places.turns
        parked = {job.parked_on for job in self._jobs.values() if job.state is State.PARKED}
        ready = {job.queue for job in self._jobs.values() if job.state is State.PENDING}
        idle = [
            (place, lane, owner)
            for (place, lane, owner), ended_at in turns.ends.items()
            if ended_at <= turns.times.get((place, lane), 0.0) or place not in parked | self._queues
        ]
        for person in idle:
            del turns.ends[person]
        left = {(place, lane) for place, lane, _ in turns.ends}
        for place, lane in {(place, lane) for place, lane, _ in idle} - left:
            if place not in parked | ready:
                turns.times.pop((place, lane), None)

    def _remove(self, job: Job) -> None:
        self._debts.remove(job.id)
        self._results.remove(job.id)
        self._inputs.pop(job.id, None)
        self._keys = {key: job_id for key, job_id in self._keys.items() if job_id != job.id}
        self._people.pop(job.id, None)
        del self._jobs[job.id]

    async def get(self, job_id: str) -> Job | None:
        """See `Store.get`."""
        with self._alone(job_id):
            return self._jobs.get(job_id)

    async def artifacts(self, job_id: str) -> list[File]:
        """See `Store.artifacts`."""
        with self._alone(job_id):
            files = self._results.files(job_id)
            return [files[name] for name in sorted(files)]

    async def inputs(self, job_id: str) -> list[File]:
        """See `Store.inputs`."""
        with self._alone(job_id):
            files = self._inputs.get(job_id, {})
            return [files[name] for name in sorted(files)]

    async def find(
        self,
        wanted: JobFilter,
        before: str | None = None,
        limit: int = 25,
        *,
        after: str | None = None,
    ) -> list[Job]:
        """See `Store.find`."""
        with self._alone(wanted, before, after):
            jobs = [job for job in self._jobs.values() if self._fits(job, wanted)]
        return page(jobs, before, limit, after)

    def _fits(self, job: Job, wanted: JobFilter) -> bool:
        owners = self._people.get(job.id, [job.owner])
        return (
            (wanted.owner is None or wanted.owner in owners)
            and (wanted.guild is None or job.guild == wanted.guild)
            and (wanted.type is None or job.type == wanted.type)
            and (wanted.id is None or job.id == wanted.id)
            and (wanted.prefix is None or job.id.startswith(wanted.prefix))
            and (not wanted.states or job.state in wanted.states)
        )

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
            return Stats(counts, len(people), dict(self._pace.by_kind), self._ready_since())

    def _ready_since(self) -> dict[str, float]:
        lines: dict[tuple[str, int], list[Job]] = defaultdict(list)
        for job in self._jobs.values():
            if job.state is State.PENDING:
                lines[job.queue, job.lane].append(job)
        oldest: dict[str, float] = {}
        for (queue, _), jobs in lines.items():
            first = sorted(jobs, key=lambda job: job.order)[:OLDEST_AMONG]
            since = min(job.run_at for job in first)
            oldest[queue] = min(since, oldest.get(queue, since))
        return oldest

    async def figures(self) -> Figures:
        """See `Store.figures`."""
        with self._alone():
            return self._tally.figures(self._clock())

    async def deliveries(self, job_id: str) -> list[Delivery]:
        """See `Store.deliveries`."""
        with self._alone(job_id):
            return self._debts.of(job_id)

    async def deliveries_claim(
        self, worker: str, limit: int, lease_s: float, way: Way = Way.PERSON
    ) -> list[DueDelivery]:
        """See `Store.deliveries_claim`."""
        with self._alone(worker):
            leased = self._debts.lease(worker, limit, self._clock(), lease_s, way)
            return [DueDelivery(one, self._jobs.get(one.job_id)) for one in leased]

    async def deliveries_settle(self, settled: Sequence[SettleDelivery]) -> list[bool]:
        """See `Store.deliveries_settle`."""
        with self._alone(settled):
            return [self._debts.settle(one, self._clock(), self._is_finished) for one in settled]

    def _is_finished(self, job_id: str) -> bool:
        return self._jobs[job_id].state in FINISHED

    async def deliveries_next(self, way: Way = Way.PERSON) -> float | None:
        """See `Store.deliveries_next`."""
        with self._alone():
            return self._debts.next_due(way)

    async def note(self, scope: str, name: str, value: str | None) -> None:
        """See `Records.note`."""
        with self._alone(scope, name, value):
            self._records.note(scope, name, value)

    async def swap(
        self, scope: str, name: str, before: str | None, after: str | None
    ) -> str | None:
        """See `Records.swap`."""
        with self._alone(scope, name, before, after):
            return self._records.swap(scope, name, before, after)

    async def notes(self, scope: str) -> dict[str, str]:
        """See `Records.notes`."""
        with self._alone(scope):
            return self._records.notes(scope)

    async def record(self, scope: str, text: str) -> None:
        """See `Records.record`."""
        with self._alone(scope, text):
            self._records.record(scope, text, self._clock())

    async def entries(self, scope: str, before: int | None = None, limit: int = 25) -> list[Entry]:
        """See `Records.entries`."""
        with self._alone(scope):
            return self._records.entries(scope, before, limit)
