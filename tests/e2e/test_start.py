"""A bot that cannot start says why in a sentence, with its exit code, and touches nothing."""

import asyncio
import os
import re
import socket
import sqlite3
import subprocess
from contextlib import closing

import pytest
import pytest_asyncio

from sandbox.server import Sandbox
from tests.e2e.chat_server import ChatServer, answer_to
from tests.e2e.stage import Stage, bot_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTING, TOKEN, DATABASE = 2, 3, 4

NO_DATABASE = b"This is no database. " * 1000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ends(tmp_path_factory):
    """How bots end that cannot start, all started at once: exit code, output and folder."""
    faults = {
        "wrong token": {"DISCORD_TOKEN": "not-the-sandbox-token"},
        "wrong setting": {"QUEUE_MAX_SIZE": "many"},
        "corrupt database": {},
        "newer database": {},
        "read-only database": {"QUEUE_DATABASE_URL": "sqlite:////proc/jobs.db"},
        "intent": {"DISCORD_INTENTS": "members"},
    }
    folders = {fault: tmp_path_factory.mktemp("bot") for fault in faults}
    (folders["corrupt database"] / "jobs.db").write_bytes(NO_DATABASE)
    write_newer_database(folders["newer database"] / "jobs.db")
    async with Sandbox(portal=()) as sandbox:
        plain = {"DISCORD_INTENTS": ""}
        ends = (end_of(folders[one], sandbox, plain | env) for one, env in faults.items())
        yield dict(zip(faults, await asyncio.gather(*ends), strict=True))


async def end_of(folder, sandbox, env):
    async with bot_in(folder, sandbox, **env) as bot:
        code = await bot.wait(20)
        return code, "\n".join(bot.lines), folder


def write_newer_database(file):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA application_id = 0x436F6E76")
        connection.execute("PRAGMA user_version = 999")
        connection.execute("CREATE TABLE job (id)")


EXPECTED = {
    "wrong token": (TOKEN, "Discord refused DISCORD_TOKEN"),
    "wrong setting": (SETTING, "QUEUE_MAX_SIZE: 'many'"),
    "corrupt database": (DATABASE, "jobs.db is damaged or not a database"),
    "newer database": (DATABASE, "written by a newer Conveyor (schema 999"),
    "read-only database": (DATABASE, "choose another place in QUEUE_DATABASE_URL"),
    "intent": (SETTING, "Discord refused an intent of DISCORD_INTENTS"),
}


@pytest.mark.parametrize("fault", EXPECTED)
async def test_a_bot_that_cannot_start_says_why_and_what_to_do(ends, fault):
    code, output, _ = ends[fault]
    expected_code, sentence = EXPECTED[fault]
    assert code == expected_code
    assert sentence in output.splitlines()[-1]
    assert "Traceback" not in output


async def test_a_database_that_cannot_be_used_is_not_touched(ends):
    *_, folder = ends["corrupt database"]
    assert (folder / "jobs.db").read_bytes() == NO_DATABASE


async def test_discord_that_is_down_at_the_start_is_waited_for(tmp_path):
    sandbox = Sandbox()
    await sandbox.start()
    await sandbox.stop()
    async with bot_in(tmp_path, sandbox) as bot:
        with socket.socket() as held:  # or another test's server might come to that port
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(("127.0.0.1", sandbox.port))
            said = "cannot be reached"
            await sandbox.world.wait_for(lambda: any(said in one for one in bot.lines))
        async with Sandbox(port=sandbox.port) as later:
            await later.world.connected()
            asked = await later.world.slash("Ben", "general", "chat", msg="hello")
            await later.world.answered(asked)
            assert asked.original.components


@pytest.mark.parametrize("outcome", [500, "reset"])
async def test_discord_that_fails_at_the_start_is_tried_again(tmp_path, outcome):
    async with Sandbox() as sandbox:
        sandbox.world.troubles.fail("GET /gateway/bot", outcome, times=1)
        async with bot_in(tmp_path, sandbox):
            await sandbox.world.connected()


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_full_disk_is_a_sentence_and_loses_nothing(small_disk):
    async with Sandbox() as sandbox, ChatServer(sandbox.world.bus.touch) as chat:
        bot = bot_in(small_disk, sandbox, CHAT_BASE_URL=chat.url)
        async with bot:
            stage = Stage(sandbox, bot, chat, small_disk / "jobs.db")
            await sandbox.world.connected()
            chat.closed = True
            accepted = await stage.ask("accepted before")
            await stage.begun("accepted before")
            filler = fill(small_disk)
            refused = await stage.ask("no room on the disk" + "." * 5000)
            assert re.search("nothing was done|may not have been done", refused.original.text)
            assert refused.original.ephemeral
            chat.open()
            filler.unlink()
            assert (await stage.ended(accepted, 15)).content == answer_to("accepted before")
            assert (await stage.ended(await stage.ask("after"))).content == answer_to("after")


def fill(folder):
    """Leave no room."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            return filler
    raise AssertionError
