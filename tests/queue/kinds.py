"""A kind of work whose every run is a function of the test."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel

from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Job
from bot.queue.reply import Reply


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

    def present(self, job: Job, result: Text) -> Reply:
        return Reply(result.text)
