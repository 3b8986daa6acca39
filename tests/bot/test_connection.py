"""What can be mended by waiting is waited for; what cannot ends with a sentence."""

import asyncio

import aiohttp
import pytest
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import connection
from bot.app import App
from bot.client import Conveyor
from bot.connection import IntentsRefused, NotDiscord, TokenRefused, log_in, stay_connected
from config.settings import load_settings
from sandbox.server import Sandbox

GUARD_S = 10


@pytest.fixture
async def sandbox(monkeypatch):
    monkeypatch.setattr(Route, "BASE", Route.BASE)  # put back after the test
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    async with Sandbox(rate_limits=False, portal=()) as running:
        yield running


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def client_of(session):
    """A client with the intents named, all parts behind it."""
    clients = []

    async def client_of(*intents, guilds=()) -> Conveyor:
        given = {
            "DISCORD_TOKEN": "of-these-tests",
            "DISCORD_INTENTS": ",".join(intents),
            "DISCORD_GUILDS": ",".join(map(str, guilds)),
            "QUEUE_DATABASE_URL": "memory://",
        }
        app = App(load_settings(None, given), session, session)
        app.client._connection.guild_ready_timeout = 0.05
        await app.client.load(app.services)
        clients.append(app.client)
        return app.client

    yield client_of
    for client in clients:
        await client.close()


@pytest.fixture
def pauses(monkeypatch):
    """The pauses between two tries, which pass at once."""
    waited = []
    sleep = asyncio.sleep

    async def sleep_a_little(seconds):
        waited.append(seconds)
        await sleep(0)

    class Asyncio:
        sleep = staticmethod(sleep_a_little)

    monkeypatch.setattr(connection, "asyncio", Asyncio)
    return waited


async def test_a_wrong_token_says_where_to_get_the_right_one(sandbox, client_of):
    with pytest.raises(TokenRefused, match=r"DISCORD_TOKEN\. Copy the token anew .* into .env"):
        await log_in(await client_of(), "a-wrong-token", sandbox.api_url)


@pytest.mark.parametrize("token", ["", "  ", "ünïcode"])
async def test_a_token_that_is_none_is_a_wrong_token(sandbox, client_of, token):
    with pytest.raises(TokenRefused):
        await log_in(await client_of(), token, sandbox.api_url)


async def test_a_token_that_the_gateway_refuses_is_a_wrong_token(sandbox, client_of):
    client = await client_of()
    await log_in(client, sandbox.token, sandbox.api_url)
    sandbox._gateway._token = "reset meanwhile"
    with pytest.raises(TokenRefused):
        await stay_connected(client)


@pytest.fixture
async def another_server():
    """Says at `/STATUS/TEXT` with this status this text, as JSON; its address."""

    async def answer(request):
        said = request.match_info
        return web.Response(
            status=int(said["status"]), text=said["text"], content_type="application/json"
        )

    app = web.Application()
    app.router.add_get("/{status}/{text}/{rest:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize("answer", ["200/[]", "200/[1", "200/{}", "403/{}", "404/{}"])
async def test_an_address_that_is_not_discord_s_is_named_with_its_setting(
    another_server, client_of, monkeypatch, answer
):
    monkeypatch.setattr(Route, "BASE", Route.BASE)  # put back after the test
    address = f"{another_server}/{answer}"
    with pytest.raises(NotDiscord, match=r"is not Discord.*Correct DISCORD_API_URL") as refused:
        await log_in(await client_of(), "token", address)
    assert address in str(refused.value)


async def test_commands_that_discord_refuses_are_said_and_hold_nothing_up(
    sandbox, client_of, caplog
):
    sandbox.world.troubles.fail("PUT *commands", 400, code=50035)
    await log_in(await client_of(), sandbox.token, sandbox.api_url)
    assert "the commands could not be told (global): 400 Bad Request" in caplog.text


@pytest.mark.parametrize("outcome", ["reset", 503, 429])
async def test_discord_being_away_at_the_start_is_waited_for(
    sandbox, client_of, pauses, caplog, outcome
):
    world = sandbox.world
    world.troubles.fail("GET /users/@me", outcome, times=6, retry_after_s=300)
    client = await client_of()
    async with asyncio.timeout(GUARD_S):
        await log_in(client, sandbox.token, sandbox.api_url)
    assert pauses
    assert pauses == sorted(pauses)
    assert pauses[0] == 1.0
    assert "Discord cannot be reached" in caplog.text
    assert "Jobs are kept meanwhile." in caplog.text
    assert client.user.name == world.bot.name


async def test_the_pauses_grow_to_a_minute_and_no_further(sandbox, client_of, pauses):
    sandbox.world.troubles.fail("GET /users/@me", 503, times=12)
    await log_in(await client_of(), sandbox.token, sandbox.api_url)
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0, 60.0, 60.0, 60.0]


async def test_an_intent_that_the_portal_did_not_grant_is_named_with_the_fix(sandbox, client_of):
    client = await client_of("members")
    await log_in(client, sandbox.token, sandbox.api_url)
    with pytest.raises(IntentsRefused, match=r"intent of DISCORD_INTENTS. Switch it on"):
        async with asyncio.timeout(GUARD_S):
            await stay_connected(client)


async def test_without_privileged_intents_the_portal_need_grant_none(sandbox, client_of):
    client = await client_of()
    await log_in(client, sandbox.token, sandbox.api_url)
    staying = asyncio.create_task(stay_connected(client))
    await sandbox.world.connected()
    await client.close()
    await staying


async def test_the_gateway_of_this_discord_is_used_also_after_an_invalid_session(
    sandbox, client_of
):
    await log_in(await client_of(), sandbox.token, sandbox.api_url)
    assert DiscordWebSocket.DEFAULT_GATEWAY.port == sandbox.port


async def test_commands_go_to_the_servers_that_are_named(sandbox, client_of):
    guild = sandbox.world.guild
    await log_in(await client_of(guilds=(int(guild.id),)), sandbox.token, sandbox.api_url)
    names = {command["name"] for command in sandbox.world.commands.visible_in(guild.id)}
    assert {"chat", "queue"} <= names
    assert all(command["guild_id"] for command in sandbox.world.commands.visible_in(guild.id))


async def test_a_server_that_the_bot_is_not_in_is_said_and_does_not_stop_the_others(
    sandbox, client_of, caplog
):
    guild = sandbox.world.guild
    sandbox.world.troubles.fail("PUT *guilds/81384788765712384/commands", 403, code=50001)
    client = await client_of(guilds=(81384788765712384, int(guild.id)))
    await log_in(client, sandbox.token, sandbox.api_url)
    assert "81384788765712384" in caplog.text
    assert "DISCORD_GUILDS" in caplog.text
    assert sandbox.world.commands.visible_in(guild.id)
