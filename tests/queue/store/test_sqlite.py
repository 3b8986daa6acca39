"""The SQLite store keeps every promise of a store."""

import pytest

from bot.queue.store.sqlite import SqliteStore
from tests.queue.store.conformance import StoreConformance
from tests.queue.store.migrated import migrated
from tests.queue.store.workbench import Clock


class TestSqliteStore(StoreConformance):
    @pytest.fixture
    async def store(self, clock: Clock, tmp_path):
        store = SqliteStore(migrated(tmp_path / "jobs.db"), clock)
        await store.open()
        yield store
        await store.close()
