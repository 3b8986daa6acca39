"""Whatever is logged in a task says which job it is about, and who asked for it where."""

import asyncio

from structlog.contextvars import bind_contextvars, get_contextvars

from bot.operation.log_context import about_job
from bot.queue.events import EventName
from bot.queue.job_queue import JobQueue
from bot.queue.options import QueueOptions
from bot.queue.store.memory import MemoryStore
from bot.queue.worker import WorkerOptions
from tests.queue.kinds import Text, Work
from tests.queue.watching import Diary


async def test_a_run_and_what_it_begins_are_about_its_job_and_nothing_else():
    bind_contextvars(command="the one that started the queue")
    seen = []

    async def look() -> None:
        seen.append(get_contextvars())

    async def do(_, text: str) -> str:
        await look()
        await asyncio.create_task(look())
        return text

    work = Work(do)
    queue = JobQueue(MemoryStore(), QueueOptions(WorkerOptions(begun=about_job)))
    queue.register(work)
    diary = Diary(queue)
    await queue.start()
    try:
        job = (await queue.enqueue(work, Text(), owner=7, guild=8)).job
        await diary.until(EventName.JOB_COMPLETED, job.id)
    finally:
        await queue.stop(0)
    assert seen == [{"job": job.id, "kind": "work", "user": 7, "guild": 8}] * 2
