"""What a process has in hand: jobs that it claimed and has not ended, whose leases live on."""

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from pydantic import JsonValue

from bot.queue.errors import NotInHand, StoreError
from bot.queue.heart import Heart
from bot.queue.job import Clock, Job
from bot.queue.lifecycle import HandBack, Outcome
from bot.queue.states import State
from bot.queue.store.base import Beat, BeatAnswer, Finish, Lost, Store

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HandedJob:
    """One run of a job, as it was handed out; a later run of the same job is another one."""

    job: Job

    @property
    def id(self) -> str:
        """The job's id, the same in every run."""
        return self.job.id

    @property
    def payload(self) -> JsonValue:
        """The value that was enqueued."""
        value: JsonValue = json.loads(self.job.payload)
        return value

    @property
    def attempt(self) -> int:
        """Which attempt this is; the first is 1."""
        return self.job.attempt


class Hand:
    """Claims, keeps and ends jobs. An id means the run that is in hand; a `HandedJob`, itself."""

    def __init__(self, store: Store, lease_s: float, clock: Clock, *, beats: bool) -> None:
        self._store = store
        self._lease_s = lease_s
        self._clock = clock
        self._beats = beats
        self._jobs: dict[str, Job] = {}
        self._claims: set[asyncio.Task[list[HandedJob]]] = set()
        self._heart = Heart(store, lease_s, self._signs, self._hear)

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._jobs

    def start(self) -> None:
        """Begin to beat for what is in hand, from a thread of its own."""
        if self._beats:
            self._heart.start()

    async def stop(self) -> None:
        """Give back what is in hand, its attempts unspent, and end."""
        await asyncio.gather(*self._claims, return_exceptions=True)
        try:
            await self._hand_back(list(self._jobs.values()))
        except StoreError as error:
            logger.warning("jobs in hand come back when their leases run out: %s", error)
        await self._heart.stop()

    async def beat(self) -> None:
        """Renew all leases now; nothing if this hand does not beat."""
        await self._heart.beat()

    async def claim(self, size: int, queues: Sequence[str]) -> list[HandedJob]:
        """Up to `size` jobs from the first of these queues that has any.

        Cancelling the wait gives back what was claimed meanwhile.
        """
        claim = asyncio.create_task(self._claim(size, queues))
        self._claims.add(claim)
        claim.add_done_callback(self._claims.discard)
        try:
            return await asyncio.shield(claim)
        except asyncio.CancelledError:
            back = asyncio.create_task(self._give_back(claim))
            while not back.done():
                with suppress(asyncio.CancelledError):  # once is enough
                    await asyncio.shield(back)
            raise

    async def _give_back(self, claim: asyncio.Task[list[HandedJob]]) -> None:
        with suppress(StoreError):  # what cannot be given back comes back with its lease
            await self._hand_back([handed.job for handed in await claim])

    async def _claim(self, size: int, queues: Sequence[str]) -> list[HandedJob]:
        self._forget_expired()
        for queue in queues:
            jobs = await self._store.claim(self._store.process, {queue: size}, self._lease_s)
            if jobs:
                self._jobs.update((job.id, job) for job in jobs)
                return [HandedJob(job) for job in jobs]
        return []

    def _forget_expired(self) -> None:
        """Without beats nobody tells what became of a job that was never ended."""
        if not self._beats:
            now = self._clock()
            self._jobs = {j.id: j for j in self._jobs.values() if (j.lease_until or 0) >= now}

    def job(self, which: HandedJob | str) -> Job:
        """The job of a run; raises `NotInHand` if an id is not in hand."""
        if isinstance(which, HandedJob):
            return which.job
        if which not in self._jobs:
            raise NotInHand(which)
        return self._jobs[which]

    async def finish(self, which: HandedJob | str, outcome: Outcome) -> State:
        """End a run: the job's new state. It stays in hand if the store refuses.

        Raises `NotInHand` if the run does not count any more.
        """
        job = self.job(which)
        (state,) = await self._store.finish([Finish(job.id, job.token, outcome)])
        self._drop(job.id, job.token)
        if state is None:
            raise NotInHand(job.id)
        return state

    async def renew(self, which: HandedJob | str) -> BeatAnswer:
        """Renew one lease now, and hear whether the run still counts."""
        job = self.job(which)
        (answer,) = await self._store.beat([Beat(job.id, job.token)], self._lease_s)
        if isinstance(answer, Lost):
            self._drop(job.id, job.token)
        elif job.id in self._jobs:
            self._jobs[job.id] = job._replace(lease_until=self._clock() + self._lease_s)
        return answer

    async def _hand_back(self, jobs: Sequence[Job]) -> None:
        if jobs:
            await self._store.finish([Finish(job.id, job.token, HandBack()) for job in jobs])
        for job in jobs:
            self._drop(job.id, job.token)

    def _drop(self, job_id: str, token: int) -> bool:
        known = self._jobs.get(job_id)
        if known is None or known.token != token:
            return False
        del self._jobs[job_id]
        return True

    def _signs(self) -> Sequence[Beat]:
        return [Beat(job.id, job.token) for job in list(self._jobs.values())]

    def _hear(self, beats: Sequence[Beat], answers: Sequence[BeatAnswer]) -> None:
        for beat, answer in zip(beats, answers, strict=True):
            if isinstance(answer, Lost) and self._drop(beat.job_id, beat.token):
                logger.warning("a job in hand was lost", extra={"job": beat.job_id})
