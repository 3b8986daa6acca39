"""Every job of a server that is given up has its line in the journal `failed jobs <guild>`, a JSON
object; also one whose process died before it could write that line.
"""

import asyncio
import logging
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.queue.errors import QueueError
from bot.queue.events import Event, EventName
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.states import State
from bot.queue.store.base import ENTRIES_KEPT, Entry, JobFilter

logger = logging.getLogger(__name__)

LOOKED_AT = 200
"""Of so many of a server's newest failed jobs it is known whether their lines are missing."""

BESIDE_S = 60.0
"""Jobs that failed so shortly before the newest line may have none: they were written together."""


class FailedJob(BaseModel):
    """A line; of a private job nothing that it said. `run`: the token of the run that was its last
    (0: it never ran, or an older version of this bot wrote the line).
    """

    model_config = ConfigDict(frozen=True)

    job: str
    kind: str
    user: int | None
    error: str = ""
    run: int = 0


class FailedJobs:
    """Writes that journal; `news` is told of each line."""

    def __init__(self, queue: JobQueue, news: Callable[[], None]) -> None:
        self._queue = queue
        self._news = news
        self._writing: set[asyncio.Task[None]] = set()
        queue.events.subscribe(self._on_event)

    async def written(self) -> None:
        """Return when there is a line for all that this process has heard of."""
        await asyncio.gather(*self._writing)

    async def catch_up(self, guild: int, before: float) -> None:
        """Write the lines that are missing of what ended `before` (unix seconds).

        Raises `StoreError`.
        """
        entries = await self._queue.store.entries(failed_in(guild), limit=ENTRIES_KEPT)
        since = entries[0].at - BESIDE_S if entries else 0.0
        known = {(line.job, line.run) for entry in entries if (line := _read(entry))}
        wanted = JobFilter(guild=guild, states=frozenset({State.DISCARDED}))
        for job in reversed(await self._queue.find(wanted, limit=LOOKED_AT)):
            is_missing = known.isdisjoint({(job.id, job.token), (job.id, 0)})
            if is_missing and since < (job.finished_at or 0) < before:
                await self._note(job)

    def _on_event(self, event: Event) -> None:
        if event.name is EventName.JOB_FAILED and event.job is not None and event.job.guild:
            task = asyncio.create_task(self._note(event.job))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _note(self, job: Job) -> None:
        line = FailedJob(
            job=job.id,
            kind=job.type,
            user=job.owner,
            error="" if job.private else (job.error or ""),
            run=job.token,
        )
        try:
            await self._queue.store.record(failed_in(job.guild or 0), line.model_dump_json())
        except QueueError as error:
            logger.warning("no alert for a failed job: %s", error, extra={"job": job.id})
        self._news()


def failed_in(guild: int) -> str:
    """The journal of a server's jobs that were given up."""
    return f"failed jobs {guild}"


def _read(entry: Entry) -> FailedJob | None:
    """None: another version wrote it."""
    try:
        return FailedJob.model_validate_json(entry.text)
    except ValidationError:
        return None
