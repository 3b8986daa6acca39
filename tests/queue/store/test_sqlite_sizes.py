"""The file and its log stay small: room is given back in small bites, and the log begins anew."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path

import pytest

from bot.queue.lifecycle import Complete
from bot.queue.retention import Retention
from bot.queue.slots import Bounds
from bot.queue.states import State
from bot.queue.store.base import JobFilter, SetBounds
from bot.queue.store.sqlite import SqliteStore, keeping, log
from bot.queue.store.sqlite import file as sqlite_file
from tests.queue.store.workbench import a_job, a_run, completed, finished, served, stored

SHORT = 200_000
KEEP_ALL = Retention(completed_s=1e9, failed_s=1e9)


@pytest.fixture
async def store(tmp_path: Path, statements, monkeypatch):
    monkeypatch.setattr(log, "LONGEST", SHORT)
    monkeypatch.setattr(log, "STEP", SHORT)
    monkeypatch.setattr(log, "LOOK_EVERY", 0)
    store = SqliteStore(tmp_path / "jobs.db")
    await store.open()
    yield store
    await store.close()


@contextmanager
def somebody_reads(path: Path) -> Iterator[None]:
    """A snapshot of another program, held open."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN")
        db.execute("SELECT * FROM counter").fetchall()
        yield
        db.execute("ROLLBACK")


def log_size(folder: Path) -> int:
    return (folder / "jobs.db-wal").stat().st_size


async def write(store: SqliteStore, bytes_: int) -> None:
    for _ in range(bytes_ // 10_000):
        await stored(store, a_job(payload="x" * 10_000))


class TestTheLog:
    async def test_is_short_while_nobody_reads(self, store, tmp_path):
        await write(store, 10 * SHORT)
        assert log_size(tmp_path) < 2 * SHORT

    async def test_grows_behind_a_reader_who_stays_and_holds_nobody_up(
        self, store, tmp_path, statements
    ):
        with somebody_reads(tmp_path / "jobs.db"):
            await write(store, 10 * SHORT)
            tries = sum("wal_checkpoint" in one for one in statements)
            assert tries <= log_size(tmp_path) / SHORT  # not after every transaction
            assert log_size(tmp_path) > 10 * SHORT
        await write(store, 3 * SHORT)
        assert log_size(tmp_path) < 2 * SHORT

    async def test_leaves_the_writers_patience_with_other_writers_alone(self, store):
        await write(store, 3 * SHORT)
        patience = await store._writer.run(
            lambda db: db.execute("PRAGMA busy_timeout").fetchone()[0]
        )
        assert patience == 1_000 * sqlite_file.BUSY_TIMEOUT_S


class TestRoom:
    @pytest.fixture(params=["pages", "time"])
    def bite(self, request, monkeypatch) -> int:
        """The most pages of a bite, which ends when these are given or its time is over."""
        monkeypatch.setattr(sqlite_file, "PAGES_IN_A_BITE", 7 if request.param == "pages" else 99)
        if request.param == "time":
            monkeypatch.setattr(sqlite_file, "BITE_S", 0)
        return 7 if request.param == "pages" else 1

    async def test_is_given_back_to_the_last_page_in_small_bites(self, store, statements, bite):
        for _ in range(10):
            await completed(store, payload="x" * 20_000)
        statements.clear()
        assert await store.purge(Retention(most=0), 100) == 10
        kinds = groupby(statement.split("(")[0] for statement in statements)
        bites = [len(list(same)) for kind, same in kinds if "incremental_vacuum" in kind]
        assert max(bites) == bite
        assert sum(bites) > 40
        free = await store._writer.run(lambda db: db.execute("PRAGMA freelist_count").fetchone()[0])
        assert free == 0

    async def test_that_is_removed_is_not_written_over_first(self, store):
        """Where SQLite is built to blank what it deletes, large texts would be written twice."""
        mode = await store._writer.run(lambda db: db.execute("PRAGMA secure_delete").fetchone()[0])
        fast = 2
        assert mode == fast


class TestTurns:
    """Who had a turn once is not remembered for ever."""

    @staticmethod
    async def kept(store) -> list[tuple[str, int]]:
        rows = "SELECT place, owner FROM turn UNION SELECT place, NULL FROM lane ORDER BY 1, 2"
        return await store._writer.run(lambda db: db.execute(rows).fetchall())

    async def test_at_a_slot_are_forgotten_when_nobody_is_parked_there(self, store):
        await store.policy(SetBounds(Bounds(per_owner=1)))
        await stored(store, *(a_job(owner=owner) for owner in (1, 2) for _ in range(3)))
        await served(store, 6)
        places = {place for place, _ in await self.kept(store)}
        assert places == {"chat", "owner 1 chat", "owner 2 chat"}
        await store.purge(KEEP_ALL, 100)
        assert {place for place, _ in await self.kept(store)} == {"chat"}

    async def test_at_a_slot_are_kept_while_somebody_is_parked_there(self, store):
        await a_run(store, limit_key="k")
        parked = [a_job(owner=owner, limit_key="k") for owner in (1, 1, 1, 2, 2)]
        await stored(store, *parked)
        before = await self.kept(store)
        await store.purge(KEEP_ALL, 100)
        assert await self.kept(store) == before

    async def test_in_a_queue_are_forgotten_when_its_time_has_passed_them(self, store):
        await stored(store, *(a_job(owner=owner) for owner in (1, 2, 2)))
        await served(store, 3)
        await store.purge(KEEP_ALL, 100)
        assert await self.kept(store) == [("chat", None), ("chat", 2)]


class TestSlots:
    """Which slots there ever were is not remembered for ever."""

    @staticmethod
    async def kept(store) -> list[str]:
        rows = "SELECT name FROM slot ORDER BY name"
        return await store._writer.run(lambda db: [name for (name,) in db.execute(rows)])

    async def test_that_nobody_has_any_more_are_forgotten_in_bites(self, store, monkeypatch):
        monkeypatch.setattr(keeping, "SLOTS_IN_A_BITE", 3)
        await stored(store, *(a_job(limit_key=f"k{n}") for n in range(8)))
        await served(store, 4)
        left = []
        for _ in range(3):
            await store.purge(KEEP_ALL, 100)
            left.append(len(await self.kept(store)))
        assert left == [5, 4, 4]
        assert await self.kept(store) == [f"key k{n}" for n in range(4, 8)]

    async def test_are_looked_at_from_the_first_again(self, store):
        for _ in range(2):
            await a_run(store, limit_key="k")
            await store.purge(KEEP_ALL, 100)
            assert await self.kept(store) == ["key k"]
            (run,) = await store.find(JobFilter(states=frozenset({State.PROCESSING})))
            await finished(store, run, Complete("1"))
            await store.purge(KEEP_ALL, 100)
            assert await self.kept(store) == []
