"""The SQL files beside the stores, by name: one statement a file, one purpose a statement."""

from collections.abc import Iterator
from pathlib import Path
from sqlite3 import complete_statement

FOLDER = Path(__file__).parent


class Statements:
    """Reads every statement once; an unknown name is a KeyError at once, not at its first use."""

    def __init__(self) -> None:
        self._texts = {path.stem: path.read_text() for path in (FOLDER / "sql").glob("*.sql")}

    def __getitem__(self, name: str) -> str:
        return self._texts[name]


def migrations() -> list[tuple[int, str]]:
    """All schema versions in order, each with the script that leads to it."""
    files = sorted((FOLDER / "migrations").glob("*.sql"))
    return [(int(path.name.split("_")[0]), path.read_text()) for path in files]


def each_statement(script: str) -> Iterator[str]:
    """The statements of a script, one by one (so that they can share a transaction)."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():  # the last one, without its semicolon
        yield statement
