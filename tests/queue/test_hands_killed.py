"""What a killed process had in hand is handed out again, and every job is completed once."""

import asyncio
import sys
from pathlib import Path

from bot.queue.states import State
from bot.queue.store.base import JobFilter
from bot.queue.store.sqlite import SqliteStore
from bot.queue.worker_queue import WorkerQueue, WorkerQueueOptions
from tests.queue.watching import soon

ROOT = Path(__file__).parents[2]


async def killed_with_three_in_hand(path: Path) -> None:
    """A process that had completed two of five jobs when it was killed with SIGKILL."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.queue.hands_until_killed", str(path)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert await soon(process.stdout.readline()) == b"holds three\n"
    finally:
        process.kill()
        await process.wait()


async def complete_the_rest(queue: WorkerQueue) -> None:
    taken = []
    while len(taken) < 3:
        taken += await soon(queue.dequeue(5, wait_s=None))
    assert sorted(job.payload for job in taken) == [3, 4, 5]
    assert {(job.attempt, job.job.losses) for job in taken} == {(1, 1)}
    for job in taken:
        await queue.mark_as_complete(job, "next")
    jobs = await queue.store.find(JobFilter(states=frozenset({State.COMPLETED})))
    results = [(job.payload, job.result) for job in reversed(jobs)]
    owed = {"1": '"killed"', "2": '"killed"', "3": '"next"', "4": '"next"', "5": '"next"'}
    assert (len(results), dict(results)) == (5, owed)
    assert await queue.dequeue(5) == []


async def test_at_once_in_a_new_process(tmp_path):
    await killed_with_three_in_hand(tmp_path / "queue.db")
    options = WorkerQueueOptions(lease_s=600)
    async with WorkerQueue(SqliteStore(tmp_path / "queue.db"), options) as queue:
        await complete_the_rest(queue)


async def test_in_a_process_that_lives_already(tmp_path):
    options = WorkerQueueOptions(lease_s=3)
    async with WorkerQueue(SqliteStore(tmp_path / "queue.db"), options) as queue:
        await killed_with_three_in_hand(tmp_path / "queue.db")
        await complete_the_rest(queue)
