"""A kind of work whose every run is a function of the test."""

import asyncio
from collections.abc import Awaitable, Callable

from pydantic import BaseModel

from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Job
from bot.queue.reply import Reply
from tests.queue.watching import soon


class Text(BaseModel):
    """What the work takes and gives."""

    text: str = ""


Do = Callable[[JobContext, str], Awaitable[str]]


async def echo(_: JobContext, text: str) -> str:
    """The shortest work there is."""
    return text


class Work(JobType[Text, Text]):
    """Does what it is told to."""

    def __init__(self, do: Do = echo, name="work", queue="work", timeout=None, max_attempts=None):
        self.name = name
        self.queue = queue
        self.timeout = timeout
        self.max_attempts = max_attempts
        self._do = do

    async def run(self, ctx: JobContext, request: Text) -> Text:
        return Text(text=await self._do(ctx, request.text))

    def present(self, _: Job, result: Text) -> Reply:
        return Reply(result.text)


async def for_ever(*_) -> str:
    """Work that never ends by itself."""
    await asyncio.Event().wait()
    raise AssertionError


class Stubborn:
    """Work that goes on however often it is interrupted, until let go; then it does `last`."""

    def __init__(self) -> None:
        self.interrupted = asyncio.Event()
        self.ended = asyncio.Event()
        self._enough = asyncio.Event()
        self.last: Do = echo

    async def work(self, ctx: JobContext, text: str) -> str:
        """What a kind of work is told to do."""
        while not self._enough.is_set():
            try:
                await self._enough.wait()
            except asyncio.CancelledError:
                self.interrupted.set()
        try:
            return await self.last(ctx, text)
        finally:
            self.ended.set()

    def let_go(self) -> None:
        """Let it end."""
        self._enough.set()


class Gate:
    """Work that stays inside until it is let out; knows how many are inside, and the most ever."""

    def __init__(self) -> None:
        self.inside = self.most = 0
        self._changed = asyncio.Condition()
        self._let_out = 0

    async def work(self, _, text: str) -> str:
        """What a kind of work is told to do."""
        async with self._changed:
            self.inside += 1
            self.most = max(self.most, self.inside)
            self._changed.notify_all()
            await self._changed.wait_for(lambda: self._let_out)
            self._let_out -= 1
            self.inside -= 1
            self._changed.notify_all()
        return text

    async def has(self, n: int) -> None:
        """Until so many are inside."""
        async with self._changed:
            await soon(self._changed.wait_for(lambda: self.inside == n))

    async def let_out(self, n: int) -> None:
        """Let so many end, sooner or later."""
        async with self._changed:
            self._let_out += n
            self._changed.notify_all()
