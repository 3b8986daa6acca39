"""PgQueuer over PostgreSQL, its worker in this process. Arguments: the server, jobs in a batch."""

import sys
import time
from statistics import median

import asyncpg
import uvloop
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode

from benchmarks.peers.course import WORDS, Course
from bot.garbage import spare_the_collector

THOUSAND = 1_000

DRAIN_S = """
SELECT extract(epoch FROM max(created) FILTER (WHERE status = 'successful')
    - min(created) FILTER (WHERE status = 'picked'))::float
FROM pgqueuer_log
"""
"""By its own log, from the first claim to the last end: it may wait a while before it returns."""


async def course(url: str, batch: int) -> Course:
    """A thousand are stored by one statement; it keeps no results."""
    connection = await asyncpg.connect(url)
    queries = Queries(AsyncpgDriver(connection))
    await queries.install()
    thousands = [
        await stored(queries, WORDS[start : start + THOUSAND])
        for start in range(0, len(WORDS), THOUSAND)
    ]
    queue = PgQueuer(AsyncpgDriver(await asyncpg.connect(url)))

    @queue.entrypoint("noop")
    async def noop(_: Job) -> None:
        return

    await queue.qm.run(batch_size=batch, mode=QueueExecutionMode.drain)
    drain_s = await connection.fetchval(DRAIN_S)
    await connection.close()
    return Course(sum(thousands), drain_s, median(thousands))


async def stored(queries: Queries, words: tuple[str, ...]) -> float:
    """Seconds to store so many in one call."""
    names, payloads, priorities = zip(*(("noop", word.encode(), 0) for word in words), strict=True)
    began = time.perf_counter()
    await queries.enqueue(list(names), list(payloads), list(priorities))
    return time.perf_counter() - began


if __name__ == "__main__":
    spare_the_collector()
    uvloop.run(course(sys.argv[1], int(sys.argv[2]))).tell()
