"""Makes the job of a request: its kind says what it is, the asker how far its answer may go."""

from dataclasses import dataclass
from math import isfinite

from pydantic import BaseModel

from bot.queue.handlers import AnyJobType
from bot.queue.ids import new_id
from bot.queue.job import Clock, Job, Priority
from bot.queue.options import QueueOptions
from bot.queue.sameness import Asker
from bot.queue.states import State


@dataclass(frozen=True, slots=True)
class Drafting:
    """Jobs under these options, from the time of this clock on."""

    options: QueueOptions
    clock: Clock

    def job(
        self,
        job_type: AnyJobType,
        request: BaseModel,
        asker: Asker,
        *,
        key: str | None,
        priority: Priority | None,
        run_at: float | None,
    ) -> Job:
        """A new job, not stored yet: ready now, or scheduled. `ValueError` for no moment at all."""
        if run_at is not None and not isfinite(run_at):
            raise ValueError(f"A job cannot wait until {run_at}.")
        now = self.clock()
        later = run_at is not None and run_at > now
        cache_key = asker.scoped(job_type.name, job_type.cache_key(request))
        dedup_key = asker.scoped(job_type.name, job_type.dedup_key(request)) or cache_key
        return Job(
            id=new_id(),
            type=job_type.name,
            queue=job_type.queue,
            payload=request.model_dump_json(),
            state=State.SCHEDULED if later else State.PENDING,
            priority=job_type.priority if priority is None else priority,
            owner=asker.owner,
            guild=asker.guild,
            private=asker.private,
            key=key,
            run_at=run_at if later and run_at is not None else now,
            created_at=now,
            max_attempts=job_type.max_attempts or self.options.max_attempts,
            timeout_s=job_type.timeout or self.options.timeout_s,
            cost=job_type.cost,
            limit_key=job_type.limit_key(request, asker.guild),
            dedup_key=dedup_key if job_type.joinable else None,
            cache_key=cache_key,
            cache_ttl_s=self._ttl_s(job_type) if cache_key is not None else None,
        )

    def _ttl_s(self, job_type: AnyJobType) -> float:
        return self.options.cache_ttl_s if job_type.cache_ttl is None else job_type.cache_ttl
