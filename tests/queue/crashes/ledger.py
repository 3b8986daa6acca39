"""What the database file itself notes of every end, resumption, removal, debt and delivery.

Triggers write it inside the transactions that they tell of, so it is as true as the file.
"""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

NOTE = """
CREATE TRIGGER note_{what} AFTER {event} WHEN {condition}
BEGIN INSERT INTO ledger VALUES ('{what}', {subject}); END
"""

NOTED = {
    "ended": ("UPDATE OF state ON job", "new.finished_at IS NOT NULL", "new.id"),
    "resumed": (
        "UPDATE OF state ON job",
        "old.finished_at IS NOT NULL AND new.finished_at IS NULL",
        "new.id",
    ),
    "removed": ("DELETE ON job", "true", "old.id"),
    "owed": (
        "UPDATE OF state ON delivery",
        "new.state = 'DUE' AND old.state <> 'DUE'",
        "new.id",
    ),
    "delivered": ("UPDATE OF state ON delivery", "new.state = 'DELIVERED'", "new.id"),
}


def begin(path: Path) -> None:
    """Let the file note everything from now on."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE ledger (what, subject)")
        for what, (event, condition, subject) in NOTED.items():
            db.execute(NOTE.format(what=what, event=event, condition=condition, subject=subject))


def read(path: Path) -> dict[str, Counter[str]]:
    """How often each thing has happened to each job and delivery."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT what, subject FROM ledger").fetchall()
    return {what: Counter(subject for its, subject in rows if its == what) for what in NOTED}


def faults(path: Path) -> list[str]:
    """What SQLite finds wrong with the whole file."""
    with closing(sqlite3.connect(path)) as db:
        found = [fault for (fault,) in db.execute("PRAGMA integrity_check")]
    return [] if found == ["ok"] else found
