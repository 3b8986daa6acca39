"""The soak in small: under load and constant reading the log stays short and the file shrinks."""

from pathlib import Path

import pytest

from benchmarks.soak import MIB, Day, Load
from bot.queue.store.sqlite import log

LOAD = Load(jobs=5_000, settled=1_000, wave=1_000, peak=2_000, kept=200)


@pytest.mark.long
async def test_what_must_not_grow_does_not(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(log, "LONGEST", MIB)
    day = Day(tmp_path / "soak.db", LOAD)
    await day.run()
    assert day.largest["-wal"] < 3 * MIB  # by itself SQLite begins it anew at 4 MiB
    assert day.path.stat().st_size < day.largest[""] / 2
    assert {"purge", "vacuum"} <= day.watch.own_ms.keys()
    assert list(day.rss) == [LOAD.settled, LOAD.jobs]
