"""An empty database of today's schema: every test needs one, few prove how it comes to be."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.queue.store.sqlite.file import prepare


def migrated(path: Path) -> Path:
    """The same path, with an empty database of today's schema; 14 ms faster than to migrate."""
    path.write_bytes(_as_made_once())
    return path


@cache
def _as_made_once() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        prepare(path)
        return path.read_bytes()
