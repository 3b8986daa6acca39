"""A process that takes a job and keeps it until it is killed: `python -m … FILE`."""

import asyncio
import sys
from pathlib import Path

from bot.queue.events import Event, EventName
from bot.queue.job_queue import JobQueue
from bot.queue.store.sqlite import SqliteStore
from tests.queue.kinds import Text, Work, for_ever


def tell(event: Event) -> None:
    """Say on standard output which job runs."""
    if event.name is EventName.JOB_STARTED:
        sys.stdout.write(f"{event.job.id}\n")
        sys.stdout.flush()


async def main(path: Path) -> None:
    """Run one job for ever."""
    queue = JobQueue(SqliteStore(path))
    work = Work(for_ever, max_attempts=1)
    queue.register(work)
    queue.events.subscribe(tell)
    await queue.start()
    await queue.enqueue(work, Text(text="survives"))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
