"""Opens the database file: settings, identity, migrations, and a sentence for all that can fail."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.queue.errors import SchemaTooNew, StoreError
from bot.queue.store.sqlite.statements import each_statement, migrations

APPLICATION_ID = 0x436F6E76
"""Marks the file as ours ("Conv"), so that another program's database is never touched."""

PAGES_IN_A_BITE = 250
BITE_S = 0.01
"""Pages (4 KiB each) that are given back in one transaction, and seconds after which it ends early:
a page takes 20 µs, but far longer where the thread must wait for its turn.
"""

BUSY_TIMEOUT_S = 5.0
"""How long one process waits for another's transaction, which takes milliseconds."""


def connect(path: Path, *, writing: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode; readers cannot write."""
    connection = sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    if writing:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = FAST")  # what is removed need not be rewritten
    else:
        connection.execute("PRAGMA query_only = ON")
    return connection


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns whatever hinders the opening into a `StoreError` that says what to do."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{error.filename}, a folder that the database {path} needs, cannot be made "
            f"({error.strerror}). Choose another place in QUEUE_DATABASE_URL."
        ) from error
    except sqlite3.Error as error:
        raise StoreError(_explanation(path, error)) from error


def prepare(path: Path) -> None:
    """Create or migrate the file; raises `StoreError` if it is not ours, or newer than we are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(path.parent):
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        try:
            _prepare(connection, path)
        finally:
            connection.close()


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Lets one process prepare while others wait; the switch to WAL alone would refuse them."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    if _is_new(connection, path):
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN EXCLUSIVE")
    try:
        _migrate(connection, path)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _is_new(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is empty; raises `StoreError` if it is another program's."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION_ID and (application or tables):
        raise StoreError(
            f"{path} is a database of another program and was not touched. "
            "Choose another file in QUEUE_DATABASE_URL."
        )
    return not tables


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    known = migrations()
    newest = known[-1][0]
    if version > newest:
        raise SchemaTooNew(
            f"{path} was written by a newer Conveyor (schema {version}, this one knows {newest}) "
            "and was not touched. Upgrade Conveyor, or restore the backup made before the upgrade."
        )
    for number, script in known:
        if number > version:
            for statement in each_statement(script):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def shrink(connection: sqlite3.Connection) -> bool:
    """Give free pages back to the file system, one bite; whether some are left.

    One by one, for Python takes only the first step of this statement, which is one page.
    """
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    until = time.perf_counter() + BITE_S
    for given in range(min(free, PAGES_IN_A_BITE)):
        if given and time.perf_counter() > until:
            return True
        connection.execute("PRAGMA incremental_vacuum(1)")
    return bool(free > PAGES_IN_A_BITE)


def _explanation(path: Path, error: sqlite3.Error) -> str:
    fault = str(error)
    if "not a database" in fault or "malformed" in fault:
        return (
            f"{path} is damaged or not a database ({fault}); it was left as it is. "
            "Move it away to start empty, or restore a backup."
        )
    if "readonly" in fault or "unable to open" in fault:
        return (
            f"{path} cannot be written ({fault}). Give this user write access to the file and its "
            "folder, or choose another place in QUEUE_DATABASE_URL."
        )
    if "full" in fault:
        return f"The disk that holds {path} is full. Free some space and start again."
    return f"{path} cannot be opened ({fault}). If another program holds it, stop that one first."
