"""The least that a queue can be: one table, one statement and one commit for each step of a job."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite

from benchmarks.noop import noop_jobs
from benchmarks.peers.course import JOBS, SLOTS, Course

FSYNC = "FULL"
NO_FSYNC = "NORMAL"

CREATE = """
CREATE TABLE job (
    id INTEGER PRIMARY KEY, payload TEXT NOT NULL, state TEXT NOT NULL, result TEXT
)
"""
INDEX = "CREATE INDEX job_state ON job (state, id)"
INSERT = "INSERT INTO job (payload, state) VALUES (?, 'waiting')"
CLAIM = """
UPDATE job SET state = 'running'
WHERE id = (SELECT id FROM job WHERE state = 'waiting' ORDER BY id LIMIT 1)
RETURNING id, payload
"""
FINISH = "UPDATE job SET state = 'done', result = ? WHERE id = ?"


@asynccontextmanager
async def table(path: Path, synchronous: str) -> AsyncIterator[aiosqlite.Connection]:
    """An empty table in a file of its own, in WAL mode; every statement commits by itself."""
    async with aiosqlite.connect(path, isolation_level=None) as db:
        await db.execute("PRAGMA journal_mode = WAL")
        await db.execute(f"PRAGMA synchronous = {synchronous}")
        await db.execute(CREATE)
        await db.execute(INDEX)
        yield db


async def plain(folder: Path, synchronous: str = NO_FSYNC) -> Course:
    """All jobs are stored in one transaction, then claimed and finished one by one."""
    payloads = [(job.payload,) for job in noop_jobs(JOBS)]
    async with table(folder / "plain.db", synchronous) as db:
        began = time.perf_counter()
        await db.execute("BEGIN")
        await db.executemany(INSERT, payloads)
        await db.execute("COMMIT")
        stored = time.perf_counter()
        async with asyncio.TaskGroup() as slots:
            for _ in range(SLOTS):
                slots.create_task(_work(db))
        return Course(stored - began, time.perf_counter() - stored)


async def _work(db: aiosqlite.Connection) -> None:
    while claimed := await db.execute_fetchall(CLAIM):
        for job_id, payload in claimed:
            await db.execute(FINISH, (payload, job_id))
