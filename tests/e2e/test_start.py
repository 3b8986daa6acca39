"""A bot starts as soon as it can, and loses nothing on a disk without room."""

import os
import re
import socket
import subprocess

import pytest

from sandbox.server import Sandbox
from tests.e2e.chat_server import ChatServer, answer_to
from tests.e2e.stage import Stage, bot_in


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
