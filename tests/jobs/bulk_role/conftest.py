"""A server on the sandbox, and a client that is connected to it as the bot's is."""

import asyncio
from collections.abc import AsyncIterator

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client import LONGEST_LIMIT_S
from bot.jobs.bulk_role.kind import BulkRole
from bot.jobs.bulk_role.request import PEOPLE_FILE, RoleChange
from bot.queue.reply import File
from sandbox.gateway.guild_events import guild_created
from sandbox.server import Sandbox


class Server:
    """Ada asks, in her server, that people get the role Members or lose it."""

    def __init__(self, sandbox: Sandbox, client: discord.Client) -> None:
        self.world = sandbox.world
        self.directory = sandbox.world.directory
        self.client = client
        self.guild = int(self.world.guild.id)
        self.ada = int(self.world.person("Ada").id)
        self.role = self.directory.add_role(self.world.guild, "Members", below="Conveyor")
        self.people: list[int] = []
        self.kind = BulkRole(client, self._inputs)

    async def _inputs(self, _job_id: str) -> list[File]:
        return [File(PEOPLE_FILE, "\n".join(map(str, self.people)).encode())]

    def add_people(self, count: int, *roles: str) -> list[int]:
        """So many more are asked for."""
        added = [int(person.id) for person in self.world.add_people(count, *roles)]
        self.people += added
        return added

    def request(self, action="add", **more) -> RoleChange:
        """For all of them."""
        role = int(self.role.id)
        count = len(self.people)
        return RoleChange(action=action, role=role, role_name="Members", people=count, **more)

    def hold(self, person: int, *, held: bool = True) -> None:
        """Somebody else gives the person the role, or takes it."""
        self.directory.set_member_role(str(self.guild), str(person), self.role.id, held=held)

    def holders(self) -> set[int]:
        """Who has the role."""
        members = self.directory.members[str(self.guild)].values()
        return {int(member.user_id) for member in members if self.role.id in member.roles}

    async def heard(self) -> None:
        """Until the client has heard of all that was changed in the server so far."""
        channel = self.directory.add_channel(self.world.guild, f"c{len(self.directory.channels)}")
        guild = self.client.get_guild(self.guild)
        async with asyncio.timeout(5):
            while guild.get_channel(int(channel.id)) is None:
                await self.client.wait_for("guild_channel_create")

    def begin_a_new_session(self) -> None:
        """The client knows the server anew, as after a connection that could not be resumed."""
        told = guild_created(self.world, self.world.guild).data(~0)
        self.client._connection._add_guild_from_data(told)

    def changed(self) -> list[int]:
        """Whom the bot has changed, in order, as the audit log has it."""
        return [int(entry.member_id) for entry in self.world.audit]


def change_of(person: int) -> str:
    """The pattern of the calls that change this person."""
    return f"*/members/{person}/roles/"


@pytest.fixture
async def sandbox(monkeypatch) -> AsyncIterator[Sandbox]:
    async with Sandbox(rate_limits=False) as running:
        address = yarl.URL(running.url.replace("http", "ws") + "/gateway/")
        monkeypatch.setattr(Route, "BASE", running.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", address)
        yield running


@pytest.fixture
def intents() -> discord.Intents:
    return discord.Intents.default()


@pytest.fixture
async def client(sandbox, intents) -> AsyncIterator[discord.Client]:
    client = discord.AutoShardedClient(
        intents=intents,
        chunk_guilds_at_startup=False,
        max_messages=None,
        max_ratelimit_timeout=LONGEST_LIMIT_S,
    )
    client._connection.guild_ready_timeout = 0.05
    running = asyncio.create_task(client.start(sandbox.token))
    async with asyncio.timeout(10):
        await sandbox.world.connected(commands=False)
        await client.wait_until_ready()
    yield client
    await client.close()
    await asyncio.wait([running])


@pytest.fixture
def server(sandbox, client) -> Server:
    return Server(sandbox, client)
