"""What a queue without work costs: its share of one core, alone and with another process about."""

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks.judge import judged, leave
from benchmarks.noop import Noop
from bot.queue.job_queue import JobQueue
from bot.queue.store.sqlite import SqliteStore

SECONDS = 10.0


async def started(path: Path) -> JobQueue:
    """A queue with a worker and nothing to do."""
    queue = JobQueue(SqliteStore(path))
    queue.register(Noop())
    await queue.start()
    return queue


async def share() -> float:
    """Percent of a core that this process uses in the next `SECONDS`."""
    used, began = time.process_time(), time.perf_counter()
    await asyncio.sleep(SECONDS)
    return 100 * (time.process_time() - used) / (time.perf_counter() - began)


async def main() -> None:
    """One queue alone; then two over one file, which watch each other."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "idle.db"
        queues = [await started(path)]
        alone = await share()
        queues.append(await started(path))
        together = await share() / len(queues)
        for queue in queues:
            await queue.stop()
    leave(
        [
            judged("idle, percent of a core", alone, at_most=1.0),
            judged("idle beside another process, percent of a core", together, at_most=1.0),
        ]
    )


if __name__ == "__main__":
    asyncio.run(main())
