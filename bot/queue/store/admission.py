"""Who is let in: a known key or the same work makes no new job, a known result needs no run, and
nothing goes over a limit. One decision for every store, over the facts that the store has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, Protocol

from bot.queue.deliveries import NewDelivery
from bot.queue.errors import QueueError, QueueFull, UserLimitReached
from bot.queue.figures import Kind
from bot.queue.job import Job
from bot.queue.states import State
from bot.queue.store.base import Enqueued, Inputs, Limits


class Ask(NamedTuple):
    """One call of `Store.enqueue`, which is admitted whole or refused whole."""

    jobs: Sequence[Job]
    deliveries: Mapping[str, Sequence[NewDelivery]] = MappingProxyType({})
    limits: Limits = Limits()
    fresh: bool = False
    inputs: Inputs = MappingProxyType({})


class Crowd(Protocol):
    """How many there are, which limits are about."""

    def waiting(self) -> int:
        """Unfinished jobs that are not running."""

    def active(self, owner: int) -> int:
        """Unfinished jobs of this person."""


class Facts(Crowd, Protocol):
    """What a store knows at the moment of the decision."""

    def by_key(self, key: str) -> Job | None:
        """The job that was enqueued, or joined, under this key."""

    def by_dedup_key(self, dedup_key: str) -> Job | None:
        """The newest active job that does this work now (or was put off after it had begun), and
        that nobody asked to cancel.
        """

    def cached(self, cache_key: str) -> str | None:
        """A result that is still good; asking counts as using it."""


@dataclass(frozen=True, slots=True)
class Join:
    """`asked` was not stored: whoever asked waits for the job `joined` like its own owner."""

    asked: Job
    joined: Job


class Admitted:
    """What was let in, with what has to be known of it to decide on the next."""

    def __init__(self) -> None:
        self.new: list[Job] = []
        self.joins: list[Join] = []
        self.keys: dict[str, Job] = {}
        self.work: dict[str, Job] = {}
        self.active: dict[int | None, int] = {}
        self.waiting = 0
        self.hits: list[Kind] = []
        self.misses: list[Kind] = []

    def count(self, job: Job) -> None:
        """One more that waits."""
        self.active[job.owner] = self.active.get(job.owner, 0) + 1
        self.waiting += 1

    def add(self, other: "Admitted") -> None:
        """This and then the other."""
        self.new += other.new
        self.joins += other.joins
        self.keys |= other.keys
        self.work |= other.work
        for owner, n in other.active.items():
            self.active[owner] = self.active.get(owner, 0) + n
        self.waiting += other.waiting
        self.hits += other.hits
        self.misses += other.misses


class Admission:
    """Decides on one ask after the other; `admitted` is what the store must write."""

    def __init__(self, facts: Facts, now: float) -> None:
        self._facts = facts
        self._now = now
        self.admitted = Admitted()

    def answer(self, ask: Ask) -> list[Enqueued] | QueueError:
        """An answer for each job, in order, or the refusal of them all."""
        draft = Admitted()
        answers = [self._admit(job, draft, fresh=ask.fresh) for job in ask.jobs]
        refusal = _refusal(self._facts, draft, ask.limits, self.admitted)
        if refusal is not None:
            return refusal
        self.admitted.add(draft)
        return answers

    def _admit(self, job: Job, draft: Admitted, *, fresh: bool) -> Enqueued:
        older = self._known(job, draft)
        if older is not None:
            return Enqueued(older, created=False)
        same = self._same_work(job, draft)
        if same is not None:
            draft.joins.append(Join(job, same))
            _note(draft, job, same)
            return Enqueued(same, created=False, joined=True)
        job = self._from_cache(job, draft, fresh=fresh)
        _note(draft, job, job)
        if job.state is not State.COMPLETED:
            draft.count(job)
            if job.dedup_key is not None and job.state is State.PENDING:
                draft.work[job.dedup_key] = job
        draft.new.append(job)
        return Enqueued(job, created=True)

    def _known(self, job: Job, draft: Admitted) -> Job | None:
        if job.key is None:
            return None
        just_now = draft.keys.get(job.key) or self.admitted.keys.get(job.key)
        return just_now or self._facts.by_key(job.key)

    def _same_work(self, job: Job, draft: Admitted) -> Job | None:
        """Who wants it later does not wait for what runs now, nor the other way round."""
        if job.dedup_key is None or job.state is not State.PENDING:
            return None
        just_now = draft.work.get(job.dedup_key) or self.admitted.work.get(job.dedup_key)
        return just_now or self._facts.by_dedup_key(job.dedup_key)

    def _from_cache(self, job: Job, draft: Admitted, *, fresh: bool) -> Job:
        """The job COMPLETED if its result is known: here, or to the process that asks."""
        if job.cache_key is None or job.state not in {State.PENDING, State.COMPLETED} or fresh:
            return job
        result = self._facts.cached(job.cache_key) or job.result
        (draft.misses if result is None else draft.hits).append(Kind(job.queue, job.type))
        if result is None:
            return job
        return job._replace(state=State.COMPLETED, result=result, finished_at=self._now)


def refuse_return(crowd: Crowd, job: Job, limits: Limits) -> None:
    """Raises `QueueFull` or `UserLimitReached` where this job, which had ended, would be one too
    many if it came back.
    """
    back = Admitted()
    back.count(job)
    refusal = _refusal(crowd, back, limits, Admitted())
    if refusal is not None:
        raise refusal


def _refusal(crowd: Crowd, draft: Admitted, limits: Limits, before: Admitted) -> QueueError | None:
    """Why this draft is too much, after those that were admitted `before`."""
    if limits.max_size is not None and draft.waiting:
        waiting = crowd.waiting() + before.waiting
        if waiting + draft.waiting > limits.max_size:
            return QueueFull(waiting)
    most = limits.max_active_per_owner
    if most is None:
        return None
    for owner, more in draft.active.items():
        if owner is not None:
            active = crowd.active(owner) + before.active.get(owner, 0)
            if active + more > most:
                return UserLimitReached(most)
    return None


def _note(draft: Admitted, asked: Job, job: Job) -> None:
    if asked.key is not None:
        draft.keys[asked.key] = job
