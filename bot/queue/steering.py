"""What people may do to jobs and queues, wherever they are: each thing is stored first, then told
to whom it concerns in this process.
"""

from dataclasses import replace
from math import inf, isfinite
from typing import TypedDict, Unpack

from pydantic import BaseModel

from bot.queue.cache import ResultCache
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
from bot.queue.errors import QueueFull, UserLimitReached
from bot.queue.events import EventName, Events
from bot.queue.handlers import Registry
from bot.queue.job import Job, Priority
from bot.queue.options import QueueOptions
from bot.queue.states import FINISHED, State
from bot.queue.store.base import PauseQueue, ResumeQueue, SetWeight, Stats
from bot.queue.upkeep import Upkeep
from bot.queue.whereabouts import Whereabouts
from bot.queue.worker import Worker


class Changes(TypedDict, total=False):
    """What may be changed when a job runs again."""

    payload: BaseModel
    priority: Priority
    max_attempts: int
    timeout_s: float


_IN_VAIN = FINISHED - {State.COMPLETED}


class Steering:
    """The half of a queue that changes what it has already."""

    _options: QueueOptions
    _jobs: Whereabouts
    _worker: Worker
    _upkeep: Upkeep
    _cache: ResultCache
    events: Events
    registry: Registry
    degraded: Degraded

    async def cancel(self, job_id: str, reason: str = "", by: int | None = None) -> Job:
        """Cancel the job: at once if it waits; a run is interrupted, wherever it is, within 2 s.

        `by` is the person who asks, if it is one of those who wait for it: while there are others,
        it goes on for them. Raises `TaskNotFoundError`, or `InvalidStateTransitionError` if it is
        finished.
        """
        job = await self._jobs.control(job_id, CancelJob(reason, by))
        if job.state in FINISHED:
            self.events.emit(EventName.JOB_CANCELLED, job)
        elif job.cancel_requested_at is not None:
            self._worker.cancel(job_id, reason)
            self.degraded.cancel(job_id, reason)
        self._wake_for(job)
        return job

    async def discard(self, job_id: str, reason: str) -> Job:
        """Give the job up now, whatever it does; raises as `cancel`.

        A run counts for nothing from now on, and is interrupted with its worker's next beat. Its
        slots are free at once: another job of its `limit_key` may begin while its handler still
        cleans up. Where that must not be, `cancel` it, which keeps them until it has stopped.
        """
        job = await self._jobs.control(job_id, DiscardJob(reason))
        self.events.emit(EventName.JOB_FAILED, job)
        await self._worker.beat()
        self._wake_for(job)
        return job

    async def retry(self, job_id: str, reason: str = "", **overrides: Unpack[Changes]) -> Job:
        """Run a failed, cancelled or discarded job (again) now; its subscribers are told anew.

        Overrides: `payload` (a request of its kind, with the `limit_key` of which it runs from now
        on, without the checkpoint and files of the one before), `priority`, `max_attempts`,
        `timeout_s`. What had ended counts as a new job does. Raises as `cancel`,
        `QueueFull` or `UserLimitReached`, what the gate refuses it with, and `ValueError` for an
        override that makes no sense.
        """
        changes = await self._overrides(job_id, overrides)
        return await self._again(job_id, RetryJob(reason, changes))

    async def resume(
        self,
        job_id: str,
        reason: str = "",
        *,
        reset_attempts: bool = True,
        **overrides: Unpack[Changes],
    ) -> Job:
        """Bring a cancelled or discarded job back, with new attempts or with those it has left."""
        changes = await self._overrides(job_id, overrides)
        return await self._again(job_id, ResumeJob(reset_attempts, reason, changes))

    async def _overrides(self, job_id: str, changes: Changes) -> Overrides:
        """What is changed; another payload shares its `limit_key` if its kind is known here."""
        overrides, payload = _checked(changes), changes.get("payload")
        if payload is None:
            return overrides
        job = await self._jobs.get(job_id)
        if job.type not in self.registry:
            return replace(overrides, limit_key=job.limit_key)
        kind = self.registry[job.type]
        return replace(overrides, limit_key=kind.limit_key(payload, job.guild))

    async def _again(self, job_id: str, control: Control) -> Job:
        gate = self._options.gate
        if gate is not None and (ended := await self._jobs.get(job_id)).state in _IN_VAIN:
            await gate.admit(ended)
        try:
            job = await self._jobs.control(job_id, control, self._options.limits)
        except (QueueFull, UserLimitReached):
            if gate is not None:
                await gate.let_go(await self._jobs.get(job_id))
            raise
        self.events.emit(EventName.JOB_RETRY, job)
        self._wake_for(job)
        return job

    async def reprioritise(self, job_id: str, priority: Priority) -> Job:
        """Move an unfinished job to another priority, where it takes its turns anew."""
        job = await self._jobs.control(job_id, Reprioritise(priority))
        self._wake_for(job)
        return job

    async def reschedule(self, job_id: str, run_at: float) -> Job:
        """Let a waiting job wait until `run_at` (unix seconds); what is past means now."""
        if not isfinite(run_at):
            raise ValueError(f"A job cannot wait until {run_at}.")
        job = await self._jobs.control(job_id, Reschedule(run_at))
        (self._upkeep if job.durable else self.degraded).poke()
        self._wake_for(job)
        return job

    async def delete(self, job_id: str, *, recall: bool = False) -> None:
        """Remove a finished job with all that is its, also what is still owed of it.

        `recall`: nobody is given its result any more, also where another job brought it.
        """
        self._cache.forget((await self._jobs.get(job_id)).cache_key)
        await (await self._jobs.of(job_id)).delete(job_id, recall=recall)

    async def pause(self, queue: str | None = None) -> None:
        """Start no more jobs of this queue, or of all that are known, also after a restart."""
        for name in [queue] if queue is not None else self._known(await self._jobs.store.stats()):
            await self._jobs.policy(PauseQueue(name))

    async def resume_queue(self, queue: str | None = None) -> None:
        """Start jobs of this queue, or of all, again."""
        paused = (await self._jobs.store.policies()).paused
        for name in [queue] if queue is not None else sorted(paused):
            await self._jobs.policy(ResumeQueue(name))
        self._wake()
        self.degraded.wake()

    async def weigh(self, owner: int, weight: float) -> None:
        """Give the person so many turns for every one of others, from now on: a thousandth to a
        thousand. A turn of a lighter one would be so long that no number tells the next ones apart.
        """
        if not 0.001 <= weight <= 1000:
            raise ValueError(f"A weight is a number from 0.001 to 1000, not {weight}.")
        await self._jobs.policy(SetWeight(owner, weight))

    def _known(self, stats: Stats) -> list[str]:
        here = {job_type.queue for job_type in self.registry}
        return sorted(here | {group.queue for group in stats.counts})

    def _wake(self) -> None:
        self._worker.wake()

    def _wake_for(self, job: Job) -> None:
        """The job may be ready, or one that was parked on its slots."""
        (self._worker if job.durable else self.degraded).wake()


def _checked(changes: Changes) -> Overrides:
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
