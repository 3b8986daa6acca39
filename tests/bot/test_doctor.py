"""The doctor says line by line what is ready, what is missing, and how to mend it."""

import time
from dataclasses import replace
from email.utils import formatdate

import aiohttp
import pytest
from aiohttp import web
from discord.http import Route

from bot.delivery.target import Sealer
from bot.delivery.webhooks.guild_hooks import GuildHooks
from bot.doctor import examine
from bot.operation import readiness
from bot.operation.invitation import invitation
from bot.queue.store.sqlite import SqliteStore
from config.settings import load_settings
from sandbox.permissions import EMBED_LINKS
from sandbox.server import Sandbox
from tests.delivery.webhooks.workshop import SECRET

NOWHERE = "http://127.0.0.1:9/api/v10"
"""The discard port: nobody listens there."""


@pytest.fixture
async def sandbox(monkeypatch):
    monkeypatch.setattr(Route, "BASE", Route.BASE)  # put back after the test
    async with Sandbox() as running:
        yield running


@pytest.fixture
def doctor(sandbox, tmp_path, capsys):
    """Examine the given settings (by default all is well); whether it can run, and the lines."""

    async def doctor(**environ):
        given = {
            "DISCORD_TOKEN": sandbox.token,
            "DISCORD_API_URL": sandbox.api_url,
            "QUEUE_DATABASE_URL": f"sqlite:///{tmp_path}/data/conveyor.db",
            "CHAT_BASE_URL": sandbox.url,
        }
        good = await examine(load_settings(None, given | environ))
        return good, capsys.readouterr().out.splitlines()

    return doctor


@pytest.fixture
async def serve():
    """Serve one answer at every address; the server's own address."""
    runners = []

    async def serve(answer):
        async def handle(_):
            return answer()

        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", handle)
        runner = web.AppRunner(app)
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield serve
    for runner in runners:
        await runner.cleanup()


def the_line(lines, word) -> str:
    (line,) = [line for line in lines if word in line]
    return line


async def test_when_all_is_ready_it_says_what_will_run(doctor):
    good, lines = await doctor(CHAT_BASE_URL="")
    assert good
    assert not [line for line in lines if "clock is" in line]
    assert the_line(lines, "knows the token") == "✓ Discord knows the token: this bot is conveyor."
    assert the_line(lines, "database").startswith("✓")
    assert the_line(lines, "Python").startswith("✓")
    assert "set CHAT_BASE_URL" in the_line(lines, "/chat is answered by")


async def test_every_line_has_a_mark(doctor):
    _, lines = await doctor(DISCORD_TOKEN="", QUEUE_MAX_SIZ="1")
    assert all(line[:2] in {"✓ ", "✗ ", "· "} for line in lines)
    assert "did you mean QUEUE_MAX_SIZE?" in the_line(lines, "QUEUE_MAX_SIZ ")


async def test_a_missing_token_says_where_it_comes_from(doctor):
    good, lines = await doctor(DISCORD_TOKEN="")
    assert not good
    line = the_line(lines, "DISCORD_TOKEN")
    assert line.startswith("✗")
    assert "developer portal" in line
    assert "main.py sandbox" in line


async def test_a_wrong_token_says_so_and_is_not_shown(doctor):
    good, lines = await doctor(DISCORD_TOKEN="a-wrong-token")
    assert not good
    assert the_line(lines, "refused").startswith("✗")
    assert "a-wrong-token" not in "\n".join(lines)


async def test_a_discord_that_cannot_be_reached_is_named(doctor):
    good, lines = await doctor(DISCORD_API_URL=NOWHERE)
    assert not good
    assert NOWHERE in the_line(lines, "cannot be reached")
    assert "DISCORD_API_URL" in the_line(lines, "cannot be reached")


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(text="<html>hello", content_type="text/html"),
        lambda: web.Response(text="{", content_type="application/json"),
        lambda: web.json_response([]),
        lambda: web.json_response({}),
        lambda: web.Response(status=500),
    ],
    ids=["a page", "broken JSON", "a list", "no name", "a fault"],
)
async def test_an_address_that_is_not_discord_is_no_crash(doctor, serve, answer):
    address = await serve(answer)
    good, lines = await doctor(DISCORD_API_URL=address)
    assert not good
    assert the_line(lines, address).startswith("✗")
    assert "DISCORD_API_URL" in the_line(lines, address)


async def test_a_database_that_is_none_is_left_as_it_is(doctor, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no database " * 100)
    good, lines = await doctor(QUEUE_DATABASE_URL=f"sqlite:///{path}")
    assert not good
    assert the_line(lines, str(path)).startswith("✗")
    assert path.read_text() == "no database " * 100


async def test_jobs_in_memory_are_worth_a_word_but_no_fault(doctor):
    good, lines = await doctor(QUEUE_DATABASE_URL="memory://")
    assert good
    assert "lost when the bot ends" in the_line(lines, "memory")


async def test_a_chat_server_that_is_away_is_told_but_stops_nothing(doctor):
    good, lines = await doctor(CHAT_BASE_URL="http://127.0.0.1:9/v1")
    assert good
    assert the_line(lines, "CHAT_BASE_URL").startswith("·")


async def test_a_folder_of_extensions_is_looked_at(doctor, tmp_path):
    own = tmp_path / "own"
    good, lines = await doctor(EXTENSIONS_FOLDER=str(own))
    assert not good
    assert any("is no folder" in line for line in lines)
    own.mkdir()
    (own / "words.py").touch()
    good, lines = await doctor(EXTENSIONS_FOLDER=str(own))
    assert good
    assert any("has one module of your own" in line for line in lines)


async def test_settings_that_may_be_empty_at_a_price_are_named(doctor):
    good, lines = await doctor()
    assert good
    assert "ENCRYPTION_KEY_OLD" in the_line(lines, "ENCRYPTION_KEY is empty")
    assert the_line(lines, "DISCORD_OWNER_IDS is empty").startswith("·")
    _, lines = await doctor(ENCRYPTION_KEY="k" * 32, DISCORD_OWNER_IDS="80351110224678912")
    assert not [line for line in lines if "is empty" in line]


async def test_the_link_that_invites_the_bot_is_offered(doctor, sandbox):
    _, lines = await doctor()
    assert the_line(lines, "oauth2/authorize").endswith(invitation(sandbox.world.bot.id))


async def test_a_permission_that_is_missing_is_named_with_its_server(doctor, sandbox):
    roles = sandbox.world.directory.roles
    for role in list(roles.values()):
        roles[role.id] = replace(role, permissions=role.permissions & ~EMBED_LINKS)
    good, lines = await doctor()
    assert not good
    assert the_line(lines, "Embed Links").startswith("✗ In Conveyor HQ I lack the permission")


async def test_an_intent_that_is_not_granted_is_named_before_the_bot_is_refused(doctor, sandbox):
    sandbox.world.portal = frozenset()
    good, lines = await doctor(DISCORD_INTENTS="members")
    assert not good
    assert the_line(lines, "Server Members").startswith("✗")


async def test_a_server_without_the_scope_of_commands_is_named(doctor, sandbox):
    sandbox.world.troubles.fail("GET *commands", 403, code=50001)
    good, lines = await doctor()
    assert not good
    assert "Conveyor HQ" in the_line(lines, "applications.commands. Invite me")


async def test_a_server_of_the_settings_that_the_bot_is_not_in_is_named(doctor):
    good, lines = await doctor(DISCORD_GUILDS="81384788765712384")
    assert not good
    assert the_line(lines, "81384788765712384").startswith("✗ DISCORD_GUILDS names the server")


async def test_a_discord_that_fails_half_way_is_one_line(doctor, sandbox):
    sandbox.world.troubles.fail("GET /users/@me/guilds", 403, code=50001)
    good, lines = await doctor()
    assert not good
    assert the_line(lines, "Discord did not say more").startswith("✗")


async def test_a_webhook_that_may_not_be_called_any_more_is_named(doctor, sandbox, tmp_path):
    (tmp_path / "data").mkdir()
    store = SqliteStore(tmp_path / "data" / "conveyor.db")
    await store.open()
    hooks = GuildHooks(store, Sealer(sandbox.token), time.time, allow_private=True)
    await hooks.set(int(sandbox.world.guild.id), "http://10.0.0.7/a-secret-path", ["failed"], by=1)
    await store.close()

    good, lines = await doctor()
    assert not good
    assert the_line(lines, "10.0.0.7").startswith("✗ The webhook at 10.0.0.7:80 is never called.")
    assert "WEBHOOK_ALLOW_PRIVATE=true" in the_line(lines, "10.0.0.7")
    assert "a-secret-path" not in str(lines)
    good, lines = await doctor(WEBHOOK_ALLOW_PRIVATE="true")
    assert good
    assert the_line(lines, "10.0.0.7") == "✓ The webhook at 10.0.0.7:80 can be told of jobs."


async def test_a_webhook_of_the_settings_is_named(doctor):
    own = {"WEBHOOK_URL": "https://10.0.0.8/", "WEBHOOK_SECRET": SECRET}
    good, lines = await doctor(**own)
    assert not good
    assert "Correct it with WEBHOOK_URL" in the_line(lines, "10.0.0.8")


async def test_it_leaves_no_connection_open(doctor, monkeypatch):
    sessions = []
    opened = aiohttp.ClientSession.__init__

    def remember(session, *args, **kwargs):
        sessions.append(session)
        opened(session, *args, **kwargs)

    monkeypatch.setattr(aiohttp.ClientSession, "__init__", remember)
    await doctor()
    assert sessions
    assert all(session.closed for session in sessions)


@pytest.mark.parametrize(
    ("seconds", "told"), [(-3600, "ahead of"), (3600, "behind"), (-10, None), (10, None)]
)
async def test_a_clock_that_goes_otherwise_than_discords_is_named(doctor, serve, seconds, told):
    date = formatdate(time.time() + seconds, usegmt=True)
    known = [web.json_response({"username": "x"}, headers={"Date": date})]
    address = await serve(lambda: known.pop() if known else web.json_response({}, status=404))
    _, lines = await doctor(DISCORD_API_URL=address)
    named = [line for line in lines if "clock is" in line]
    assert [told in line for line in named] == ([True] if told is not None else [])


@pytest.mark.parametrize("date", [None, "", "yesterday", "Thu, 99 Jan 1970 00:00:00 GMT"])
def test_a_moment_that_cannot_be_read_says_nothing_of_the_clock(date):
    assert readiness.clock(date, time.time()) == []
