"""A process that takes five jobs by hand, ends two, and holds three: `python -m … FILE`."""

import asyncio
import sys
from pathlib import Path

from bot.queue.store.sqlite import SqliteStore
from bot.queue.worker_queue import WorkerQueue, WorkerQueueOptions


async def main(path: Path) -> None:
    """Say on standard output when all is as it should be."""
    async with WorkerQueue(SqliteStore(path), WorkerQueueOptions(lease_s=600)) as queue:
        await queue.enqueue(1, 2, 3, 4, 5)
        jobs = await queue.dequeue(5)
        for job in jobs[:2]:
            await queue.mark_as_complete(job, "killed")
        sys.stdout.write("holds three\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
