"""How soon an idle worker begins with a job, from the call that enqueues it."""

import asyncio
import time
from pathlib import Path

from benchmarks.noop import Noop, Number
from bot.queue.events import Event, EventName
from bot.queue.handlers import JobContext
from bot.queue.job_queue import JobQueue
from bot.queue.store.sqlite import SqliteStore

WAKES = 500
IDLE_S = 0.01
"""How long nothing happens before each job."""


class Timed(Noop):
    """Tells when its handler began."""

    began = 0.0

    async def run(self, ctx: JobContext, request: Number) -> Number:
        """Note the time first."""
        self.began = time.perf_counter()
        return await super().run(ctx, request)


async def wakes(folder: Path) -> list[float]:
    """Seconds from enqueueing to the handler's first line, one job at a time."""
    queue, timed = JobQueue(SqliteStore(folder / "wake.db")), Timed()
    ended = asyncio.Event()

    def notice(event: Event) -> None:
        if event.name is EventName.JOB_COMPLETED:
            ended.set()

    queue.register(timed)
    queue.events.subscribe(notice)
    await queue.start()
    waits = []
    for n in range(WAKES):
        await asyncio.sleep(IDLE_S)
        ended.clear()
        asked = time.perf_counter()
        await queue.enqueue(timed, Number(n=n))
        await ended.wait()
        waits.append(timed.began - asked)
    await queue.stop()
    return waits
