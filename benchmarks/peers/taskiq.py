"""taskiq over Redis streams, its receiver in this process. Argument: the server's address."""

import asyncio
import sys
import time
from typing import Any

from taskiq import TaskiqMiddleware
from taskiq.api import run_receiver_task
from taskiq_redis import RedisAsyncResultBackend, RedisStreamBroker

from benchmarks.peers.course import CALLERS, JOBS, SLOTS, WORDS, Course
from bot.garbage import spare_the_collector


class Countdown(TaskiqMiddleware):
    """Tells when the result of the last task is saved."""

    def __init__(self) -> None:
        super().__init__()
        self.left = JOBS
        self.drained = asyncio.Event()

    def post_save(self, *_: Any) -> None:
        """One task less."""
        self.left -= 1
        if not self.left:
            self.drained.set()


async def course(url: str) -> Course:
    """A hundred store at once, again and again; then a receiver begins; every result is kept."""
    countdown = Countdown()
    results = RedisAsyncResultBackend(url)
    broker = RedisStreamBroker(url).with_result_backend(results).with_middlewares(countdown)

    @broker.task
    async def noop(word: str) -> str:
        return word

    await broker.startup()
    began = time.perf_counter()
    for first in range(0, JOBS, CALLERS):
        words = WORDS[first : first + CALLERS]
        await asyncio.gather(*(noop.kiq(word) for word in words))
    stored = time.perf_counter()
    receiving = asyncio.create_task(run_receiver_task(broker, max_async_tasks=SLOTS))
    await countdown.drained.wait()
    ended = time.perf_counter()
    receiving.cancel()
    await asyncio.gather(receiving, return_exceptions=True)
    await broker.shutdown()
    return Course(stored - began, ended - stored)


if __name__ == "__main__":
    spare_the_collector()
    asyncio.run(course(sys.argv[1])).tell()
