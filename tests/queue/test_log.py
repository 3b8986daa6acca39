"""A job's last hundred log lines stay with it, whatever becomes of its runs and processes."""

import asyncio
import sys

import pytest

from bot.queue.errors import JobError
from bot.queue.events import EventName
from bot.queue.handlers import LOG_LINES
from bot.queue.states import State
from tests.queue.kinds import Gate, Text, Work
from tests.queue.watching import Diary, TappedStore, on_a_file, soon


async def test_lines_of_all_attempts_stay_in_order_and_the_oldest_go(start):
    async def do(ctx, text: str) -> str:
        for n in range(LOG_LINES // 2 + 10):
            ctx.log(f"{ctx.job.attempt}: {n}")
        if ctx.job.attempt < 2:
            raise JobError("Busy.")
        return text

    work = Work(do)
    queue = await start(work)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    told = await diary.until(EventName.JOB_COMPLETED, job.id)
    lines = [f"{attempt}: {n}" for attempt in (1, 2) for n in range(LOG_LINES // 2 + 10)]
    assert (await queue.get(job.id)).log == told.log == tuple(lines[-LOG_LINES:])


async def test_lines_stay_when_a_job_is_given_up_and_run_again_by_hand(start):
    async def do(ctx, text: str) -> str:
        ctx.log(f"run {len(ctx.job.log) + 1}")
        if len(ctx.job.log) == 1:
            raise JobError("No.", retryable=False)
        return text

    work = Work(do)
    queue = await start(work)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await diary.until(EventName.JOB_FAILED, job.id)
    assert (await queue.get(job.id)).log == ("run 1",)
    await queue.retry(job.id)
    await diary.until(EventName.JOB_COMPLETED, job.id)
    assert (await queue.get(job.id)).log == ("run 1", "run 2")


async def test_lines_of_a_run_that_was_handed_back_stay(start):
    gate = Gate()

    async def do(ctx, text: str) -> str:
        ctx.log(f"run {len(ctx.job.log) + 1}")
        return await gate.work(ctx, text)

    work = Work(do)
    queue = await start(work)
    job = (await queue.enqueue(work, Text())).job
    await gate.has(1)
    await queue.stop(grace_s=0)
    await gate.let_out(1)
    queue = await start(work)
    await Diary(queue).until(EventName.JOB_COMPLETED, job.id)
    assert (await queue.get(job.id)).log == ("run 1", "run 2")


PROCESS = """
import asyncio, sys
from bot.queue.job_queue import JobQueue
from bot.queue.store.sqlite import SqliteStore
from tests.queue.kinds import Text, Work, for_ever
from tests.queue.watching import TappedStore

async def do(ctx, text):
    ctx.log("before the crash")
    return await for_ever()

async def main():
    store = TappedStore(SqliteStore(sys.argv[1]))
    queue = JobQueue(store)
    work = Work(do)
    queue.register(work)
    await queue.start()
    job = (await queue.enqueue(work, Text())).job
    while not (await queue.get(job.id)).log:
        await store.next("beat")
    print(job.id, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@on_a_file
async def test_lines_that_a_beat_has_stored_survive_the_death_of_the_process(start, tmp_path):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROCESS, str(tmp_path / "queue.db"), stdout=asyncio.subprocess.PIPE
    )
    job_id = (await soon(process.stdout.readline())).decode().strip()
    process.kill()
    await process.wait()

    async def do(ctx, text: str) -> str:
        ctx.log("after it")
        return text

    queue = await start(Work(do))
    if (await queue.get(job_id)).state is not State.COMPLETED:
        await Diary(queue).until(EventName.JOB_COMPLETED, job_id)
    assert (await queue.get(job_id)).log == ("before the crash", "after it")


@pytest.mark.parametrize("last", ["log", "progress", "checkpoint"])
async def test_a_word_too_many_is_not_worth_a_result(new_store, start, last):
    """What the store refuses of the last words is dropped; the result stands."""

    async def do(ctx, text: str) -> str:
        ctx.log("fine")
        await said.wait()
        {
            "log": ctx.log,
            "progress": lambda x: ctx.progress(message=x),
            "checkpoint": ctx.checkpoint,
        }[last]("too many")
        return text

    class Deaf(TappedStore):
        """Cannot store two words."""

        async def beat(self, beats, lease_s):
            if any("too many" in str(beat) for beat in beats):
                raise ValueError("too many")
            return await self.__getattr__("beat")(beats, lease_s)

    said = asyncio.Event()
    store = Deaf(new_store())
    work = Work(do)
    queue = await start(work, store=store, lease_s=0.3)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text(text="done"))).job
    while not (await queue.get(job.id)).log:
        await store.next("beat")
    await store.next("beat")  # whose collection knows that the first was heard
    said.set()
    told = await diary.until(EventName.JOB_COMPLETED, job.id)
    stored = await queue.get(job.id)
    assert (stored.result, stored.log) == ('{"text":"done"}', ("fine",))
    assert (told.log, told.progress, told.checkpoint) == (("fine",), None, None)
    what = "what a run said last cannot be stored: ValueError; see the log."
    assert what in [event.what for event in diary.troubles]
