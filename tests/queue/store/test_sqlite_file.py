"""Opening the file: ours is migrated whole or not at all; what is not ours is never touched."""

import asyncio
import hashlib
import sqlite3
from pathlib import Path

import pytest

from bot.queue.errors import SchemaTooNew, StoreError, StoreUnavailable
from bot.queue.store.base import JobFilter
from bot.queue.store.sqlite import SqliteStore
from bot.queue.store.sqlite import file as sqlite_file
from bot.queue.store.sqlite.statements import each_statement, migrations
from tests.queue.store.workbench import a_job, all_jobs, stored

OLDER_JOB = """
    INSERT INTO job (
        seq, id, type, queue, state, lane, rank, run_at, created_at, attempt, max_attempts, losses,
        timeout_s, token
    )
    VALUES (1, 'older', 'echo', 'chat', 'PENDING', 0, 0, 0, 0, 0, 1, 0, 1, 0)
"""


def raw(path: Path) -> sqlite3.Connection:
    """A connection of another program."""
    return sqlite3.connect(path, isolation_level=None)


def change(path: Path, *statements: str) -> None:
    connection = raw(path)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def damage(path: Path) -> None:
    header, pages = path.read_bytes()[:100], path.read_bytes()[100:]
    path.write_bytes(header + b"\xff" * len(pages))


def pragma(path: Path, name: str):
    connection = raw(path)
    try:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]
    finally:
        connection.close()


def tables(path: Path) -> set[str]:
    connection = raw(path)
    try:
        rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        return {name for (name,) in rows}
    finally:
        connection.close()


def contents(folder: Path) -> dict[str, str]:
    """Every file of the folder, by its digest."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file()
    }


async def refusal(path: Path) -> StoreError:
    with pytest.raises(StoreError) as refused:
        await SqliteStore(path).open()
    return refused.value


async def assert_closed(store: SqliteStore) -> None:
    with pytest.raises(StoreUnavailable, match="not open"):
        await store.enqueue([a_job()])
    with pytest.raises(StoreUnavailable, match="not open"):
        await store.find(JobFilter())


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A database that was made, used and closed."""
    path = tmp_path / "jobs.db"
    store = SqliteStore(path)
    await store.open()
    await stored(store, a_job())
    await store.close()
    return path


class TestWhatIsOurs:
    async def test_a_new_file_is_made_with_its_folders(self, tmp_path: Path):
        path = tmp_path / "not" / "yet" / "jobs.db"
        store = SqliteStore(path)
        await store.open()
        await store.close()
        assert pragma(path, "application_id") == sqlite_file.APPLICATION_ID
        assert pragma(path, "user_version") == migrations()[-1][0]
        incremental = 2
        assert pragma(path, "auto_vacuum") == incremental

    async def test_opening_again_writes_nothing(self, path: Path):
        before = contents(path.parent)
        store = SqliteStore(path)
        await store.open()
        await store.close()
        assert contents(path.parent) == before

    async def test_what_is_answered_is_synced_to_the_disk(self, path: Path):
        store = SqliteStore(path)
        await store.open()
        settings = await store._writer.run(
            lambda db: [
                db.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("journal_mode", "synchronous")
            ]
        )
        await store.close()
        full = 2
        assert settings == ["wal", full]

    async def test_a_reader_cannot_write(self, path: Path):
        store = SqliteStore(path)
        await store.open()
        with pytest.raises(StoreUnavailable, match="readonly"):
            await store._read(lambda db: db.execute("DELETE FROM job"))
        assert len(await all_jobs(store)) == 1
        await store.close()

    async def test_jobs_are_there_after_a_restart(self, path: Path):
        store = SqliteStore(path)
        await store.open()
        assert len(await all_jobs(store)) == 1
        await store.close()

    async def test_turns_go_on_after_a_restart(self, path: Path):
        store = SqliteStore(path)
        await store.open()
        (job,) = await stored(store, a_job())
        assert job.rank == 1  # the one in the file took turn 0
        await store.close()

    async def test_many_may_open_a_new_file_at_once(self, tmp_path: Path):
        stores = [SqliteStore(tmp_path / "jobs.db") for _ in range(6)]
        await asyncio.gather(*(store.open() for store in stores))
        for store in stores:
            await stored(store, a_job())
        assert len(await all_jobs(stores[0])) == 6
        await asyncio.gather(*(store.close() for store in stores))

    async def test_closing_leaves_no_traces_of_the_process(self, path: Path):
        assert [one.name for one in path.parent.rglob("*") if one.is_file()] == ["jobs.db"]


class TestOpenAndClosed:
    async def test_before_opening_and_after_closing_nothing_is_done(self, tmp_path: Path):
        store = SqliteStore(tmp_path / "jobs.db")
        await assert_closed(store)
        assert contents(tmp_path) == {}
        await store.open()
        await store.close()
        await assert_closed(store)

    async def test_closing_twice_or_without_opening_is_fine(self, tmp_path: Path):
        store = SqliteStore(tmp_path / "jobs.db")
        await store.close()
        await store.open()
        await store.close()
        await store.close()

    @pytest.mark.parametrize("name", ["jobs.db", ":memory:", "file:jobs.db?mode=memory"])
    async def test_a_name_is_a_place_and_stays_it_wherever_the_process_goes(
        self, tmp_path: Path, monkeypatch, name
    ):
        here, there = tmp_path / "here", tmp_path / "there"
        here.mkdir()
        there.mkdir()
        monkeypatch.chdir(here)
        store = SqliteStore(name)
        await store.open()
        monkeypatch.chdir(there)
        (job,) = await stored(store, a_job())
        assert await all_jobs(store) == [job]
        await store.close()
        assert name in contents(here)
        assert contents(there) == {}

    async def test_it_is_opened_once_and_goes_on_where_that_is_tried_again(self, path: Path):
        store = SqliteStore(path)
        await store.open()
        with pytest.raises(StoreError, match="opened already"):
            await store.open()
        assert await stored(store, a_job())
        await store.close()
        with pytest.raises(StoreError, match="opened already"):
            await store.open()
        assert list((path.parent / f"{path.name}-processes").iterdir()) == []

    async def test_closing_finishes_what_was_accepted(self, path: Path):
        store = SqliteStore(path)
        await store.open()
        jobs = [a_job() for _ in range(50)]
        waiting = [asyncio.ensure_future(store.enqueue([job])) for job in jobs]
        await asyncio.sleep(0)  # each of them has begun
        await store.close()
        answers = await asyncio.gather(*waiting)
        assert [answer.job.id for (answer,) in answers] == [job.id for job in jobs]
        again = SqliteStore(path)
        await again.open()
        found = {job.id: job for job in await all_jobs(again)}
        assert len(found) == 51
        assert all(found[answer.job.id] == answer.job for (answer,) in answers)
        await again.close()


class TestWhatIsNotOurs:
    async def test_a_file_that_is_no_database_is_left_as_it_is(self, tmp_path: Path):
        path = tmp_path / "jobs.db"
        path.write_bytes(b"these are somebody's notes, not a database" * 100)
        before = contents(tmp_path)
        refused = await refusal(path)
        assert "not a database" in str(refused)
        assert "Move it away" in str(refused)
        assert contents(tmp_path) == before

    async def test_a_damaged_database_is_left_as_it_is(self, path: Path):
        damage(path)
        before = contents(path.parent)
        assert "damaged" in str(await refusal(path))
        assert contents(path.parent) == before

    @pytest.mark.parametrize("mark", ["CREATE TABLE recipes (name)", "PRAGMA application_id = 7"])
    async def test_another_programs_database_is_not_touched(self, tmp_path: Path, mark):
        path = tmp_path / "recipes.db"
        change(path, mark)
        before = contents(tmp_path)
        assert "another program" in str(await refusal(path))
        assert contents(tmp_path) == before

    async def test_a_newer_database_is_not_touched(self, path: Path):
        newest = migrations()[-1][0]
        change(path, f"PRAGMA user_version = {newest + 1}")
        before = contents(path.parent)
        refused = await refusal(path)
        assert isinstance(refused, SchemaTooNew)
        assert f"schema {newest + 1}, this one knows {newest}" in str(refused)
        assert contents(path.parent) == before

    @pytest.mark.parametrize("below", ["notes/jobs.db", "notes/deeper/jobs.db"])
    async def test_a_folder_that_cannot_be_made_is_said(self, tmp_path: Path, below):
        (tmp_path / "notes").write_text("a file, not a folder")
        refused = await refusal(tmp_path / below)
        assert "folder" in str(refused)
        assert "QUEUE_DATABASE_URL" in str(refused)

    async def test_a_folder_in_the_files_place_is_said(self, tmp_path: Path):
        assert "QUEUE_DATABASE_URL" in str(await refusal(tmp_path))

    async def test_a_file_in_the_place_of_the_lock_files_is_said(self, path: Path):
        path.with_name("jobs.db-processes").rmdir()
        path.with_name("jobs.db-processes").write_text("a file, not a folder")
        assert "QUEUE_DATABASE_URL" in str(await refusal(path))

    async def test_a_database_that_another_program_holds_is_said(self, path: Path, monkeypatch):
        monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_S", 0.05)
        holder = raw(path)
        holder.execute("BEGIN IMMEDIATE")
        assert "another program holds it" in str(await refusal(path))
        holder.close()

    async def test_a_refused_store_has_left_nothing_behind(self, path: Path):
        change(path, "PRAGMA user_version = 999")
        store = SqliteStore(path)
        with pytest.raises(SchemaTooNew):
            await store.open()
        await store.close()
        assert [one.name for one in path.parent.rglob("*") if one.is_file()] == ["jobs.db"]


class TestMigrations:
    def test_they_are_numbered_without_a_gap(self):
        numbers = [number for number, _ in migrations()]
        assert numbers == list(range(1, len(numbers) + 1))

    def test_a_script_is_split_at_its_statements(self):
        script = "CREATE TABLE a (b -- not; here\n);\n\n-- and;\nINSERT INTO a VALUES (';')"
        assert [one.strip() for one in each_statement(script)] == [
            "CREATE TABLE a (b -- not; here\n);",
            "-- and;\nINSERT INTO a VALUES (';')",
        ]

    async def test_only_the_missing_ones_run_in_their_order(self, path: Path, monkeypatch):
        newest = migrations()[-1][0]
        later = [
            *migrations(),
            (newest + 1, "CREATE TABLE extra (a);"),
            (newest + 2, "INSERT INTO extra VALUES (1);\nDROP TABLE extra;"),
        ]
        monkeypatch.setattr(sqlite_file, "migrations", lambda: later)
        store = SqliteStore(path)
        await store.open()
        assert len(await all_jobs(store)) == 1
        await store.close()
        assert pragma(path, "user_version") == newest + 2
        assert "extra" not in tables(path)

    async def test_a_job_of_which_nobody_knows_whether_it_is_private_is(
        self, tmp_path: Path, monkeypatch
    ):
        path = tmp_path / "older.db"
        with monkeypatch.context() as older:
            older.setattr(sqlite_file, "migrations", lambda: migrations()[:6])
            sqlite_file.prepare(path)
        change(path, OLDER_JOB, "INSERT INTO body (seq, payload) VALUES (1, '{}')")
        store = SqliteStore(path)
        await store.open()
        assert [job.private for job in await all_jobs(store)] == [True]
        await store.close()

    async def test_one_that_fails_undoes_all_of_them(self, path: Path, monkeypatch):
        newest = migrations()[-1][0]
        before = tables(path)
        broken = [
            *migrations(),
            (newest + 1, "CREATE TABLE extra (a);"),
            (newest + 2, "CREATE TABLE more (a);\nCREATE TABLE more (a);"),
        ]
        with monkeypatch.context() as upgraded:
            upgraded.setattr(sqlite_file, "migrations", lambda: broken)
            assert "more already exists" in str(await refusal(path))
        assert (pragma(path, "user_version"), tables(path)) == (newest, before)
        store = SqliteStore(path)
        await store.open()
        assert len(await all_jobs(store)) == 1
        await store.close()
