"""The executable model keeps every promise of a store."""

import pytest

from bot.queue.store.memory import MemoryStore
from tests.queue.store.conformance import StoreConformance
from tests.queue.store.workbench import Clock


class TestMemoryStore(StoreConformance):
    @pytest.fixture
    async def store(self, clock: Clock):
        store = MemoryStore(clock)
        await store.open()
        yield store
        await store.close()
