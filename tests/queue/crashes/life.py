"""A process that does all that a queue can do, again and again, until it dies at a named point.

`python -m tests.queue.crashes.life FILE POINT`; whatever it was answered, it tells on its standard
output, a line each.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from pydantic import BaseModel

from bot.queue import heart
from bot.queue.deliveries import Delivered, NewDelivery
from bot.queue.errors import JobError
from bot.queue.events import Event, EventName
from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.options import QueueOptions
from bot.queue.reply import Reply
from bot.queue.retention import Retention
from bot.queue.retry import RetryPolicy
from bot.queue.store.base import SettleDelivery
from bot.queue.store.sqlite import SqliteStore
from bot.queue.worker import WorkerOptions
from tests.queue.crashes.points import CrashPoint, DyingStore, Fuse

LEASE_S = 600
"""So long that only a lock file can prove a death."""

ENDS = {EventName.JOB_COMPLETED, EventName.JOB_CANCELLED, EventName.JOB_FAILED}


class Pages(BaseModel):
    """Fills pages of the file, so that a purge leaves some free."""

    text: str = "x" * 3_000


class Work(JobType[Pages, Pages]):
    """Does what it is told to."""

    max_attempts = 3

    def __init__(self, do: Callable[[JobContext], Awaitable[None]]) -> None:
        self.name = self.queue = do.__name__
        self._do = do

    async def run(self, ctx: JobContext, _: Pages) -> Pages:
        await self._do(ctx)
        return Pages(text=f"by {os.getpid()}")

    def present(self, _: Job, result: Pages) -> Reply:
        return Reply(result.text)


async def quick(_: JobContext) -> None:
    """Done at once."""


async def flaky(ctx: JobContext) -> None:
    """Fails once."""
    if ctx.job.attempt == 1:
        raise JobError("not today")


async def hopeless(ctx: JobContext) -> None:
    """Given up, until it is resumed with what its first run had saved."""
    if ctx.saved is None:
        ctx.checkpoint("tried")
        raise JobError("no", retryable=False)


async def steady(ctx: JobContext) -> None:
    """Ends after a heartbeat."""
    ctx.checkpoint("half")
    while ctx.has_unconfirmed:  # noqa: ASYNC110 - nobody tells a run that its beat was heard
        await asyncio.sleep(0.005)
    tell("kept", ctx.job.id)


async def endless(_: JobContext) -> None:
    """Must be cancelled."""
    await asyncio.Event().wait()


def tell(what: str, *about: str) -> None:
    """Straight into the pipe: nothing that was told can die in a buffer."""
    os.write(1, f"{' '.join((what, *about))}\n".encode())


class Life:
    """One queue, and what became of its jobs."""

    def __init__(self, path: Path, fuse: Fuse) -> None:
        self.store = DyingStore(SqliteStore(path), fuse)
        options = WorkerOptions({}, LEASE_S, RetryPolicy(base_s=0.02))
        self.queue = JobQueue(self.store, QueueOptions(options))
        self.kinds = {do.__name__: Work(do) for do in (quick, flaky, hopeless, steady, endless)}
        for kind in self.kinds.values():
            self.queue.register(kind)
        self.queue.events.subscribe(self._notice)
        self._ended: list[str] = []
        self._seen: dict[tuple[EventName, str], asyncio.Event] = {}

    def _notice(self, event: Event) -> None:
        if event.job is None:
            return
        if event.name in ENDS:
            tell("ended", event.job.id, event.job.state)
            self._ended.append(event.job.id)
        self._moment(event.name, event.job.id).set()

    def _moment(self, name: EventName, job_id: str) -> asyncio.Event:
        return self._seen.setdefault((name, job_id), asyncio.Event())

    async def until(self, name: EventName, job_id: str) -> None:
        """Until this has happened to the job."""
        await self._moment(name, job_id).wait()

    async def day(self) -> None:
        """Everything once."""
        async with asyncio.TaskGroup() as day:
            for name in ("quick", "quick", "flaky", "steady"):
                day.create_task(self._done(name))
            day.create_task(self._done("quick", later_s=0.02))
            day.create_task(self._resumed())
            day.create_task(self._cancelled(None))
            day.create_task(self._cancelled(3_600))
        await self.store.reap(10)
        await self.store.age(0, 0)
        await self._deliver()
        await self.store.delete(self._ended[-1])
        tell("deleted", self._ended.pop())
        await self.queue.pause(f"idle-{len(self._seen)}")
        tell("paused", f"idle-{len(self._seen)}")
        while await self.store.purge(Retention(most=3), 3):
            continue

    async def _asked(self, name: str, later_s: float | None = None) -> str:
        run_at = None if later_s is None else time.time() + later_s
        stored = await self.queue.enqueue(
            self.kinds[name], Pages(), run_at=run_at, deliveries=[NewDelivery("someone")]
        )
        tell("asked", stored.job.id)
        return stored.job.id

    async def _done(self, name: str, later_s: float | None = None) -> None:
        await self.until(EventName.JOB_COMPLETED, await self._asked(name, later_s))

    async def _resumed(self) -> None:
        job_id = await self._asked("hopeless")
        await self.until(EventName.JOB_FAILED, job_id)
        await self.queue.retry(job_id)
        tell("resumed", job_id)
        await self.until(EventName.JOB_COMPLETED, job_id)

    async def _cancelled(self, later_s: float | None) -> None:
        job_id = await self._asked("endless", later_s)
        if later_s is None:
            await self.until(EventName.JOB_STARTED, job_id)
        await self.queue.cancel(job_id, "enough")
        tell("cancelled", job_id)
        await self.until(EventName.JOB_CANCELLED, job_id)

    async def _deliver(self) -> None:
        while due := await self.store.deliveries_claim(self.store.process, 5, LEASE_S):
            deliveries = [one.delivery for one in due]
            await self.store.deliveries_settle(
                [SettleDelivery(one.id, one.token, Delivered()) for one in deliveries]
            )
            for one in deliveries:
                tell("delivered", one.id)


async def live(path: Path, fuse: Fuse) -> None:
    """Until death."""
    life = Life(path, fuse)
    await life.queue.start()
    while True:
        await life.day()


def main(path: str, point: str) -> None:
    """Live over the fuse."""
    heart.BEAT_EVERY_S = 0.05
    fuse = Fuse(CrashPoint[point])
    fuse.lay_under_sqlite()
    asyncio.run(live(Path(path), fuse))


if __name__ == "__main__":
    main(*sys.argv[1:])
