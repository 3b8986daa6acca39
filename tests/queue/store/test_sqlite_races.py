"""Bounds are exact while twenty callers enqueue and eight claimers work, in six real processes."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from bot.queue.job import Job
from bot.queue.slots import Bounds
from bot.queue.states import FINISHED, WAITING, State
from bot.queue.store.base import SetBounds
from bot.queue.store.sqlite import SqliteStore
from bot.queue.store.sqlite.rows import job_from
from tests.queue.store.company import PATIENCE_S, Neighbour, a_neighbour
from tests.queue.store.workbench import all_jobs, counts, recount, slots_of

BOUNDS = Bounds(per_owner=3, per_kind={"draw": 4}, per_key={"echo": 2, "draw": 2})
MOST_WAITING, MOST_OF_ONE = 20, 8
"""What the callers ask with."""
JOBS = 240
REACHED = {"waiting": 20, "active": 8, "owner 1 chat": 3, "kind draw": 4, "key k": 2}
"""Where the crowd stood at its bounds."""


class Watch:
    """Reads the whole file again and again, each time all of one moment."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False)
        self.seen: Counter[str] = Counter()

    async def until_all_is_done(self) -> None:
        while True:
            jobs = await asyncio.to_thread(self._look)
            self._check(jobs)
            if len(jobs) == JOBS and all(job.state in FINISHED for job in jobs):
                self._db.close()
                return

    def _look(self) -> list[Job]:
        return [job_from(row) for row in self._db.execute("SELECT * FROM whole_job")]

    def _check(self, jobs: Sequence[Job]) -> None:
        used, sizes, parked_on = slots_of(jobs, BOUNDS)
        assert all(n <= sizes[name] for name, n in used.items())
        assert all(used[name] >= sizes[name] for name in parked_on)
        # what came back from a run waits too, but it was let in before
        waiting = sum(job.state in WAITING and not job.token for job in jobs)
        active = Counter(job.owner for job in jobs if job.state not in FINISHED)
        assert waiting <= MOST_WAITING
        assert max(active.values(), default=0) <= MOST_OF_ONE
        self.seen |= used | Counter(waiting=waiting, active=max(active.values(), default=0))
        self.seen |= Counter(job.state for job in jobs)


def runs_in(diary: Path) -> Counter[str]:
    """How often each job ran; fails if one ran twice at once."""
    running: set[str] = set()
    times: Counter[str] = Counter()
    for line in diary.read_text().splitlines():
        event, job_id = line.split()
        if event == "began":
            assert job_id not in running
            running.add(job_id)
            times[job_id] += 1
        else:
            running.remove(job_id)
    assert running == set()
    return times


async def started(stack: AsyncExitStack, duty: str, times: int, path: Path) -> list[Neighbour]:
    neighbours = [await stack.enter_async_context(a_neighbour(duty, path)) for _ in range(times)]
    for one in neighbours:
        assert await one.line() == "ready"
    return neighbours


async def test_no_bound_is_exceeded_at_any_moment_and_no_job_runs_twice_at_once(tmp_path: Path):
    path = tmp_path / "jobs.db"
    store = SqliteStore(path)
    await store.open()
    await store.policy(SetBounds(BOUNDS))
    watch = Watch(path)
    async with AsyncExitStack() as stack:
        callers = await started(stack, "crowd_in", 2, path)
        claimers = await started(stack, "work_off", 4, path)
        for one in (*callers, *claimers):
            one.go_on()
        async with asyncio.timeout(PATIENCE_S):
            await watch.until_all_is_done()
        refusals = [int(*await one.rest()) for one in callers]
        for one in claimers:
            one.go_on()
        for one in claimers:
            await one.rest()
    jobs = await all_jobs(store)
    assert {job.id: job.token for job in jobs} == runs_in(path.with_name("jobs.db.diary"))
    assert {job.state for job in jobs} == {State.COMPLETED}
    assert counts(await store.stats()) == await recount(store)
    await store.close()
    assert min(refusals) > 0
    assert watch.seen.items() >= REACHED.items()
