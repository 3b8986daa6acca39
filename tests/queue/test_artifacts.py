"""What a handler attaches is stored with the beat, survives retries, and holds up nobody's beat."""

import os

from bot.queue.errors import JobError
from bot.queue.events import EventName
from bot.queue.handlers import JobContext
from bot.queue.job import Job
from bot.queue.reply import File
from bot.queue.store.base import Beat
from tests.queue.kinds import Gate, Text, Work
from tests.queue.watching import Diary, TappedStore


async def test_files_of_all_attempts_are_there_and_the_last_of_a_name_counts(start):
    async def do(ctx, text: str) -> str:
        ctx.attach(f"attempt {ctx.job.attempt}", b"1")
        ctx.attach("both", str(ctx.job.attempt).encode())
        if ctx.job.attempt == 1:
            raise JobError("Busy.")
        return text

    work = Work(do)
    queue = await start(work)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await diary.until(EventName.JOB_COMPLETED, job.id)
    assert await queue.artifacts(job.id) == [
        File("attempt 1", b"1"),
        File("attempt 2", b"1"),
        File("both", b"2"),
    ]


async def test_a_file_is_stored_while_the_run_goes_on(start, new_store):
    gate = Gate()

    async def do(ctx, text: str) -> str:
        ctx.attach("half \ud83d", b"1")
        return await gate.work(ctx, text)

    work, store = Work(do), TappedStore(new_store())
    queue = await start(work, store=store, lease_s=0.3)
    job = (await queue.enqueue(work, Text())).job
    await gate.has(1)
    while not await queue.artifacts(job.id):
        await store.next("beat")
    assert await queue.artifacts(job.id) == [File("half ?", b"1")]
    await store.next("beat")
    await store.next("beat")
    ((beat,), _) = store.given["beat"]
    assert beat.artifacts == ()


async def test_a_large_file_goes_by_itself_so_that_no_other_beat_waits_for_it(start, new_store):
    gate, data = Gate(), os.urandom(5_000_000)

    async def do(ctx, text: str) -> str:
        if text == "large":
            ctx.attach("large", data)
        return await gate.work(ctx, text)

    work, store = Work(do), TappedStore(new_store())
    together: list[list[Beat]] = []
    real = store.store.beat

    async def beat(beats, lease_s):
        together.append(list(beats))
        return await real(beats, lease_s)

    store.store.beat = beat
    queue = await start(work, store=store, slots={"work": 3}, lease_s=0.3)
    jobs = {
        text: (await queue.enqueue(work, Text(text=text))).job.id for text in ("a", "large", "b")
    }
    await gate.has(3)
    while not await queue.artifacts(jobs["large"]):
        await store.next("beat")
    assert await queue.artifacts(jobs["large"]) == [File("large", data)]
    assert {len(beats) for beats in together if any(one.artifacts for one in beats)} == {1}
    assert {one.job_id for beats in together for one in beats} == set(jobs.values())


class TestAContext:
    def test_sends_each_file_until_it_is_confirmed_and_a_newer_one_again(self):
        ctx = JobContext(Job("1", "work", "work", "{}", token=3), lambda *_: None)
        ctx.attach("a", bytearray(b"1"))
        sent = ctx.beat()
        assert sent.artifacts == (File("a", b"1"),)
        assert ctx.has_unconfirmed
        ctx.attach("a", b"2")
        ctx.confirm(sent)
        assert ctx.beat().artifacts == (File("a", b"2"),)
        ctx.confirm(ctx.beat())
        assert not ctx.has_unconfirmed
