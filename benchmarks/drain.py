"""How fast waiting jobs are claimed, run and finished, against a plain table that does the same.

Ours: the whole worker over the SQLite store at `synchronous=FULL`, with all fields. The plain one:
an aiosqlite table at `synchronous=NORMAL`, one statement and one commit for each claim and finish.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from statistics import median

from benchmarks.judge import judged, leave
from benchmarks.noop import Noop, noop_jobs
from benchmarks.peers.course import JOBS, SLOTS, Course
from benchmarks.plain import plain
from bot.queue.events import Event, EventName
from bot.queue.job_queue import JobQueue
from bot.queue.options import QueueOptions
from bot.queue.store.sqlite import SqliteStore
from bot.queue.worker import WorkerOptions

ROUNDS = 5
AT_ONCE = 1_000
"""Jobs that are stored in one call."""

Run = Callable[[Path], Awaitable[Course]]


async def ours(folder: Path, jobs: int = JOBS, slots: int = SLOTS) -> Course:
    """Until the end of every job is on the disk."""
    thousands = await fill(folder / "ours.db", jobs)
    options = QueueOptions(WorkerOptions(concurrency={Noop.queue: slots}))
    queue = JobQueue(SqliteStore(folder / "ours.db"), options)
    queue.register(Noop())
    drained = asyncio.Event()
    left = jobs

    def count(event: Event) -> None:
        nonlocal left
        left -= event.name is EventName.JOB_COMPLETED
        if not left:
            drained.set()

    queue.events.subscribe(count)
    await queue.open()
    began = time.perf_counter()
    await queue.start()
    await drained.wait()
    took = time.perf_counter() - began
    await queue.stop()
    return Course(sum(thousands), took, median(thousands))


async def fill(path: Path, count: int) -> list[float]:
    """Store so many jobs; the seconds that each thousand of them took."""
    store = SqliteStore(path)
    await store.open()
    jobs = noop_jobs(count)
    took = []
    for start in range(0, count, AT_ONCE):
        began = time.perf_counter()
        await store.enqueue(jobs[start : start + AT_ONCE])
        took.append(time.perf_counter() - began)
    await store.close()
    return took


async def in_turn(runs: Mapping[str, Run], rounds: int = ROUNDS) -> dict[str, Course]:
    """Rounds of all, in turn, each in an empty folder; of each the medians."""
    courses: dict[str, list[Course]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            with tempfile.TemporaryDirectory() as folder:
                courses[name].append(await run(Path(folder)))
    for name, measured in courses.items():
        spread = ", ".join(f"{course.drain_rate:,.0f}" for course in measured)
        print(f"     {name}, drains: {spread} jobs/s")
    return {name: middle(measured) for name, measured in courses.items()}


def middle(courses: list[Course]) -> Course:
    """The one with the median time of draining."""
    return sorted(courses, key=lambda course: course.drain_s)[len(courses) // 2]


async def main() -> None:
    """The medians of both are compared."""
    courses = await in_turn({"ours": ours, "plain": plain})
    ratio = courses["ours"].drain_rate / courses["plain"].drain_rate
    leave([judged("drain, ours / plain", ratio, at_least=1.0)])


if __name__ == "__main__":
    asyncio.run(main())
