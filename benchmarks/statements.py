"""Stands between a store and SQLite: every statement passes a tap after it ran."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch


@dataclass(frozen=True, slots=True)
class Statement:
    """One call of a cursor; `many`: once for each of its parameters."""

    sql: str
    parameters: Any
    many: bool = False

    def run(self, db: sqlite3.Connection) -> None:
        """Again, to its last row."""
        (db.executemany if self.many else db.execute)(self.sql, self.parameters).fetchall()


Tap = Callable[[sqlite3.Connection, Statement], None]


@contextmanager
def tapped(tap: Tap) -> Iterator[None]:
    """Connections that are made meanwhile call `tap`, from whatever thread uses them."""

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, parameters: Any = ()) -> "Cursor":
            super().execute(sql, parameters)
            tap(self.connection, Statement(sql, parameters))
            return self

        def executemany(self, sql: str, parameters: Any) -> "Cursor":
            rows = list(parameters)
            super().executemany(sql, rows)
            tap(self.connection, Statement(sql, rows, many=True))
            return self

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
            return Cursor(self).execute(sql, parameters)

        def executemany(self, sql: str, parameters: Any) -> sqlite3.Cursor:
            return Cursor(self).executemany(sql, parameters)

    connect = partial(sqlite3.connect, factory=Connection)
    with patch.object(sqlite3, "connect", connect):
        yield
