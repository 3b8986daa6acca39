"""A torn log: whatever is left of it, the file opens and holds whole transactions, in their order.

The files are taken from under a store that lives, which is what SIGKILL leaves: all that was
written, nothing that closing would have tidied up.
"""

import random
import sqlite3
import struct
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.queue.controls import CancelJob
from bot.queue.deliveries import NewDelivery
from bot.queue.lifecycle import Complete, Fail
from bot.queue.store.base import Beat
from bot.queue.store.sqlite import SqliteStore
from tests.queue.store.workbench import (
    LEASE_S,
    NOW,
    a_job,
    claimed,
    counts,
    finished,
    recount,
    stored,
    with_delivery,
)

HEADER = 32
FRAME_HEADER = 24


@dataclass(frozen=True)
class Remains:
    """What a dead process left, and how the database was after each of its transactions."""

    file: bytes
    log: bytes
    states: list[str]

    @property
    def commits(self) -> list[int]:
        """Where in the log each of the newest transactions ends (the format is SQLite's)."""
        page, salts = struct.unpack(">I", self.log[8:12])[0], self.log[16:24]
        ends = []
        for start in range(HEADER, len(self.log), FRAME_HEADER + page):
            if self.log[start + 8 : start + 16] != salts:
                break  # a frame of an earlier round of the log
            if struct.unpack(">I", self.log[start + 4 : start + 8])[0]:
                ends.append(start + FRAME_HEADER + page)
        return ends

    def state_after(self, intact: int) -> str:
        """What must be found if the first `intact` bytes of the log are as they were."""
        kept = sum(end <= intact for end in self.commits)
        return self.states[len(self.states) - 1 - len(self.commits) + kept]


def told(path: Path) -> str:
    """All that the database holds."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return "\n".join(db.iterdump())


async def some_lives(store: SqliteStore, n: int) -> AsyncIterator[None]:
    """Transactions of all sizes; yields after each."""
    for _ in range(n):
        await with_delivery(store, a_job(), NewDelivery("a"), NewDelivery("b"))
        yield
        run = await claimed(store)
        yield
        await store.beat([Beat(run.id, run.token, checkpoint='"half"')], LEASE_S)
        yield
        await finished(store, run, Complete('"' + "x" * 9_000 + '"'))
        yield
        await stored(store, *(a_job(queue="bulk", payload="y" * 700) for _ in range(20)))
        yield
        run = await claimed(store, queue="bulk")
        yield
        await finished(store, run, Fail("broke", NOW + 60))
        yield
        await store.control(run.id, CancelJob("enough"))
        yield


@pytest.fixture(params=["first round", "later round"])
async def remains(request, tmp_path: Path) -> Remains:
    """Behind a later round of the log lie frames of the one before."""
    path = tmp_path / "life" / "jobs.db"
    store = SqliteStore(path)
    await store.open()
    if request.param == "later round":
        async for _ in some_lives(store, 3):
            pass
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA wal_checkpoint(RESTART)")
    states = [told(path)]
    states += [told(path) async for _ in some_lives(store, 2)]
    log = path.with_name("jobs.db-wal").read_bytes()
    remains = Remains(path.read_bytes(), log, states)
    await store.close()
    assert len(remains.commits) == len(states) - 1 == len(set(states)) - 1
    return remains


def laid_out(folder: Path, file: bytes, log: bytes) -> Path:
    """The files in a folder of their own."""
    folder.mkdir()
    path = folder / "jobs.db"
    path.write_bytes(file)
    path.with_name("jobs.db-wal").write_bytes(log)
    return path


async def found(folder: Path, file: bytes, log: bytes) -> str:
    """What a store holds that opens these files; it must go on from there."""
    path = laid_out(folder, file, log)
    store = SqliteStore(path)
    await store.open()
    held = told(path)
    assert counts(await store.stats()) == await recount(store)
    await stored(store, a_job())
    await store.close()
    return held


def offsets(remains: Remains) -> list[int]:
    """In the header, at and around the ends of all transactions, and anywhere else."""
    last = remains.commits[-1]
    near = [end + by for end in remains.commits for by in (-1, 0, FRAME_HEADER)]
    dice = random.Random(5)
    drawn = [dice.randrange(HEADER, last) for _ in range(8)]
    return sorted({0, 1, HEADER - 1, HEADER, *drawn, *(at for at in near if at < last)})


def cut(log: bytes, at: int) -> bytes:
    return log[:at]


def zeroed(log: bytes, at: int) -> bytes:
    """As file systems leave what was promised a place and never written."""
    return log[:at] + bytes(len(log) - at)


def scrambled(log: bytes, at: int) -> bytes:
    return log[:at] + random.Random(at).randbytes(len(log) - at)


def flipped(log: bytes, at: int) -> bytes:
    """One bit."""
    return log[:at] + bytes([log[at] ^ 1 << at % 8]) + log[at + 1 :]


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.long), 7])
@pytest.mark.parametrize("damage", [cut, flipped, zeroed, scrambled])
async def test_what_is_left_of_a_torn_log_are_whole_transactions(remains, damage, every, tmp_path):
    for at in offsets(remains)[::every]:
        torn = damage(remains.log, at)
        held = await found(tmp_path / str(at), remains.file, torn)
        intact = at  # a zero that is zeroed is no damage
        while intact < len(torn) and torn[intact] == remains.log[intact]:
            intact += 1
        assert held == remains.state_after(intact), f"{damage.__name__} at {at}"


async def test_a_flipped_bit_in_the_last_frame_costs_no_more_than_the_last_transaction(
    remains, tmp_path
):
    last = remains.commits[-1]
    page = struct.unpack(">I", remains.log[8:12])[0]
    frame = range(last - page - FRAME_HEADER, last)
    for at in [*frame[:FRAME_HEADER:3], *frame[FRAME_HEADER::512], frame[-1]]:
        held = await found(tmp_path / str(at), remains.file, flipped(remains.log, at))
        assert held == remains.states[-2]


async def test_an_untouched_log_is_read_to_its_end(remains, tmp_path):
    held = await found(tmp_path / "whole", remains.file, remains.log)
    assert held == remains.states[-1]


async def test_a_checkpoint_that_was_cut_short_is_made_again(remains, tmp_path):
    """The file is new up to somewhere in a page and old behind it; the log is whole."""
    path = laid_out(tmp_path / "whole", remains.file, remains.log)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint")
        file = path.read_bytes()
    assert file != remains.file
    for at in range(2_048, len(file), 10_240):
        mixed = file[:at] + remains.file[at:]
        assert await found(tmp_path / str(at), mixed, remains.log) == remains.states[-1]
