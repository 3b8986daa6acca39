"""SAQ over Redis, its worker in this process. Argument: the server's address."""

import asyncio
import sys
import time
from typing import Any

from saq import Queue, Worker

from benchmarks.peers.course import CALLERS, JOBS, SLOTS, WORDS, Course
from bot.garbage import spare_the_collector


async def noop(_: Any, *, word: str) -> str:
    """Gives back what it got."""
    return word


async def course(url: str) -> Course:
    """A hundred store at once, again and again; then a worker begins; every result is kept."""
    left, drained = JOBS, asyncio.Event()

    async def count(_: Any) -> None:
        nonlocal left
        left -= 1
        if not left:
            drained.set()

    queue = Queue.from_url(url)
    worker = Worker(queue, [noop], concurrency=SLOTS, after_process=count)
    await queue.connect()
    began = time.perf_counter()
    for first in range(0, JOBS, CALLERS):
        words = WORDS[first : first + CALLERS]
        await asyncio.gather(*(queue.enqueue("noop", word=word) for word in words))
    stored = time.perf_counter()
    working = asyncio.create_task(worker.start())
    await drained.wait()
    ended = time.perf_counter()
    await worker.stop()
    await working
    await queue.disconnect()
    return Course(stored - began, ended - stored)


if __name__ == "__main__":
    spare_the_collector()
    asyncio.run(course(sys.argv[1])).tell()
