"""Notes and journals in tables: each method works inside a transaction of somebody else's."""

import sqlite3

from bot.queue.store.base import ENTRIES_KEPT, Entry
from bot.queue.store.sqlite.rows import one
from bot.queue.store.sqlite.statements import Statements

Connection = sqlite3.Connection


class RecordTable:
    """What is kept beside jobs."""

    def __init__(self, sql: Statements) -> None:
        self._sql = sql

    def note(self, db: Connection, scope: str, name: str, value: str | None) -> None:
        """See `Records.note`."""
        if value is None:
            db.execute(self._sql["note_forget"], (scope, name))
        else:
            db.execute(self._sql["note_set"], (scope, name, value))

    def swap(
        self, db: Connection, scope: str, name: str, before: str | None, after: str | None
    ) -> str | None:
        """See `Records.swap`."""
        kept: str | None = one(db, self._sql["note"], (scope, name))
        if kept == before:
            self.note(db, scope, name, after)
        return kept

    def notes(self, db: Connection, scope: str) -> dict[str, str]:
        """See `Records.notes`."""
        return dict(db.execute(self._sql["notes"], (scope,)))

    def record(self, db: Connection, scope: str, text: str, now: float) -> None:
        """See `Records.record`."""
        db.execute(self._sql["entry_add"], (scope, now, text))
        db.execute(self._sql["entries_trim"], (scope, ENTRIES_KEPT))

    def entries(self, db: Connection, scope: str, before: int | None, limit: int) -> list[Entry]:
        """See `Records.entries`."""
        return [Entry(*row) for row in db.execute(self._sql["entries"], (scope, before, limit))]
