"""What waiting costs, as a share of one core: a queue alone, one with company, the whole bot."""

import asyncio
import os
import tempfile
import time
from pathlib import Path

from benchmarks.acks import OURS, ROOT
from benchmarks.judge import judged, leave
from benchmarks.noop import Noop
from bot.queue.job_queue import JobQueue
from bot.queue.store.sqlite import SqliteStore
from sandbox.server import Sandbox

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


async def share_of_the_bot(folder: Path) -> float:
    """Percent of a core that a connected bot uses in `SECONDS` (read from Linux's /proc)."""
    env = {"QUEUE_DATABASE_URL": f"sqlite:///{folder}/bot.db"}
    async with Sandbox() as sandbox, sandbox.bot(OURS, env, ROOT) as bot:
        await sandbox.world.connected()
        await asyncio.sleep(SECONDS)  # what starting costs is not waiting
        used = _ticks(bot.pid)
        await asyncio.sleep(SECONDS)
        return 100 * (_ticks(bot.pid) - used) / os.sysconf("SC_CLK_TCK") / SECONDS


def _ticks(pid: int | None) -> int:
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return int(user) + int(system)


async def main() -> None:
    """One queue alone; then two over one file, which watch each other; then the bot."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "idle.db"
        queues = [await started(path)]
        alone = await share()
        queues.append(await started(path))
        together = await share() / len(queues)
        for queue in queues:
            await queue.stop()
        bot = await share_of_the_bot(Path(folder))
    leave(
        [
            judged("idle, percent of a core", alone, at_most=1.0),
            judged("idle beside another process, percent of a core", together, at_most=1.0),
            judged("idle bot, percent of a core", bot, at_most=1.0),
        ]
    )


if __name__ == "__main__":
    asyncio.run(main())
