"""Whether more callers get more done where an fsync takes 4 ms, as on some virtual disks.

The disk is slowed where SQLite is called: whoever ends a transaction that wrote waits 4 ms more,
with the interpreter's lock released, as for a real fsync. The real one still happens; those of
checkpoints are not slowed.
"""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.drain import ours
from benchmarks.enqueue import from_callers, opened, through
from benchmarks.statements import Statement, tapped

FSYNC_S = 0.004
CALLERS = (1, 8, 32)
EACH = 100
"""Jobs of one caller, or of one slot."""


@contextmanager
def slow_disk() -> Iterator[None]:
    """Connections that are made meanwhile have a slow disk."""
    synced: dict[sqlite3.Connection, int] = {}

    def sync(db: sqlite3.Connection, _: Statement) -> None:
        if not db.in_transaction and db.total_changes != synced.get(db, 0):
            synced[db] = db.total_changes
            time.sleep(FSYNC_S)

    with tapped(sync):
        yield


async def enqueued(folder: Path) -> Mapping[int, float]:
    """Jobs stored in a second, by the number of callers who wait for each of theirs."""
    rates = {}
    for callers in CALLERS:
        with slow_disk():
            async with opened(folder / f"slow-{callers}.db") as queue:
                rates[callers] = await from_callers(through(queue), callers, callers * EACH)
    return _checked(rates)


async def drained(folder: Path) -> Mapping[int, float]:
    """Jobs run and finished in a second, by the number of slots."""
    rates = {}
    for slots in CALLERS:
        alone = folder / f"slots-{slots}"
        alone.mkdir()
        with slow_disk():
            course = await ours(alone, slots * EACH, slots)
        rates[slots] = slots * EACH / course.drain_s
    return _checked(rates)


def _checked(rates: Mapping[int, float]) -> Mapping[int, float]:
    """Raises `RuntimeError` if a single caller was faster than such a disk can be."""
    if rates[1] > 1 / FSYNC_S:
        raise RuntimeError(f"The disk was not slowed: one caller got {rates[1]:,.0f} jobs/s.")
    return rates
