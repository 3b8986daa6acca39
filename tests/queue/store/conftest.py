"""What every test of a store shares."""

import sqlite3
import sys
from pathlib import Path

import pytest

from bot.queue.store.sqlite import file as sqlite_file
from bot.queue.store.sqlite import store as sqlite
from tests.queue.store.workbench import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hasty_threads():
    """Python changes threads at every chance, so that a missing lock shows."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def statements(monkeypatch) -> list[str]:
    """All that the writing connections execute."""
    executed: list[str] = []

    def traced(path: Path, *, writing: bool = False) -> sqlite3.Connection:
        connection = sqlite_file.connect(path, writing=writing)
        if writing:
            connection.set_trace_callback(executed.append)
        return connection

    monkeypatch.setattr(sqlite, "connect", traced)
    return executed
