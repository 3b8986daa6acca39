"""The rows of one export, on the disk while it is made: a line of JSON each.

What was added is there after a crash, up to the size that a checkpoint names. Each run writes a
file of its own: one that lost its job without knowing cannot spoil the rows of the next.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Self

from bot.jobs.exporting.rows import Row

COPIED_AT_ONCE = 1024 * 1024


class Spool:
    """All calls wait for the disk: make them off the event loop."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file

    @classmethod
    def begin(cls, folder: Path, name: str) -> Self:
        """An empty one; what earlier runs left there is removed."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        path = folder / name
        return cls(path, path.open("wb"))

    @classmethod
    def go_on(cls, folder: Path, name: str, earlier: str, size: int) -> Self | None:
        """One with the first `size` bytes of that of an `earlier` run; None if they are lost."""
        path, source = folder / name, folder / earlier
        if not source.is_file() or source.stat().st_size < size:
            return None
        file = path.open("wb")
        with source.open("rb") as rows:
            _copy(rows, file, size)
        for other in folder.iterdir():
            if other != path:
                other.unlink()
        return cls(path, file)

    @property
    def name(self) -> str:
        """What the next run has to know to go on."""
        return self.path.name

    def add(self, rows: Iterable[Row]) -> int:
        """Write rows, so that neither a crash nor a loss of power takes them; the new size."""
        for row in rows:
            text = json.dumps(row._asdict(), ensure_ascii=False, separators=(",", ":"))
            self._file.write(text.encode(errors="replace") + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Write no more."""
        self._file.close()

    def lines(self) -> Iterator[bytes]:
        """The rows as they are kept, without the ends of their lines."""
        with self.path.open("rb") as rows:
            for line in rows:
                yield line[:-1]


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> None:
    left = size
    while left and (some := source.read(min(left, COPIED_AT_ONCE))):
        left -= target.write(some)
