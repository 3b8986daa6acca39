"""Discord is told of the commands where they have changed, again where that failed, else never."""

import asyncio

import discord
import pytest
from discord import app_commands
from discord.http import Route

from bot.operation import command_sync
from bot.operation.command_sync import CommandSync
from bot.queue.store.memory import MemoryStore
from sandbox.server import Sandbox

GUARD_S = 10


@pytest.fixture
async def sandbox(monkeypatch):
    monkeypatch.setattr(Route, "BASE", Route.BASE)  # put back after the test
    async with Sandbox(rate_limits=False) as running:
        Route.BASE = running.api_url
        yield running


@pytest.fixture
def here(sandbox):
    """The id of the server that the bot is in."""
    return int(sandbox.world.guild.id)


@pytest.fixture
def records():
    return MemoryStore()


@pytest.fixture
async def start(sandbox, records):
    """A bot that starts with these commands; returns when it has told what it had to."""
    clients = []

    async def start(*names, guilds=(), anew=False) -> CommandSync:
        client = discord.Client(intents=discord.Intents(guilds=True), max_ratelimit_timeout=30)
        clients.append(client)
        tree = app_commands.CommandTree(client)
        for name in names:
            tree.command(name=name, description="Does it")(do_it)
        await client.login(sandbox.token)
        sync = CommandSync(tree, records, guilds, anew=anew)
        await sync.tell()
        return sync

    yield start
    for client in clients:
        await client.close()


async def do_it(interaction: discord.Interaction) -> None:
    pass


@pytest.fixture
def told(sandbox):
    """How often Discord was told of commands since the last look."""
    seen = 0

    def told() -> int:
        nonlocal seen
        puts = [e for e in sandbox.world.log.last(1000) if e.text.startswith("PUT ")]
        before, seen = seen, len(puts)
        return seen - before

    return told


def known(sandbox) -> set[str]:
    """The commands that people see, and where they come from."""
    visible = sandbox.world.commands.visible_in(sandbox.world.guild.id)
    return {f"{one['name']} {'here' if one.get('guild_id') else 'global'}" for one in visible}


async def test_they_are_told_once_and_again_only_when_they_change(start, told, sandbox):
    await start("chat", "queue")
    assert told() == 1
    await start("queue", "chat")
    assert told() == 0
    await start("chat", "image")
    assert told() == 1
    assert known(sandbox) == {"chat global", "image global"}


async def test_they_are_told_once_more_when_somebody_wants_that(start, told):
    await start("chat")
    await start("chat", anew=True)
    assert told() == 2


async def test_a_server_that_gets_them_no_more_loses_them(start, told, sandbox, here):
    await start("chat", guilds=(here,))
    assert known(sandbox) == {"chat here"}
    await start("chat")
    assert known(sandbox) == {"chat global"}
    told()
    await start("chat", guilds=(here,))
    assert known(sandbox) == {"chat here"}
    assert told() == 2
    await start("chat", guilds=(here,))
    assert told() == 0


@pytest.mark.parametrize("outcome", [400, 403, 429])
async def test_a_place_that_could_not_be_told_is_told_at_the_next_start(
    start, told, sandbox, outcome
):
    sandbox.world.troubles.fail("PUT *commands", outcome, code=50001, times=9, retry_after_s=300)
    await start("chat")
    sandbox.world.troubles.clear()
    told()
    await start("chat")
    assert told() == 1
    assert known(sandbox) == {"chat global"}


async def test_what_may_have_been_heard_is_told_anew_also_after_going_back(start, sandbox):
    await start("chat")
    sandbox.world.troubles.lose_answer("PUT *commands", times=None)
    await start("image")
    assert known(sandbox) == {"image global"}
    sandbox.world.troubles.clear()
    await start("chat")
    assert known(sandbox) == {"chat global"}


async def test_a_server_that_was_left_is_forgotten(start, told, sandbox, here):
    await start("chat", guilds=(here,))
    sandbox.world.troubles.fail("PUT *guilds*", 403, code=50001)
    await start("chat")
    told()
    await start("chat")
    assert told() == 0


async def test_while_it_runs_it_tries_again(start, sandbox, monkeypatch):
    monkeypatch.setattr(command_sync, "FIRST_PAUSE_S", 0.01)
    sandbox.world.troubles.fail("PUT *commands", 400, times=2)
    running = asyncio.create_task((await start("chat")).run())
    try:
        await sandbox.world.wait_for(lambda: known(sandbox) == {"chat global"}, GUARD_S)
    finally:
        running.cancel()


async def test_a_server_that_it_comes_back_to_is_told_again(start, told, sandbox, here):
    sync = await start("chat", guilds=(here,))
    running = asyncio.create_task(sync.run())
    told()
    try:
        sandbox.world.commands.overwrite(str(here), [])
        sync.joined(here)
        await sandbox.world.wait_for(lambda: known(sandbox) == {"chat here"}, GUARD_S)
    finally:
        running.cancel()
    assert told() == 1
