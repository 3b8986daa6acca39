"""A queue whose questions are counted, over real stores, under a clock that the test moves."""

import asyncio
from collections import defaultdict
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest

from bot.jobs.chat import Chat
from bot.jobs.question import Question
from bot.jobs.tokens.quota import Quota
from bot.providers.chat import Ended, ProviderError
from bot.queue.events import ENDINGS, EventName
from bot.queue.job_queue import JobQueue
from bot.queue.options import QueueOptions
from bot.queue.store.base import Limits
from bot.queue.store.memory import MemoryStore
from bot.queue.store.sqlite import SqliteStore
from bot.queue.testing import ManualClock
from bot.queue.worker import WorkerOptions
from tests.queue.store.migrated import migrated
from tests.queue.watching import Diary

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
BEN, CLEO = 1, 2
GUILD = 7


class Metered:
    """Answers at once and says what that took, unless the question says otherwise."""

    def __init__(self, tokens: int | None) -> None:
        self.tokens = tokens
        self.well = False
        self.doors = defaultdict(asyncio.Event)

    def describe(self):
        return "The test answers."

    async def stream(self, request):
        question = request.messages[-1].content
        if question.startswith("fail") and not self.well:
            raise ProviderError("No.", retryable=False, category="rejected")
        if question.startswith("wait"):
            await self.doors[question].wait()
        yield "Because."
        yield Ended(self.tokens)


class Counted:
    """A queue, and whoever counts; `heard` False: what ends is told to nobody."""

    def __init__(self, store, clock, *, per_day, tokens=70, kind=Chat, limits=None, heard=True):
        self.clock = clock
        self.quota = Quota(store, per_day, clock)
        self.provider = Metered(tokens)
        self.chat = kind(self.provider)
        options = QueueOptions(
            WorkerOptions({"chat": 50}), limits or Limits(), gate=self.quota, max_attempts=1
        )
        self.queue = JobQueue(store, options, clock)
        self.queue.register(self.chat)
        self.diary = Diary(self.queue)
        if heard:
            self.queue.events.subscribe(self.quota.hear)

    async def ask(self, text="why?", owner=BEN, guild=GUILD, **options):
        stored = await self.queue.enqueue(
            self.chat, Question(text=text), owner=owner, guild=guild, **options
        )
        return stored.job

    async def asked(self, text="why?", **options):
        """Ask, and see the end."""
        job = await self.ask(text, **options)
        async with asyncio.timeout(10):
            while not ENDINGS.intersection(self.diary.names(job.id)):
                await self.diary.next()
        return job

    async def taken(self, guild=GUILD):
        """What everybody has used today, as far as it was heard."""
        await self.quota.settle()
        return await self.quota.today(guild)

    async def until(self, name: EventName, job) -> None:
        await self.diary.until(name, job.id)


@pytest.fixture
def clock():
    return ManualClock(NOON)


@pytest.fixture(params=["memory", "sqlite"])
def new_store(request, tmp_path, clock):
    """Each call gives a store over the same jobs."""
    if request.param == "sqlite":
        path = migrated(tmp_path / "queue.db")
        return lambda: SqliteStore(path, clock)
    kept = MemoryStore(clock)
    return lambda: kept


@pytest.fixture
async def counted(new_store, clock):
    """Put it together; it stops with the test."""
    async with AsyncExitStack() as queues:

        async def counted(*, working=True, store=None, **parts) -> Counted:
            made = Counted(store or new_store(), clock, **parts)
            queues.push_async_callback(made.queue.stop, grace_s=0)
            await (made.queue.start() if working else made.queue.open())
            return made

        yield counted
