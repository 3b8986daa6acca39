"""Whenever the process is killed: every receiver hears of every job, always in the same bytes."""

import asyncio
import signal
import sys
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from bot.queue.deliveries import DeliveryState
from bot.queue.store.base import JobFilter
from tests.delivery.webhooks.receiver import GUARD_S, OLDER, SECRET
from tests.delivery.webhooks.workshop import OPEN

ROOT = Path(__file__).parents[3]
JOBS = 3

BY_ITSELF = [
    ("after deliveries_claim", "1"),
    ("before deliveries_settle", "1"),
]
"""Moments of its store at which a process dies, and for which time."""


@asynccontextmanager
async def life(database, receiver, *moment):
    """A process that lives until it is killed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.delivery.webhooks.life"),
        *(str(database), receiver.url, str(JOBS), *moment),
        cwd=ROOT,
    )
    try:
        yield process
        async with asyncio.timeout(GUARD_S):
            assert await process.wait() == -signal.SIGKILL
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_each_is_told_at_least_once_always_in_the_same_bytes(database, receiver, build):
    async def killed_before_its_answer(_):
        process.kill()
        await process.wait()
        return web.Response()

    async def killed_with_its_answer(_):
        process.kill()
        return web.Response()

    for moment in BY_ITSELF:
        async with life(database, receiver, *moment) as process:
            pass
    for last in (killed_before_its_answer, killed_with_its_answer):
        receiver.plan = [200, 500, 503, 200, last]
        async with life(database, receiver) as process:
            pass
    receiver.plan = []

    heir = await build(replace(OPEN, url=receiver.url), durable=True)
    jobs = [await heir.ended(job.id) for job in await heir.queue.find(JobFilter(), limit=100)]
    while await still_owed(heir, jobs):
        heir.offset.seconds += 60
        await heir.tell()
    await assert_everybody_heard(heir, receiver, jobs)


async def still_owed(heir, jobs) -> bool:
    owed = [one for job in jobs for one in await heir.deliveries(job)]
    return any(one.is_open for one in owed)


async def assert_everybody_heard(heir, receiver, jobs) -> None:
    assert len(jobs) >= JOBS * 2
    bodies, told = defaultdict(set), defaultdict(set)
    for heard in receiver.heard:
        bodies[heard.id].add(heard.body)
        own = heard.path.endswith("/own")
        told[heard.verified(OLDER if own else SECRET)["jobId"]].add((own, heard.id))
    assert told.keys() == {job.id for job in jobs}
    for ids in told.values():
        assert sorted(own for own, _ in ids) == [False, True]
    assert all(len(said) == 1 for said in bodies.values())
    for job in jobs:
        states = {one.state for one in await heir.deliveries(job)}
        assert states == {DeliveryState.DELIVERED}
