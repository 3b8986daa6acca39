"""Workshops over real stores, and receivers to tell; they are torn down with the test."""

from contextlib import AsyncExitStack

import pytest

from bot.queue.store.memory import MemoryStore
from bot.queue.store.sqlite import SqliteStore
from tests.delivery.webhooks.receiver import Receiver
from tests.delivery.webhooks.workshop import OPEN, Workshop


@pytest.fixture
async def receiver():
    async with Receiver() as running:
        yield running


@pytest.fixture
async def another():
    async with Receiver() as running:
        yield running


@pytest.fixture
async def build(offset, database):
    """Put a workshop together over a new memory store, or over the file that all such share."""
    async with AsyncExitStack() as workshops:

        async def build(settings=OPEN, *, durable=False, clock=offset, **parts) -> Workshop:
            store = SqliteStore(database, clock) if durable else MemoryStore(clock)
            workshop = Workshop(store, clock, settings, **parts)
            workshops.push_async_callback(workshop.close)
            return await workshop.open()

        yield build


@pytest.fixture
async def workshop(build) -> Workshop:
    return await build()
