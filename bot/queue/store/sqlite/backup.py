"""Copies the database as it was at one moment, while others go on using it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from bot.queue.errors import StoreError


def back_up(path: Path, target: Path) -> None:
    """Make `target` a copy of the database at `path`, or leave it as it was.

    One read transaction: writers are not held up. Raises `StoreError`.
    """
    if target.exists() and path.exists() and target.samefile(path):
        raise StoreError(f"{target} is the database itself. Choose another place for the copy.")
    part = target.with_name(f"{target.name}.part")
    try:
        _copy(path, part)
        part.replace(target)
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise StoreError(
            f"{path} could not be copied to {target} ({error}); nothing was changed. See that both "
            "can be reached by this user and that the disk has space."
        ) from error


def _copy(path: Path, part: Path) -> None:
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)  # it holds what people asked
    whole = f"file:{quote(str(path))}?mode=rw"  # what is not there must not be made
    with closing(sqlite3.connect(whole, uri=True)) as source:
        source.execute("PRAGMA query_only = ON")
        with closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(f"the copy is damaged: {verdict}")
    with part.open("rb") as written:
        os.fsync(written.fileno())
