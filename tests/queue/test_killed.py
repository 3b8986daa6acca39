"""A worker that is killed gives its jobs to the next one, at once and without a person."""

import asyncio
import sys
from pathlib import Path

from bot.queue.events import EventName
from tests.queue.kinds import Work
from tests.queue.watching import Diary, on_a_file, soon

ROOT = Path(__file__).parents[2]


async def killed_while_running(path: Path) -> str:
    """The id of a job whose process was killed with SIGKILL in the middle of its run."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.queue.until_killed", str(path)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        return (await soon(process.stdout.readline())).decode().strip()
    finally:
        process.kill()
        await process.wait()


@on_a_file
async def test_its_job_runs_again_at_once_in_a_new_process(make, tmp_path):
    job_id = await killed_while_running(tmp_path / "queue.db")
    queue = make(Work(), lease_s=600)
    diary = Diary(queue)
    await queue.start()
    told = await diary.until(EventName.JOB_COMPLETED, job_id)
    assert (told.result, told.attempt, told.losses) == ('{"text":"survives"}', 1, 1)


@on_a_file
async def test_its_job_runs_again_in_a_process_that_lives_already(start, tmp_path):
    queue = await start(Work(), lease_s=3)
    diary = Diary(queue)
    job_id = await killed_while_running(tmp_path / "queue.db")
    told = await diary.until(EventName.JOB_COMPLETED, job_id)
    assert (told.losses, told.attempt) == (1, 1)
