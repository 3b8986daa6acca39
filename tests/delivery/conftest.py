"""Houses over real stores, in front of a real (local) Discord; they are torn down with the test."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.queue.store.memory import MemoryStore
from bot.queue.store.sqlite import SqliteStore
from sandbox.server import Sandbox
from tests.delivery.admins import THERE
from tests.delivery.house import House, Offset
from tests.queue.store.migrated import migrated


@pytest.fixture
async def sandbox(monkeypatch) -> AsyncIterator[Sandbox]:
    monkeypatch.setattr(Route, "BASE", Route.BASE)  # put back after the test
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    async with Sandbox(rate_limits=False) as running:
        yield running


@pytest.fixture
def world(sandbox):
    return sandbox.world


@pytest.fixture
def offset() -> Offset:
    return Offset()


@pytest.fixture
def database(tmp_path):
    return migrated(tmp_path / "conveyor.db")


@pytest.fixture
async def build(sandbox, offset, database):
    """Put a house together over a new memory store, or over the file that all such houses share."""
    async with AsyncExitStack() as houses:

        async def build(*, durable=False, working=True, connected=True, **parts) -> House:
            store = SqliteStore(database, offset) if durable else MemoryStore(offset)
            house = House(sandbox, store, offset, **parts)
            houses.push_async_callback(house.close)
            await house.open(working=working, connected=connected)
            return house

        yield build


@pytest.fixture
async def house(build) -> House:
    return await build()


@pytest.fixture
async def idle(build):
    """Nothing runs, so that jobs stay as they are."""
    return await build(working=False)


@pytest.fixture
def elsewhere(world):
    """A second server in which Cleo decides; Ada is but a member."""
    guild = world.add_guild(THERE, "Cleo", people=["Ada", "Ben"])
    admins = world.directory.add_role(guild, "Admins", 8)
    world.directory.set_member_role(guild.id, world.person("Cleo").id, admins.id, held=True)
    return guild


@pytest.fixture
async def in_two(build, elsewhere):
    """Nothing runs, in two servers."""
    assert elsewhere
    return await build(working=False)
