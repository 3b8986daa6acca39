"""Group commit: one commit for many, a fault undoes only itself, a failed group fails honestly."""

import asyncio
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import pytest

from bot.queue.controls import CancelJob, RetryJob
from bot.queue.deliveries import DeliveryState
from bot.queue.errors import (
    CommitUnknown,
    InvalidStateTransitionError,
    StoreError,
    StoreUnavailable,
)
from bot.queue.lifecycle import HandBack
from bot.queue.retention import Retention
from bot.queue.states import State
from bot.queue.store.base import Finish
from bot.queue.store.sqlite import SqliteStore, writer
from bot.queue.store.sqlite import file as sqlite_file
from bot.queue.store.sqlite import store as sqlite
from bot.queue.store.sqlite.writer import GroupCommitWriter
from tests.queue.store.workbench import (
    LEASE_S,
    a_job,
    all_jobs,
    claimed,
    completed,
    counts,
    recount,
    stored,
    with_delivery,
)

PATIENCE_S = 20


@asynccontextmanager
async def held_up(writer: GroupCommitWriter) -> AsyncIterator[None]:
    """Inside, operations gather behind one that does not end; after it, they go as one group."""
    begun, go_on = Event(), Event()

    def hold(_: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait(PATIENCE_S)

    holding = asyncio.ensure_future(writer.run(hold))
    assert await asyncio.to_thread(begun.wait, PATIENCE_S)
    yield
    go_on.set()
    await holding


async def together(store: SqliteStore, *calls):
    """The answers (or errors) of calls that share a transaction."""
    async with held_up(store._writer):
        waiting = [asyncio.ensure_future(call) for call in calls]
        await asyncio.sleep(0)  # each of them has begun
    return await asyncio.gather(*waiting, return_exceptions=True)


@pytest.fixture
async def store(tmp_path: Path, statements):
    store = SqliteStore(tmp_path / "jobs.db")
    await store.open()
    yield store
    await store.close()


class TestGroups:
    async def test_operations_that_wait_share_one_commit(self, store, statements):
        answers = await together(store, *(store.enqueue([a_job()]) for _ in range(50)))
        assert all(answer.created for (answer,) in answers)
        assert statements.count("COMMIT") == 2  # one of them is the hold-up's own
        assert len(await all_jobs(store)) == 50

    async def test_a_flood_is_cut_into_groups(self, store, statements, monkeypatch):
        monkeypatch.setattr(writer, "MOST_IN_A_GROUP", 10)
        await together(store, *(store.enqueue([a_job()]) for _ in range(35)))
        assert statements.count("COMMIT") == 1 + 4
        assert len(await all_jobs(store)) == 35

    async def test_many_runs_end_at_once_where_statements_have_few_parameters(self, store):
        await store._writer.run(lambda db: db.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999))
        await stored(store, *(a_job() for _ in range(1000)))
        runs = await store.claim("w1", {"chat": 1000}, LEASE_S)
        states = await store.finish([Finish(run.id, run.token, HandBack()) for run in runs])
        assert states == [State.PENDING] * 1000

    async def test_operations_of_a_group_see_the_ones_before(self, store):
        answers = await together(store, *(store.enqueue([a_job(key="k")]) for _ in range(3)))
        assert [answer.created for (answer,) in answers] == [True, False, False]

    async def test_one_that_fails_undoes_only_itself(self, store, statements):
        done = await completed(store)
        (owed,) = await with_delivery(store, a_job())
        run = await claimed(store)
        before, after, refused = a_job(), a_job(), a_job()
        statements.clear()
        answers = await together(
            store,
            store.enqueue([before]),
            store.enqueue([refused, a_job()._replace(id=run.id)]),
            store.control(run.id, RetryJob()),  # fails after it has written to the deliveries
            store.control(done.id, CancelJob("too late")),
            store.enqueue([after]),
        )
        assert [type(answer) for answer in answers] == [
            list,
            StoreError,
            InvalidStateTransitionError,
            InvalidStateTransitionError,
            list,
        ]
        assert statements.count("COMMIT") == 2
        assert {job.id for job in await all_jobs(store)} == {done.id, run.id, before.id, after.id}
        assert await store.deliveries(run.id) == [owed]
        assert counts(await store.stats()) == await recount(store)

    async def test_a_fault_of_ours_reaches_its_caller_and_no_other(self, store):
        def fault(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM job")
            raise ZeroDivisionError

        job = a_job()
        answers = await together(store, store.enqueue([job]), store._writer.run(fault))
        assert isinstance(answers[1], ZeroDivisionError)
        assert await all_jobs(store) == [job]

    async def test_who_stops_waiting_does_not_undo_it(self, store):
        job = a_job()
        async with held_up(store._writer):
            waiting = asyncio.ensure_future(store.enqueue([job]))
            await asyncio.sleep(0)
            waiting.cancel()
        await stored(store, a_job())
        assert await store.get(job.id) == job

    async def test_a_loop_that_is_gone_does_not_stop_the_writer(self, store):
        job = a_job()

        async def give_up() -> None:
            waiting = asyncio.ensure_future(store.enqueue([job]))
            await asyncio.sleep(0)
            waiting.cancel()

        async with held_up(store._writer):
            await asyncio.to_thread(asyncio.run, give_up())
        async with asyncio.timeout(PATIENCE_S):
            await stored(store, a_job())
        assert await store.get(job.id) == job


class TestFailures:
    async def test_while_another_writes_too_long_nothing_happens(self, tmp_path, monkeypatch):
        monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_S", 0.05)
        store = SqliteStore(tmp_path / "jobs.db")
        await store.open()
        other = sqlite3.connect(tmp_path / "jobs.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        refused = await asyncio.gather(
            *(store.enqueue([a_job()]) for _ in range(5)), return_exceptions=True
        )
        assert {type(one) for one in refused} == {StoreUnavailable}
        assert await all_jobs(store) == []  # readers go on
        other.execute("ROLLBACK")
        other.close()
        job = a_job()
        await stored(store, job)
        assert await all_jobs(store) == [job]
        await store.close()

    async def test_after_a_failed_commit_nobody_knows(self, tmp_path):
        def connect() -> sqlite3.Connection:
            connection = sqlite_file.connect(tmp_path / "any.db", writing=True)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
            # SQLite looks at a deferred key at the commit, which then fails
            connection.execute(
                "CREATE TABLE child (parent REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"
            )
            return connection

        commits = GroupCommitWriter(connect)
        commits.start()
        async with held_up(commits):
            fine = asyncio.ensure_future(commits.run(lambda db: db.execute("SELECT 1")))
            orphan = asyncio.ensure_future(
                commits.run(lambda db: db.execute("INSERT INTO child VALUES (7)"))
            )
            await asyncio.sleep(0)
        answers = await asyncio.gather(fine, orphan, return_exceptions=True)
        assert [type(answer) for answer in answers] == [CommitUnknown, CommitUnknown]
        rows = await commits.run(lambda db: db.execute("SELECT * FROM child").fetchall())
        assert rows == []
        await commits.close()

    async def test_what_sqlite_rolls_back_itself_fails_the_whole_group(self, store):
        pages = await limit_pages(store, spare=20)
        huge = a_job(payload="x" * 1_000_000)
        answers = await together(
            store, store.enqueue([a_job()]), store.enqueue([huge]), store.enqueue([a_job()])
        )
        assert {type(answer) for answer in answers} <= {StoreUnavailable, list}
        assert isinstance(answers[1], StoreUnavailable)
        kept = [answer[0].job for answer in answers if isinstance(answer, list)]
        assert await all_jobs(store) == kept[::-1]
        assert counts(await store.stats()) == await recount(store)
        assert pages < await limit_pages(store, spare=10_000)
        await stored(store, huge)

    async def test_a_store_whose_file_cannot_be_reached_does_not_open(self, tmp_path, monkeypatch):
        def gone(path: Path, *, writing: bool = False) -> sqlite3.Connection:
            raise sqlite3.OperationalError("unable to open database file")

        monkeypatch.setattr(sqlite, "connect", gone)
        store = SqliteStore(tmp_path / "jobs.db")
        with pytest.raises(StoreError, match="cannot be written"):
            await store.open()
        with pytest.raises(StoreUnavailable):
            await store.enqueue([a_job()])


async def limit_pages(store: SqliteStore, spare: int) -> int:
    """Let the file grow by so many pages and no further."""

    def limit(db: sqlite3.Connection) -> int:
        (used,) = db.execute("PRAGMA page_count").fetchone()
        (most,) = db.execute(f"PRAGMA max_page_count = {used + spare}").fetchone()
        return most

    return await store._writer.run(limit)


async def fill(store: SqliteStore) -> tuple[list[str], list[StoreError]]:
    """Enqueue until the store has refused three times; the ids answered, and the refusals."""
    answered: list[str] = []
    refusals: list[StoreError] = []
    while len(refusals) < 3:
        job = a_job(payload="x" * 50_000)
        try:
            await store.enqueue([job])
        except StoreError as refusal:
            refusals.append(refusal)
        else:
            answered.append(job.id)
    return answered, refusals


async def assert_nothing_was_lost(store: SqliteStore, answered: list[str]) -> None:
    assert {job.id for job in await all_jobs(store)} == set(answered)
    assert counts(await store.stats()) == await recount(store)


async def test_the_file_shrinks_when_jobs_are_removed(store, tmp_path: Path):
    for _ in range(20):
        await completed(store, payload="x" * 50_000)
    full = size_without_the_log(tmp_path)
    assert await store.purge(Retention(most=0), 100) == 20
    assert full > 1_000_000
    assert size_without_the_log(tmp_path) < full / 4


def size_without_the_log(folder: Path) -> int:
    (file,) = folder.glob("*.db")
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    return file.stat().st_size


class TestFullDisk:
    async def test_a_full_database_refuses_loses_nothing_and_goes_on(self, store):
        await limit_pages(store, spare=100)
        answered, refusals = await fill(store)
        assert {type(refusal) for refusal in refusals} == {StoreUnavailable}
        assert "full" in str(refusals[0])
        await assert_nothing_was_lost(store, answered)
        (owed,) = await with_delivery_when_there_is_space(store)
        assert owed.state is DeliveryState.WAITING

    async def test_a_full_disk_refuses_loses_nothing_and_goes_on(self, tiny_disk: Path):
        ballast = tiny_disk / "ballast"
        ballast.write_bytes(b"\0" * 1_000_000)
        store = SqliteStore(tiny_disk / "jobs.db")
        await store.open()
        answered, refusals = await fill(store)
        assert {type(refusal) for refusal in refusals} <= {StoreUnavailable, CommitUnknown}
        await assert_nothing_was_lost(store, answered)
        ballast.unlink()
        job = a_job()
        await stored(store, job)
        await assert_nothing_was_lost(store, [*answered, job.id])
        await store.close()


async def with_delivery_when_there_is_space(store: SqliteStore):
    await limit_pages(store, spare=10_000)
    return await with_delivery(store, a_job())


@pytest.fixture
def tiny_disk(tmp_path: Path):
    """A disk of four megabytes, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this user may not mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
