"""Queues over real stores, which end with the test."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from bot.queue.job_queue import JobQueue
from bot.queue.options import QueueOptions
from bot.queue.retry import RetryPolicy
from bot.queue.store.base import Limits
from bot.queue.store.memory import MemoryStore
from bot.queue.store.sqlite import SqliteStore
from bot.queue.worker import WorkerOptions
from tests.queue.kinds import Stubborn
from tests.queue.store.migrated import migrated

AT_ONCE = RetryPolicy(base_s=0)


@pytest.fixture(params=["memory", "sqlite"])
def new_store(request, tmp_path):
    """Each call gives a store over the same jobs, as a process that starts would have it."""
    if request.param == "sqlite":
        path = migrated(tmp_path / "queue.db")
        return lambda: SqliteStore(path)
    kept = MemoryStore()
    return lambda: kept


@pytest.fixture
async def stubborn():
    """Work that will not stop, but for the end of the test."""
    stubborn = Stubborn()
    yield stubborn
    stubborn.let_go()
    await asyncio.sleep(0)


@pytest.fixture
async def make(new_store):
    """Put a queue together; it stops with the test."""
    async with AsyncExitStack() as queues:

        def make(
            *kinds,
            store=None,
            slots=None,
            lease_s=600,
            retry=AT_ONCE,
            stubborn_s=0.05,
            limits=None,
            clock=time.time,
            **options,
        ) -> JobQueue:
            queue = JobQueue(
                store or new_store(),
                QueueOptions(
                    WorkerOptions(slots or {}, lease_s, retry, stubborn_s),
                    limits or Limits(),
                    **options,
                ),
                clock,
            )
            for kind in kinds:
                queue.register(kind)
            queues.push_async_callback(queue.stop, grace_s=0)
            return queue

        yield make


@pytest.fixture
def start(make):
    """Put a queue together and let it work."""

    async def start(*kinds, **options) -> JobQueue:
        queue = make(*kinds, **options)
        await queue.start()
        return queue

    return start
