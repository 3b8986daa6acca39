"""A running sandbox, a plain REST client, and an unmodified discord.py bot against it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket

from sandbox.server import Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


class Rest:
    """Calls the API with the bot's token; answers are (status, JSON or None, headers)."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self._sandbox = sandbox
        self._session = session

    async def __call__(
        self, method: str, path: str, body=None, *, token=None, data=None, reason=None
    ):
        headers = {"Authorization": f"Bot {token or self._sandbox.token}"}
        if reason is not None:
            headers["X-Audit-Log-Reason"] = reason
        url = self._sandbox.api_url + path
        async with self._session.request(
            method, url, json=body, data=data, headers=headers
        ) as response:
            answer = await response.json() if response.content_length else None
            return response.status, answer, response.headers


@pytest.fixture
async def rest(sandbox: Sandbox) -> AsyncIterator[Rest]:
    async with aiohttp.ClientSession() as session:
        yield Rest(sandbox, session)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class SmallBot(commands.AutoShardedBot):
    """An ordinary bot with one of everything; what it hears is kept for tests."""

    def __init__(self, intents: discord.Intents, **options) -> None:
        super().__init__(
            command_prefix="!",
            intents=intents,
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=30.0,
            **options,
        )
        self._connection.guild_ready_timeout = 0.05
        self.heard: list[discord.Message] = []
        self.resumes = 0

    async def setup_hook(self) -> None:
        add_commands(self)
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message)
        if message.content == "hello":
            await message.reply("hello yourself", mention_author=False)

    async def on_shard_resumed(self, _shard: int) -> None:
        self.resumes += 1


class Buttons(discord.ui.View):
    @discord.ui.button(label="Press me", custom_id="press-me")
    async def press(self, interaction: discord.Interaction, _button: discord.ui.Button) -> None:
        await interaction.response.edit_message(content="pressed", view=None)

    @discord.ui.select(
        custom_id="pick", options=[discord.SelectOption(label="Red", value="red")], row=1
    )
    async def pick(self, interaction: discord.Interaction, select: discord.ui.Select) -> None:
        await interaction.response.send_message(f"picked {select.values[0]}", ephemeral=True)

    @discord.ui.button(label="Ask me", custom_id="ask-me")
    async def ask(self, interaction: discord.Interaction, _button: discord.ui.Button) -> None:
        await interaction.response.send_modal(Form())


class Form(discord.ui.Modal, title="A form"):
    answer = discord.ui.TextInput(label="Answer", custom_id="answer")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"you wrote {self.answer.value}")


def add_commands(bot: SmallBot) -> None:
    tree = bot.tree

    @tree.command(description="Say something back")
    async def echo(interaction: discord.Interaction, text: str, times: int = 1) -> None:
        await interaction.response.send_message(text * times)

    @tree.command(description="Think first")
    async def ponder(interaction: discord.Interaction, private: bool = False) -> None:
        await interaction.response.defer(thinking=True, ephemeral=private)
        await interaction.edit_original_response(content="thought about it")

    @tree.command(description="Something to press")
    async def buttons(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("press", view=Buttons(timeout=None))

    @tree.command(description="What was given")
    async def look(
        interaction: discord.Interaction,
        member: discord.Member | None = None,
        role: discord.Role | None = None,
        where: discord.TextChannel | None = None,
        file: discord.Attachment | None = None,
    ) -> None:
        seen = [member and member.display_name, role and role.name, where and where.name]
        if file is not None:
            seen.append((await file.read()).decode())
        await interaction.response.send_message(" ".join(filter(None, seen)))

    @tree.command(description="Choose a color")
    async def color(interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(name)

    @color.autocomplete("name")
    async def names(_interaction: discord.Interaction, typed: str):
        return [
            app_commands.Choice(name=one, value=one)
            for one in ("red", "green", "blue")
            if one.startswith(typed)
        ]

    queue = app_commands.Group(name="queue", description="The queue")

    @queue.command(description="How it is")
    async def status(interaction: discord.Interaction) -> None:
        bits = interaction.permissions.administrator
        await interaction.response.send_message(f"administrator={bits}", ephemeral=True)

    tree.add_command(queue)


@pytest.fixture
def start_bot(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """An asynchronous context manager that runs a connected SmallBot."""

    @asynccontextmanager
    async def start(intents: discord.Intents | None = None, **options) -> AsyncIterator[SmallBot]:
        monkeypatch.setattr(discord.http.Route, "BASE", sandbox.api_url)
        address = yarl.URL(sandbox.url.replace("http", "ws") + "/gateway/")
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", address)
        bot = SmallBot(intents or discord.Intents.all(), **options)
        running = asyncio.create_task(bot.start(sandbox.token))
        try:
            await sandbox.world.connected()
            yield bot
        finally:
            await bot.close()
            await asyncio.wait([running])

    return start


@pytest.fixture
async def bot(start_bot: Callable) -> AsyncIterator[SmallBot]:
    async with start_bot() as running:
        yield running


COMMANDS = [
    {"name": "ask", "description": "Ask something", "type": 1, "options": []},
    {
        "name": "find",
        "description": "Find something",
        "type": 1,
        "options": [{"name": "id", "description": "Which", "type": 3, "autocomplete": True}],
    },
]


class Desk:
    """A bot reduced to its REST calls: answers interactions by hand."""

    def __init__(self, sandbox: Sandbox, rest: Rest) -> None:
        self.world = sandbox.world
        self.rest = rest

    async def ask(self, user="Ben", channel="general"):
        return await self.world.slash(user, channel, "ask")

    async def respond(self, interaction, kind, query="", **data):
        path = f"/interactions/{interaction.id}/{interaction.token}/callback{query}"
        return await self.rest("POST", path, {"type": kind, "data": data})

    async def follow_up(self, interaction, **data):
        path = f"/webhooks/{self.world.bot.id}/{interaction.token}"
        return await self.rest("POST", path, data)

    async def original(self, method, interaction, **data):
        path = f"/webhooks/{self.world.bot.id}/{interaction.token}/messages/@original"
        return await self.rest(method, path, data or None)


@pytest.fixture
async def desk(sandbox: Sandbox, rest: Rest) -> Desk:
    await rest("PUT", f"/applications/{sandbox.world.bot.id}/commands", COMMANDS)
    return Desk(sandbox, rest)


class Socket:
    """A gateway client reduced to its frames."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def receive(self):
        return await self._socket.receive_json(timeout=5)

    async def send(self, op, data):
        await self._socket.send_json({"op": op, "d": data})

    async def event(self, name):
        while True:
            frame = await self.receive()
            if frame["t"] == name:
                return frame

    async def closed(self):
        while not self._socket.closed:
            await self._socket.receive(timeout=5)
        return self._socket.close_code


@pytest.fixture
def gateway(sandbox: Sandbox, http: aiohttp.ClientSession) -> Callable:
    """Connects; with intents, identifies too."""

    @asynccontextmanager
    async def connect(intents: int | None = None) -> AsyncIterator[Socket]:
        async with http.ws_connect(sandbox.url + "/gateway/?v=10&encoding=json") as raw:
            socket = Socket(raw)
            assert (await socket.receive())["op"] == 10
            if intents is not None:
                await socket.send(2, {"token": sandbox.token, "intents": intents})
            yield socket

    return connect
