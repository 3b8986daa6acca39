"""A backup is the database as it was at one moment, whatever is written meanwhile."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot.queue.errors import StoreError
from bot.queue.store.base import JobFilter
from bot.queue.store.sqlite import SqliteStore
from bot.queue.store.sqlite.backup import back_up
from tests.queue.store.migrated import migrated
from tests.queue.store.workbench import a_job

BATCH = 7


@pytest.fixture
def path(tmp_path):
    return migrated(tmp_path / "queue.db")


@pytest.fixture
async def store(path):
    store = SqliteStore(path)
    await store.open()
    yield store
    await store.close()


async def test_taken_under_load_it_holds_whole_transactions_and_opens(store, path, tmp_path):
    """Jobs come in sevens, each seven in one transaction: no copy may have part of one."""
    target = tmp_path / "copy.db"
    enough = asyncio.Event()

    async def write() -> None:
        while not enough.is_set():
            await store.enqueue([a_job() for _ in range(BATCH)])

    writing = asyncio.create_task(write())
    found = []
    for _ in range(5):
        await asyncio.to_thread(back_up, path, target)
        async with asyncio.timeout(20):
            found.append(await jobs_in(target))
    enough.set()
    await writing
    assert found == sorted(found)
    assert found[-1] > found[0]
    assert all(count % BATCH == 0 for count in found)


async def jobs_in(path) -> int:
    """The jobs in a copy, as a store that opens it counts them; and SQLite finds no fault in it."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (count,) = db.execute("SELECT count(*) FROM job").fetchone()
    copy = SqliteStore(path)
    await copy.open()
    try:
        stats = await copy.stats()
        assert sum(stats.counts.values()) == count
        assert bool(await copy.find(JobFilter(), limit=1)) is bool(count)
    finally:
        await copy.close()
    return count


async def test_it_is_one_file_for_its_owner_alone(store, path, tmp_path):
    await store.enqueue([a_job()])
    folder = tmp_path / "copies"
    folder.mkdir()
    back_up(path, folder / "copy.db")
    (copy,) = folder.iterdir()
    assert (copy.name, copy.stat().st_mode & 0o777) == ("copy.db", 0o600)


def test_an_older_copy_is_replaced(path, tmp_path):
    (tmp_path / "copy.db").write_text("an older copy")
    back_up(path, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as db:
        assert db.execute("SELECT count(*) FROM job").fetchone() == (0,)


def test_the_database_is_not_copied_over_itself(path):
    with pytest.raises(StoreError, match="is the database itself"):
        back_up(path, path.parent / "." / path.name)


@pytest.mark.parametrize("fault", ["missing", "no database", "no folder"])
def test_what_cannot_be_copied_is_a_sentence_and_leaves_nothing(tmp_path, path, fault):
    if fault == "missing":
        path.unlink()
    if fault == "no database":
        path.write_text("no database " * 1000)
    target = tmp_path / ("nowhere/copy.db" if fault == "no folder" else "copy.db")
    before = {one.name for one in tmp_path.iterdir()}
    with pytest.raises(StoreError, match=r"could not be copied to .*; nothing was changed\."):
        back_up(path, target)
    assert {one.name for one in tmp_path.iterdir()} == before
