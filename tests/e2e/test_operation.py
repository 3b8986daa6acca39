"""What whoever runs the bot relies on: health, systemd's watchdog, a backup of a busy database."""

import asyncio
import os
import signal
import socket
import sqlite3
import sys
from contextlib import closing

import pytest
import pytest_asyncio

from bot.operation import pulse
from tests.e2e.chat_server import answer_to
from tests.e2e.stage import MAIN, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

GUARD_S = 20
CALM, OTHER = 0, 1


class Systemd:
    """The socket that a unit of `Type=notify` is given; what was told there."""

    def __init__(self, path) -> None:
        self.address = str(path)
        self.told = []
        self._news = asyncio.Event()
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._door.bind(self.address)
        self._door.setblocking(False)
        asyncio.get_running_loop().add_reader(self._door, self._hear)

    def _hear(self) -> None:
        self.told.append(self._door.recv(100).decode())
        self._news.set()

    async def hears(self, state: str, times: int = 1) -> None:
        async with asyncio.timeout(GUARD_S):
            while self.told.count(state) < times:
                self._news.clear()
                await self._news.wait()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._door)
        self._door.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def systemd(tmp_path_factory):
    systemd = Systemd(tmp_path_factory.mktemp("run") / "notify")
    yield systemd
    systemd.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watched(tmp_path_factory, systemd):
    """A bot that systemd started."""
    env = {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "200000"}
    async with stage(tmp_path_factory.mktemp("bot"), **env) as running:
        yield running


async def main(stage, *arguments):
    """Run main.py beside the bot; its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(MAIN),
        *arguments,
        cwd=stage.database.parent,
        env={"PATH": os.environ["PATH"], "QUEUE_DATABASE_URL": f"sqlite:///{stage.database}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(GUARD_S):
        said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_systemd_hears_that_it_is_ready_and_that_its_loop_turns(watched, systemd):
    await systemd.hears("WATCHDOG=1", times=3)
    assert systemd.told[0] == "READY=1"


async def test_health_says_that_all_is_well(watched):
    code, said = await main(watched, "health")
    assert code == CALM, said
    assert said.splitlines() == ["✓ Connected to Discord (1 shard).", "✓ The queue is well."]


async def test_health_notices_a_loop_that_is_blocked(watched, monkeypatch):
    monkeypatch.setattr(pulse, "PATIENCE_S", 0.2)
    os.kill(watched.bot.pid, signal.SIGSTOP)
    try:
        folder = watched.database.with_name("jobs.db-health")
        alive, (finding,) = await pulse.examine(folder)
    finally:
        os.kill(watched.bot.pid, signal.SIGCONT)
    assert not alive
    assert f"The bot (process {watched.bot.pid}) does not answer" in finding.text


async def test_health_notices_a_store_that_is_away(watched):
    with watched.locked_database():
        code, said = await main(watched, "health")
    assert code == OTHER
    assert "✗ The store does not answer" in said


async def test_a_backup_of_a_busy_database_opens_and_has_what_was_accepted(watched, tmp_path):
    first = await watched.ended(await watched.ask("before the backup"))
    assert first.content == answer_to("before the backup")
    busy = asyncio.gather(*(watched.ask(f"meanwhile {n}") for n in range(20)))
    copy = tmp_path / "copy.db"
    code, said = await main(watched, "backup", str(copy))
    await busy
    assert code == CALM, said
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (done,) = db.execute("SELECT count(*) FROM job WHERE state = 'COMPLETED'").fetchone()
        assert done >= 1
    code, said = await main(watched, "backup", str(watched.database))
    assert code == 4
    assert "is the database itself" in said


async def test_a_calm_end_is_told_and_then_nobody_answers(watched, systemd):
    assert await watched.bot.stop() == CALM
    await systemd.hears("STOPPING=1")
    code, said = await main(watched, "health")
    assert code == OTHER
    assert "No bot is running" in said


async def test_started_again_it_tells_discord_no_commands_that_have_not_changed(watched):
    await watched.start()
    assert times_told(watched) == 1
    asked = await watched.ask("after the restart")
    assert (await watched.ended(asked)).content == answer_to("after the restart")


async def test_all_commands_are_told_once_more_if_somebody_wants_that(watched):
    await watched.bot.stop()
    watched.bot._command += ("--sync",)
    await watched.start()
    assert times_told(watched) == 2


def times_told(stage) -> int:
    """How often Discord was told of commands."""
    log = stage.world.log
    return len([one for one in log if one.method == "PUT" and one.route.endswith("/commands")])
