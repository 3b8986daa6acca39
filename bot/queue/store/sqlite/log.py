"""Keeps the log beside the file short, though somebody is always reading.

SQLite begins its log anew only when nobody reads from it. While readers follow one another without
a gap that moment never comes by itself, and the log would grow for as long as they do.
"""

import sqlite3
from pathlib import Path

LONGEST = 8 * 2**20
"""Bytes after which the writer makes readers wait a moment. Where nobody reads, SQLite begins anew
at 4 MiB by itself. With eight people who ask all the time the log grew to 28.6 MiB in 90 s without
this, and stays below 9 MiB with it (`benchmarks/soak.py`).
"""

STEP = 2**20
"""Bytes by which the log may grow before the next try."""

LOOK_EVERY = 200
"""Changed rows after which the writer looks again: some twenty jobs. To look after every commit
took a seventh of the time of a job that is stored alone (`benchmarks/enqueue.py`).
"""

PATIENCE_MS = 20
"""How long the writer waits for those who read, each time."""


class LogKeeper:
    """Looks after the log of one file, on the writer's own connection between transactions."""

    def __init__(self, path: Path) -> None:
        self._log = path.with_name(f"{path.name}-wal")
        self._bound = LONGEST
        self._seen = 0
        self._changes = 0

    def shorten(self, db: sqlite3.Connection) -> None:
        """Empty the log if it is too long; what cannot be done now is tried again later."""
        if 0 <= db.total_changes - self._changes < LOOK_EVERY:  # less: it is another connection
            return
        self._changes = db.total_changes
        size = self._size()
        began_anew = size == self._seen  # it does not grow, although something was written
        if size >= self._bound or (began_anew and size >= LONGEST):
            self._bound = LONGEST if _emptied(db) else size + STEP
        self._seen = size

    def _size(self) -> int:
        try:
            return self._log.stat().st_size
        except OSError:  # there is none yet
            return 0


def _emptied(db: sqlite3.Connection) -> bool:
    try:
        (patience,) = db.execute("PRAGMA busy_timeout").fetchone()
        db.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        try:
            (busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            db.execute(f"PRAGMA busy_timeout = {patience}")
    except sqlite3.Error:  # the next commit will say what is wrong
        return False
    return not busy
