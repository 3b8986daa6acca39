"""Where jobs are: in the store, or, while that is away, in the small one in this process."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.queue.controls import Control
from bot.queue.errors import TaskNotFoundError
from bot.queue.job import Job
from bot.queue.reply import File
from bot.queue.states import UNFINISHED
from bot.queue.status import OwnJob
from bot.queue.store.base import JobFilter, Limits, Policy, Store, page


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Both stores as one. What is said of all jobs is said to both."""

    store: Store
    beside: Store

    async def of(self, job_id: str) -> Store:
        """The one that has this job: the store, unless the job runs without it."""
        return self.store if await self.beside.get(job_id) is None else self.beside

    async def get(self, job_id: str) -> Job:
        """The job; raises `TaskNotFoundError`."""
        job = await (await self.of(job_id)).get(job_id)
        if job is None:
            raise TaskNotFoundError(job_id)
        return job

    async def find(
        self, wanted: JobFilter, before: str | None, limit: int, after: str | None = None
    ) -> list[Job]:
        """Jobs of both, newest first."""
        stored = await self.store.find(wanted, before, limit, after=after)
        others = await self.beside.find(wanted, before, limit, after=after)
        return page([*stored, *others], before, limit, after)

    async def own(
        self, owner: int, guild: int | None = None, limit: int = 10
    ) -> tuple[OwnJob, ...]:
        """The person's newest unfinished jobs (of this guild; None: of all), with their places."""
        unfinished = JobFilter(owner=owner, guild=guild, states=UNFINISHED)
        jobs = await self.find(unfinished, None, limit)
        ahead = await self._positions([job.id for job in jobs])
        return tuple(OwnJob(job, ahead.get(job.id)) for job in jobs)

    async def _positions(self, job_ids: Sequence[str]) -> dict[str, int]:
        return await self.store.positions(job_ids) | await self.beside.positions(job_ids)

    async def control(self, job_id: str, control: Control, limits: Limits | None = None) -> Job:
        """Do what is asked of the job, where it is."""
        return await (await self.of(job_id)).control(job_id, control, limits)

    async def policy(self, change: Policy) -> None:
        """Set something for all jobs."""
        await self.store.policy(change)
        await self.beside.policy(change)

    async def artifacts(self, job_id: str) -> list[File]:
        """The files that the job's runs have attached, by name."""
        return await (await self.of(job_id)).artifacts(job_id)
