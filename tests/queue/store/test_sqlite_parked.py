"""What is parked costs nothing: each operation takes the same steps past 100,000 parked jobs.

Counted in instructions of SQLite's virtual machine, which are the same on every machine.
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.queue.controls import CancelJob
from bot.queue.job import Priority
from bot.queue.lifecycle import Complete, Fail, HandBack
from bot.queue.slots import Bounds
from bot.queue.states import State
from bot.queue.store.base import Limits, SetBounds
from bot.queue.store.sqlite import SqliteStore
from bot.queue.store.sqlite import store as sqlite
from bot.queue.store.sqlite.file import connect
from tests.queue.store.workbench import (
    NOW,
    Clock,
    a_job,
    a_run,
    claimed,
    finished,
    known,
    stored,
)

FEW, MANY = 10, 100_000
COPY = """
WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
INSERT INTO {table} ({columns})
SELECT {values} FROM number, {table} AS one WHERE one.seq = ?
"""

COUNT = """
UPDATE counter SET n = n + ?
WHERE (queue, type, priority, state) = (
    SELECT queue, type, priority, state FROM job WHERE id = ?
)
"""


def multiply(path: Path, job_id: str, count: int) -> None:
    """Let there be so many of this job in the file, each with a turn of its own."""
    db = sqlite3.connect(path)
    (seq,) = db.execute("SELECT seq FROM job WHERE id = ?", (job_id,)).fetchone()
    changed = {"seq": "one.seq + n", "id": "one.id || n", "rank": "one.rank + n"}
    for table in ("job", "body"):
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        values = ", ".join(changed.get(name, f"one.{name}") for name in columns)
        sql = COPY.format(table=table, columns=", ".join(columns), values=values)
        db.execute(sql, (count - 1, seq))
    db.execute(COUNT, (count - 1, job_id))
    db.commit()
    db.close()


class Steps:
    """How many instructions the store's connections have run since it was last asked."""

    def __init__(self) -> None:
        self._n = 0

    def count(self) -> int:
        """SQLite calls this at each; 0 lets it go on."""
        self._n += 1
        return 0

    def taken(self) -> int:
        n, self._n = self._n, 0
        return n


@asynccontextmanager
async def crowded(path: Path, parked: int) -> AsyncIterator[tuple[SqliteStore, Steps]]:
    """A store with one running job and so many parked behind it, best of all."""
    clock, steps = Clock(), Steps()
    store = SqliteStore(path, clock)

    def counted(path: Path, *, writing: bool = False) -> sqlite3.Connection:
        db = connect(path, writing=writing)
        db.execute("SELECT 1 FROM job LIMIT 1").fetchall()  # it has read the schema
        db.set_progress_handler(steps.count, 1)
        return db

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "connect", counted)
        await store.open()
        await store.policy(SetBounds(Bounds(per_kind={"draw": 1})))
        await a_run(store, id="running", type="draw", priority=Priority.HIGH)
        (job,) = await stored(store, a_job(type="draw", priority=Priority.HIGH, id="parked"))
        assert job.state is State.PARKED
        multiply(path, job.id, parked)
        steps.taken()
        yield store, steps
        await store.close()


async def live(store: SqliteStore, steps: Steps) -> dict[str, int]:
    """The steps of everything that happens to a job, while others are parked."""
    taken = {}

    async def step(name: str, call):
        answer = await call
        taken[name] = steps.taken()
        return answer

    await step("enqueue", store.enqueue([a_job(owner=1)], limits=Limits(10**6, 10)))
    run = await step("claim", claimed(store))
    await step("fail", finished(store, run, Fail("broke", NOW)))
    await step("promote", store.promote())
    run = await step("claim again", claimed(store))
    await step("hand back", finished(store, run, HandBack()))
    await step("finish", finished(store, await claimed(store), Complete("1")))
    running = await known(store, "running")
    await step("finish and unpark", finished(store, running, Complete("1")))
    run = await step("claim what was unparked", claimed(store))
    assert run.id == "parked"
    await step("cancel what is parked", store.control("parked1", CancelJob("no")))
    await step("reap", store.reap(max_losses=3))
    await step("age", store.age(0, 0))
    return taken


async def test_a_hundred_thousand_parked_at_the_head_add_no_step(tmp_path: Path):
    taken = []
    for parked in (FEW, MANY):
        async with crowded(tmp_path / f"{parked}.db", parked) as (store, steps):
            taken.append(await live(store, steps))
    few, many = taken
    assert {name: n for name, n in many.items() if n > 1.05 * few[name]} == {}


async def test_ageing_reads_no_more_of_a_long_line_than_its_head(tmp_path: Path):
    taken = []
    for ready in (1_000, MANY):
        async with crowded(tmp_path / f"{ready}.db", FEW) as (store, steps):
            (job,) = await stored(store, a_job(id="ready"))
            multiply(tmp_path / f"{ready}.db", job.id, ready)
            steps.taken()
            assert await store.age(10**9, 0) == 0
            taken.append(steps.taken())
    assert taken[1] <= 1.05 * taken[0]


async def test_ageing_reads_the_texts_of_those_alone_that_have_waited_long_enough(tmp_path: Path):
    async with crowded(tmp_path / "jobs.db", FEW) as (store, steps):
        (job,) = await stored(store, a_job(id="ready"))
        multiply(tmp_path / "jobs.db", job.id, 1_000)
        steps.taken()
        assert await store.age(10**9, 0) == 0
        young = steps.taken()
        assert await store.age(0, 0) == 1
    assert young < steps.taken() / 2
