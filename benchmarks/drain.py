"""How fast waiting jobs are claimed, run and finished, against a plain table that does the same.

Ours: the whole worker over the SQLite store at `synchronous=FULL`, with all fields. The plain one:
an aiosqlite table at `synchronous=NORMAL`, one statement and one commit for each claim and finish.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

import aiosqlite

from benchmarks.judge import judged, leave
from benchmarks.noop import Noop, noop_jobs
from bot.queue.events import Event, EventName
from bot.queue.job_queue import JobQueue, QueueOptions
from bot.queue.store.sqlite import SqliteStore
from bot.queue.worker import WorkerOptions

JOBS = 5_000
SLOTS = 32
ROUNDS = 5

CREATE = """
CREATE TABLE job (
    id INTEGER PRIMARY KEY, payload TEXT NOT NULL, state TEXT NOT NULL, result TEXT
)
"""
INDEX = "CREATE INDEX job_state ON job (state, id)"
CLAIM = """
UPDATE job SET state = 'running'
WHERE id = (SELECT id FROM job WHERE state = 'waiting' ORDER BY id LIMIT 1)
RETURNING id, payload
"""
FINISH = "UPDATE job SET state = 'done', result = ? WHERE id = ?"


async def ours(folder: Path) -> float:
    """Seconds until the end of every job is on the disk."""
    await _fill(folder / "ours.db")
    options = QueueOptions(WorkerOptions(concurrency={Noop.queue: SLOTS}))
    queue = JobQueue(SqliteStore(folder / "ours.db"), options)
    queue.register(Noop())
    drained = asyncio.Event()
    left = JOBS

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
    return took


async def _fill(path: Path) -> None:
    store = SqliteStore(path)
    await store.open()
    await store.enqueue(noop_jobs(JOBS))
    await store.close()


async def plain(folder: Path) -> float:
    """Seconds until the end of every job is in the file."""
    async with aiosqlite.connect(folder / "plain.db", isolation_level=None) as db:
        await db.execute("PRAGMA journal_mode = WAL")
        await db.execute("PRAGMA synchronous = NORMAL")
        await db.execute(CREATE)
        await db.execute(INDEX)
        await db.execute("BEGIN")
        rows = ((job.payload, "waiting") for job in noop_jobs(JOBS))
        await db.executemany("INSERT INTO job (payload, state) VALUES (?, ?)", rows)
        await db.execute("COMMIT")
        began = time.perf_counter()
        async with asyncio.TaskGroup() as slots:
            for _ in range(SLOTS):
                slots.create_task(_work(db))
        return time.perf_counter() - began


async def _work(db: aiosqlite.Connection) -> None:
    while claimed := await db.execute_fetchall(CLAIM):
        for job_id, payload in claimed:
            await db.execute(FINISH, (payload, job_id))


async def main() -> None:
    """Rounds of both, in turn; the medians are compared."""
    times: dict[str, list[float]] = {"ours": [], "plain": []}
    for _ in range(ROUNDS):
        for name, drain in (("ours", ours), ("plain", plain)):
            with tempfile.TemporaryDirectory() as folder:
                times[name].append(await drain(Path(folder)))
    rates = {name: JOBS / median(seconds) for name, seconds in times.items()}
    for name, rate in rates.items():
        spread = ", ".join(f"{JOBS / seconds:,.0f}" for seconds in times[name])
        print(f"     {name}: {rate:,.0f} jobs/s (rounds: {spread})")
    leave([judged("drain, ours / plain", rates["ours"] / rates["plain"], at_least=1.0)])


if __name__ == "__main__":
    asyncio.run(main())
