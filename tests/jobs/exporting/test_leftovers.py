"""What exports leave on the disk goes: rows with the end of the run, files with the job."""

import asyncio
from typing import ClassVar

import pytest
from pydantic import BaseModel

from bot.jobs.exporting.leftovers import Leftovers
from bot.jobs.exporting.spool import ROWS
from bot.queue.errors import JobError
from bot.queue.handlers import JobType
from bot.queue.reply import Reply
from bot.queue.testing import ManualClock, drain, working


class Nothing(BaseModel):
    fail: bool = False


class Paper(JobType[Nothing, Nothing]):
    """Leaves rows and a file, as an export does."""

    name: ClassVar[str] = "paper"

    def __init__(self, folder):
        self.folder = folder

    async def run(self, ctx, request):
        run = self.folder / ctx.job.id / "1"
        run.mkdir(parents=True)
        (run / ROWS).touch()
        (run / "file.json").touch()
        if request.fail:
            raise JobError("No.", retryable=False)
        return request

    def present(self, _job, _result):
        return Reply("done")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "exports"


def left(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_rows_go_when_it_is_done_and_all_of_it_when_it_failed(folder):
    kind = Paper(folder)
    async with working(kind) as queue:
        queue.events.subscribe(Leftovers(folder, "paper", queue).hear)
        done = (await queue.enqueue(kind, Nothing())).job
        await queue.enqueue(kind, Nothing(fail=True))
        await drain(queue)
    await asyncio.get_running_loop().shutdown_default_executor()  # all that threads do is done

    assert left(folder) == [f"{done.id}/1/file.json"]
    assert [path.name for path in folder.iterdir()] == [done.id]


async def test_what_nobody_heard_of_is_swept_and_what_goes_on_is_left_alone(folder):
    kind, clock = Paper(folder), ManualClock()
    async with working(kind, clock=clock) as queue:
        done = (await queue.enqueue(kind, Nothing())).job
        await queue.enqueue(kind, Nothing(fail=True))
        await drain(queue)
        later = (await queue.enqueue(kind, Nothing(), run_at=clock() + 60)).job
        for job_id in (later.id, "of-a-job-that-is-gone"):
            (folder / job_id / "1").mkdir(parents=True)
            (folder / job_id / "1" / ROWS).touch()

        await Leftovers(folder, "paper", queue).sweep()

        assert left(folder) == sorted([f"{done.id}/1/file.json", f"{later.id}/1/{ROWS}"])


async def test_the_files_go_with_the_job(folder):
    kind = Paper(folder)
    async with working(kind) as queue:
        leftovers = Leftovers(folder, "paper", queue)
        done = (await queue.enqueue(kind, Nothing())).job
        await drain(queue)
        await queue.delete(done.id)

        await leftovers.sweep()

        assert list(folder.iterdir()) == []


async def test_before_the_first_export_there_is_nothing_to_sweep(folder):
    async with working(Paper(folder)) as queue:
        await Leftovers(folder, "paper", queue).sweep()
