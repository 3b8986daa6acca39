"""Telling systemd never holds up the bot, whether systemd listens, is behind, or is not there."""

import socket

import pytest

from bot.operation.systemd import ALIVE, keep_alive, tell


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", door.getsockname())
        yield door


def test_what_is_told_arrives(systemd):
    tell(ALIVE)
    assert systemd.recv(100) == b"WATCHDOG=1"


def test_a_systemd_that_is_behind_is_not_waited_for(systemd, caplog):
    while not caplog.records:
        tell(ALIVE)
    assert "systemd could not be told WATCHDOG=1" in caplog.text


def test_without_systemd_nobody_is_told(monkeypatch, caplog):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    tell(ALIVE)
    assert not caplog.records


async def test_without_a_watchdog_there_is_nothing_to_keep_alive(monkeypatch):
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    await keep_alive()
