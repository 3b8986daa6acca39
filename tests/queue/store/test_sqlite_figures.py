"""What figures cost in the file: few rows, no growth, and never a walk over the jobs."""

import re
import sqlite3
from pathlib import Path

import pytest

from bot.queue.figures import WINDOW_MIN
from bot.queue.lifecycle import Complete
from bot.queue.retention import Retention
from bot.queue.states import State
from bot.queue.store.base import Finish
from bot.queue.store.sqlite import SqliteStore
from bot.queue.store.sqlite.statements import FOLDER, Statements, each_statement, migrations
from tests.queue.store.workbench import (
    EVERYTHING,
    LEASE_S,
    Clock,
    a_job,
    completed,
    counts,
    recount,
    stored,
)

FOR_EVER = Retention(1e9, 1e9)

COUNTING = {path.stem for path in (FOLDER / "sql").glob("*.sql") if "count(" in path.read_text()}
MAY_COUNT = {
    "job_attached": "the files of one job",
    "slots_recount": "once after bounds were changed, by the writer",
}
BOUNDED_COUNT = re.compile(r"SELECT count\(\*\)\nFROM \(.* LIMIT \?\n\)", re.DOTALL)

OLD_JOBS = [("echo", "PENDING", None), ("echo", "PENDING", None), ("draw", "COMPLETED", 9)]
OLD_INSERT = """
INSERT INTO job (
    seq, id, type, queue, state, lane, rank, owner, run_at, created_at, finished_at, attempt,
    max_attempts, losses, timeout_s, token
)
VALUES (?, ?, ?, 'chat', ?, -10, 0, 1, 5, 5, ?, 0, 3, 0, 300, 0)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


@pytest.fixture
async def store(path: Path, clock: Clock):
    store = SqliteStore(path, clock)
    await store.open()
    yield store
    await store.close()


def tally_rows(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        (rows,) = connection.execute("SELECT count(*) FROM tally").fetchone()
        return rows
    finally:
        connection.close()


@pytest.mark.parametrize("name", sorted(COUNTING - MAY_COUNT.keys()))
def test_no_statement_counts_jobs_without_a_bound(name):
    assert BOUNDED_COUNT.search(Statements()[name])


async def test_a_thousand_jobs_that_were_alike_take_two_rows(store, path, clock):
    await stored(store, *(a_job() for _ in range(1_000)))
    runs = await store.claim("w1", {"chat": EVERYTHING}, LEASE_S)
    await store.finish([Finish(run.id, run.token, Complete("1")) for run in runs])
    assert (await store.figures()).of().duration.n == 1_000
    assert tally_rows(path) == 2


async def test_purging_removes_the_rows_of_old_minutes(store, path, clock):
    for _ in range(WINDOW_MIN + 20):
        await completed(store, run_at=clock())
        clock.forward(60)
    before = await store.figures()
    left = []
    for _ in range(6):
        await store.purge(FOR_EVER, 1)
        left.append(tally_rows(path) // 2)
    assert left == [75, 70, 65, 60, 59, 59]  # minutes; the last one has nothing yet
    assert await store.figures() == before


async def test_lengths_beyond_all_bounds_still_add_up(store, clock):
    for _ in range(3):
        await stored(store, *(a_job(run_at=-1e17) for _ in range(200)))
        await store.claim("w1", {"chat": 200}, LEASE_S)
    assert (await store.figures()).of().wait.n == 600


async def test_an_older_files_jobs_are_counted_once_when_it_is_migrated(path, clock):
    connection = sqlite3.connect(path, isolation_level=None)
    for number, script in migrations()[:2]:
        for statement in each_statement(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
    connection.execute(f"PRAGMA application_id = {0x436F6E76}")
    for seq, (kind, state, finished_at) in enumerate(OLD_JOBS):
        connection.execute(OLD_INSERT, (seq, str(seq), kind, state, finished_at))
        connection.execute("INSERT INTO body (seq, payload) VALUES (?, '{}')", (seq,))
    connection.close()
    store = SqliteStore(path, clock)
    await store.open()
    stats = await store.stats()
    assert counts(stats) == await recount(store)
    assert stats.total(State.PENDING) == 2
    await store.close()
