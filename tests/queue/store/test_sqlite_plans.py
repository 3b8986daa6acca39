"""Query plans: every frequent statement goes through its own index, and none sorts or scans."""

import re
import sqlite3
from pathlib import Path

import pytest

from bot.queue.states import UNFINISHED, State
from bot.queue.store.base import JobFilter
from bot.queue.store.sqlite.figures import FigureTable
from bot.queue.store.sqlite.file import connect, prepare
from bot.queue.store.sqlite.looking import ASKED, JOINED, Looking, where
from bot.queue.store.sqlite.statements import Statements

INDEX_OF = {
    "jobs_ready": "job_ready",
    "jobs_ahead": "job_ready",
    "job_at_place": "job_ready",
    "jobs_in_lane": "job_ready",
    "lanes_ready": "job_ready",
    "jobs_parked": "job_parked",
    "jobs_parked_first": "job_parked",
    "jobs_due": "job_timed",
    "jobs_next_due": "job_timed",
    "jobs_lost": "job_leased",
    "jobs_oldest": "job_finished",
    "jobs_stale": "job_finished",
    "jobs_remove": "INTEGER PRIMARY KEY",
    "bodies_remove": "INTEGER PRIMARY KEY",
    "deliveries_remove": "delivery_job",
    "job_by_key": "job_key",
    "job_by_id": "sqlite_autoindex_job_1",
    "jobs_held": "sqlite_autoindex_job_1",
    "job_beat": "sqlite_autoindex_job_1",
    "job_oldest_ready": "job_ready",
    "job_place": "sqlite_autoindex_job_1",
    "jobs_claim": "INTEGER PRIMARY KEY",
    "jobs_complete": "INTEGER PRIMARY KEY",
    "job_save": "INTEGER PRIMARY KEY",
    "body_beat": "INTEGER PRIMARY KEY",
    "body_complete": "INTEGER PRIMARY KEY",
    "body_save": "INTEGER PRIMARY KEY",
    "deliveries_due": "delivery_due",
    "deliveries_next": "delivery_due",
    "inputs": "sqlite_autoindex_input_1",
    "inputs_remove": "sqlite_autoindex_input_1",
    "inputs_forget": "sqlite_autoindex_job_1",
    "note": "PRIMARY KEY",
    "notes": "PRIMARY KEY",
    "note_forget": "PRIMARY KEY",
    "entries": "entry_scope",
    "entries_trim": "entry_scope",
    "deliveries_come_due": "delivery_job",
    "deliveries_told_anew": "delivery_job",
    "deliveries_of_job": "delivery_job",
    "delivery_by_id": "sqlite_autoindex_delivery_1",
    "delivery_save": "sqlite_autoindex_delivery_1",
}

LONG_SCAN = re.compile(r"SCAN (job|j|body|b|delivery)\b")


@pytest.fixture
def db(tmp_path: Path):
    prepare(tmp_path / "jobs.db")
    connection = connect(tmp_path / "jobs.db", writing=True)
    yield connection
    connection.close()


def plan(db: sqlite3.Connection, sql: str) -> str:
    sql = re.sub(r"\?\d*", "?1", sql)  # plans do not depend on what is bound
    rows = db.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * ("?1" in sql))
    return "\n".join(detail for *_, detail in rows)


def assert_uses(steps: str, index: str) -> None:
    assert index in steps
    assert "TEMP B-TREE" not in steps
    assert [
        step for step in steps.splitlines() if LONG_SCAN.match(step) and index not in step
    ] == []


@pytest.mark.parametrize(("statement", "index"), INDEX_OF.items())
def test_a_frequent_statement_uses_its_index(db, statement, index):
    assert_uses(plan(db, Statements()[statement].replace("/*ids*/", "?, ?")), index)


def test_a_claim_reads_its_rows_in_the_indexs_order(db):
    assert "SEARCH job USING INDEX job_ready (queue=?)" in plan(db, Statements()["jobs_ready"])


def test_a_position_is_counted_from_the_front_of_its_queue(db):
    steps = plan(db, Statements()["jobs_ahead"])
    assert "SEARCH job USING INDEX job_ready (queue=? AND (lane,rank,id)<(?,?,?))" in steps


@pytest.mark.parametrize(
    ("way", "wanted", "before", "index"),
    [
        ("? IS NULL", JobFilter(), None, "sqlite_autoindex_job_1"),
        (
            "? IS NULL",
            JobFilter(guild=1, states=frozenset({State.DISCARDED})),
            "id",
            "sqlite_autoindex_job_1",
        ),
        (
            "? IS NULL",
            JobFilter(guild=1, states=UNFINISHED, prefix="01"),
            None,
            "sqlite_autoindex_job_1",
        ),
        ("? IS NULL", JobFilter(guild=1, prefix="01"), None, "sqlite_autoindex_job_1"),
        ("? IS NULL", JobFilter(guild=1, type="echo"), "id", "sqlite_autoindex_job_1"),
        (JOINED, JobFilter(owner=1, type="echo"), "id", "subscriber_owner"),
        (JOINED, JobFilter(owner=1, guild=1, prefix="01"), None, "subscriber_owner"),
    ],
)
@pytest.mark.parametrize("after", [None, "id"])
def test_a_page_is_read_in_the_indexs_order(db, way, wanted, before, index, after):
    conditions, _ = where(wanted, before, after)
    looking = Looking(Statements(), FigureTable(Statements()))
    assert_uses(plan(db, looking.page(way, conditions, ascending=after is not None)), index)


@pytest.mark.parametrize(
    ("wanted", "before"),
    [
        (JobFilter(owner=1), None),
        (JobFilter(owner=1, type="echo"), "id"),
        (JobFilter(owner=1, guild=1), "id"),
        (JobFilter(owner=1, guild=1, prefix="01"), "id"),
    ],
)
@pytest.mark.parametrize("after", [None, "id"])
def test_of_a_persons_jobs_only_the_ids_are_sorted(db, wanted, before, after):
    conditions, _ = where(wanted, before, after)
    looking = Looking(Statements(), FigureTable(Statements()))
    steps = plan(db, looking.page(ASKED, conditions, ascending=after is not None)).splitlines()
    assert "SEARCH job USING INDEX job_owner (owner=?)" in steps
    assert steps.count("USE TEMP B-TREE FOR ORDER BY") == 1
    assert [step for step in steps if LONG_SCAN.match(step)] == []
