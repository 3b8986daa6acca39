"""The named points at which a process can die, and the fuse that kills it there."""

import os
import signal
import sqlite3
from enum import Enum
from functools import partial
from inspect import iscoroutinefunction
from typing import Any


class CrashPoint(Enum):
    """What is about to happen or has happened, and for which time in the process's life."""

    BEFORE_ENQUEUE = "before enqueue", 12
    AFTER_ENQUEUE = "after enqueue", 12
    BEFORE_CLAIM = "before claim", 5
    AFTER_CLAIM = "after claim", 5
    BEFORE_BEAT = "before beat", 2
    AFTER_BEAT = "after beat", 2
    BEFORE_FINISH = "before finish", 5
    AFTER_FINISH = "after finish", 5
    BEFORE_PROMOTE = "before promote", 5
    AFTER_PROMOTE = "after promote", 5
    BEFORE_REAP = "before reap", 2
    AFTER_REAP = "after reap", 2
    BEFORE_CANCEL = "before control str CancelJob", 3
    AFTER_CANCEL = "after control str CancelJob", 3
    BEFORE_RETRY = "before control str RetryJob", 2
    AFTER_RETRY = "after control str RetryJob", 2
    BEFORE_DELETE = "before delete", 2
    AFTER_DELETE = "after delete", 2
    BEFORE_POLICY = "before policy", 2
    AFTER_POLICY = "after policy", 2
    BEFORE_AGE = "before age", 2
    AFTER_AGE = "after age", 2
    BEFORE_PURGE = "before purge", 2
    AFTER_PURGE = "after purge", 2
    BEFORE_DELIVERIES_CLAIM = "before deliveries_claim", 2
    AFTER_DELIVERIES_CLAIM = "after deliveries_claim", 2
    BEFORE_DELIVERIES_SETTLE = "before deliveries_settle", 2
    AFTER_DELIVERIES_SETTLE = "after deliveries_settle", 2
    BEFORE_A_TRANSACTION = "before BEGIN IMMEDIATE", 9
    IN_AN_OPERATION = "after UPDATE", 9
    BEFORE_A_COMMIT = "before COMMIT", 9
    AFTER_A_COMMIT = "after COMMIT", 9
    BEFORE_A_PURGES_COMMIT = "after DELETE FROM job", 2
    BETWEEN_PURGE_AND_VACUUM = "before PRAGMA incremental_vacuum", 1
    IN_THE_VACUUM = "after PRAGMA incremental_vacuum", 3

    BEFORE_THE_MIGRATION = "before BEGIN EXCLUSIVE", 1
    IN_THE_MIGRATION = "after CREATE TABLE", 3
    AFTER_A_MIGRATIONS_LAST_WORD = "after PRAGMA user_version =", 1
    BEFORE_THE_MIGRATIONS_COMMIT = "before COMMIT", 1
    AFTER_THE_MIGRATIONS_COMMIT = "after COMMIT", 1

    @property
    def is_at_birth(self) -> bool:
        """Whether it lies in the making of a new file."""
        return "MIGRATION" in self.name


class Fuse:
    """Kills its own process when the point is reached for the n-th time."""

    def __init__(self, point: CrashPoint) -> None:
        self._moment, self._left = point.value

    def reach(self, moment: str) -> None:
        """This is where we are."""
        if moment.startswith(self._moment):
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def lay_under_sqlite(self) -> None:
        """From now on every connection of this process may die before and after a statement."""
        sqlite3.connect = partial(sqlite3.connect, factory=partial(DyingConnection, fuse=self))


class DyingConnection(sqlite3.Connection):
    """A real connection over a fuse."""

    def __init__(self, *args: Any, fuse: Fuse, **options: Any) -> None:
        self._fuse = fuse
        super().__init__(*args, **options)

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        said = " ".join(line for line in sql.split("\n") if not line.startswith("--")).strip()
        self._fuse.reach(f"before {said}")
        cursor = super().execute(sql, *args)
        self._fuse.reach(f"after {said}")
        return cursor


class DyingStore:
    """A real store over a fuse."""

    def __init__(self, store: Any, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._store, name)
        if not iscoroutinefunction(real):
            return real

        async def call(*args: Any, **options: Any) -> Any:
            said = " ".join((name, *(type(given).__name__ for given in args)))
            self._fuse.reach(f"before {said}")
            answer = await real(*args, **options)
            self._fuse.reach(f"after {said}")
            return answer

        return call
