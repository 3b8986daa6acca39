"""Query plans at 1,000,000 rows: no statement of ours walks through a table that grows.

A plan follows from the schema and the statistics alone. Without statistics (the store keeps none)
SQLite plans as for 2^20 rows. With them, were somebody to run ANALYZE, it must find the same way:
so a thousand real jobs are analysed, and the statistics told that there are a thousand times more.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.queue.deliveries import Delivered, NewDelivery
from bot.queue.lifecycle import Complete
from bot.queue.store.base import Finish, SettleDelivery
from bot.queue.store.sqlite import SqliteStore
from bot.queue.store.sqlite.statements import Statements
from tests.queue.store.workbench import LEASE_S, NOW, a_job

ROWS = 1_000_000
SAMPLE = 1_000

SMALL = {"bound", "counter", "lane", "pace", "paused", "weight"}
"""A row for each queue, kind, state or priority, or what an administrator set: may be read whole.
All other tables grow.
"""

WALKS = {
    "cached_trim": "over the newest results that are kept, by their number",
    "deliveries_freed": "through the open deliveries alone, when a process has died",
    "standing": "each question is answered by the first row",
    "people_gone": "through those alone who have just gone",
    "inputs_forget": "through the files of jobs that wait or failed; nobody else's are kept",
    "jobs_found": "by id from the newest, until the page is full",
    "jobs_lost": "through the running jobs alone, as many as there are slots",
}
"""Statements that follow a whole index, and why that is short."""

OWN = {"json_each", "CONSTANT", "place", "old"}
"""What a statement was given, or has gathered itself: a row for each lane or slot, or so many of
the oldest jobs.
"""

NOT_JUDGED = {
    "jobs_ready_all": "when somebody has lowered the bounds: all that is ready, once",
    "jobs_parked_all": "when somebody has changed the bounds: all that is parked, once",
    "slots_recount": "when somebody has changed the bounds: all that is ready, once",
    "tally_of_window": "an hour of figures, grouped",
}
"""Statements that may sort or read much, and why they may."""

STATEMENTS = sorted(Statements()._texts.keys() - NOT_JUDGED.keys())
A_WALK = re.compile(r"SCAN (\w+)")


async def fill(path: Path, *, finish: bool) -> None:
    """Jobs of a hundred people in three queues, each owed to somebody; the last fifty wait."""
    store = SqliteStore(path, lambda: NOW)
    await store.open()
    jobs = [a_job(queue=f"q{n % 3}", owner=n % 100, key=f"k{n}") for n in range(SAMPLE)]
    await store.enqueue(jobs, {job.id: [NewDelivery("someone")] for job in jobs})
    if finish:
        runs = await store.claim("w", {f"q{n}": SAMPLE // 3 - 20 for n in range(3)}, LEASE_S)
        await store.finish([Finish(run.id, run.token, Complete("1")) for run in runs])
        due = await store.deliveries_claim("w", SAMPLE, LEASE_S)
        await store.deliveries_settle(
            [SettleDelivery(one.delivery.id, one.delivery.token, Delivered()) for one in due]
        )
    await store.close()


def enlarge(db: sqlite3.Connection) -> None:
    """Statistics as ANALYZE would gather them from `ROWS` jobs of the same kind."""
    db.execute("ANALYZE")
    for table, index, figures in db.execute("SELECT * FROM sqlite_stat1").fetchall():
        if table not in SMALL:
            stat = " ".join(_enlarged(figure) for figure in figures.split())
            found = (stat, table, index)
            db.execute("UPDATE sqlite_stat1 SET stat = ? WHERE tbl = ? AND idx IS ?", found)
    db.execute("ANALYZE sqlite_schema")  # reads them anew


def _enlarged(figure: str) -> str:
    """Rows in all, or rows of one key; what is unique stays so."""
    unique = not figure.isdigit() or figure == "1"
    return figure if unique else str(int(figure) * ROWS // SAMPLE)


@pytest.fixture(params=["no statistics", "all wait", "nearly all are finished"])
async def db(request, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "jobs.db"
    await fill(path, finish=request.param == "nearly all are finished")
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        if request.param != "no statistics":
            enlarge(db)
            rows = db.execute("SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1").fetchone()
            assert rows == (ROWS,)
        yield db


def plan(db: sqlite3.Connection, name: str) -> list[str]:
    """The steps, none of which depends on the values that are bound."""
    sql = re.sub("--.*", "", Statements()[name])
    sql = sql.replace("/*conditions*/", "true").replace("/*ids*/", "?, ?")
    sql = re.sub(r"\?\d*|:\w+", "?1", sql)
    bound = [None] * ("?1" in sql)
    return [step for *_, step in db.execute(f"EXPLAIN QUERY PLAN {sql}", bound)]


def test_no_statement_walks_through_a_table_that_grows(db):
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}
    assert tables >= SMALL
    found = {
        name: [step for step in plan(db, name) if is_long(step, name in WALKS)]
        for name in STATEMENTS
    }
    assert {name: steps for name, steps in found.items() if steps} == {}


def is_long(step: str, excused: bool) -> bool:
    """Whether its cost grows with a table."""
    if "TEMP B-TREE" in step:
        return True
    walk = A_WALK.match(step)
    if walk is None or walk[1] in SMALL | OWN:
        return False
    return not (excused and ("INDEX" in step or walk[1] == "slot"))


def test_every_walk_that_is_excused_is_one(db):
    assert [
        name for name in WALKS if not any(is_long(step, False) for step in plan(db, name))
    ] == []


def test_what_may_be_stale_is_found_by_its_end(db):
    """Or else a purge that has nothing to do looks at every finished job."""
    assert "SEARCH job USING INDEX job_finished (finished_at<?)" in plan(db, "jobs_stale")
