"""Files that come with a request reach its run, also while the store is away."""

import pytest

from bot.queue.errors import StoreUnavailable
from bot.queue.events import EventName
from bot.queue.reply import File
from tests.queue.kinds import Text, Work
from tests.queue.watching import Diary, TappedStore


@pytest.mark.parametrize("away", [False, True])
async def test_a_run_finds_what_came_with_its_request(start, new_store, away):
    async def do(ctx, text: str) -> str:
        (file,) = await queue.inputs(ctx.job.id)
        return text + file.data.decode()

    work, store = Work(do), TappedStore(new_store())
    work.degraded = True
    queue = await start(work, store=store)
    diary = Diary(queue)
    store.refusal = StoreUnavailable("away")
    store.refused = {"enqueue"} if away else set()
    taken = await queue.enqueue(work, Text(text="a "), inputs=[File("name", b"file")])
    assert taken.job.durable is not away
    job = await diary.until(EventName.JOB_COMPLETED, taken.job.id)
    assert work.result_of(job).text == "a file"
