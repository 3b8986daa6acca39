"""A process knows what it takes."""

import sys

import pytest

from bot.queue import process
from bot.queue.process import peak_bytes, resident_bytes

MIB = 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only the peak is known")
def test_memory_that_is_taken_shows_and_is_given_back():
    before = resident_bytes()
    taken = b"x" * (64 * MIB)
    during = resident_bytes()
    assert 60 * MIB < during - before < 80 * MIB
    del taken
    assert resident_bytes() < during - 60 * MIB


def test_where_the_system_tells_no_more_it_is_the_peak(monkeypatch, tmp_path):
    now = resident_bytes()
    monkeypatch.setattr(process, "_STATM", tmp_path / "missing")
    assert now * 0.9 < resident_bytes() == peak_bytes() < 100 * now
