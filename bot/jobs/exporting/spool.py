"""The rows of one export, on the disk while it is made: a line of JSON each.

What was added is there after a crash, up to the size that a checkpoint names. Each run has a folder
of its own: one that lost its job without knowing cannot spoil what the next one writes.
"""

import errno
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Self

from bot.jobs.exporting.rows import Row

ROWS = "rows"
"""The name of the file, in the folder of its run."""

LEAST_FREE = 256 * 1024 * 1024
"""Bytes of the disk that are left to the database, and to the files that are made of the rows."""

COPIED_AT_ONCE = 1024 * 1024


class Spool:
    """All calls wait for the disk: make them off the event loop."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, mode=0o700)
        self._file = (folder / ROWS).open("wb")

    @classmethod
    def begin(cls, home: Path, run: int) -> Self:
        """An empty one; what earlier runs of the job left at its home is removed."""
        shutil.rmtree(home, ignore_errors=True)
        return cls(home / str(run))

    @classmethod
    def go_on(cls, home: Path, run: int, earlier: int, size: int) -> Self | None:
        """One with the first `size` bytes of that of an earlier run; None if they are lost.

        The earlier one stays: until a checkpoint names this one, the next run goes on from there.
        """
        source = home / str(earlier) / ROWS
        if not source.is_file() or source.stat().st_size < size:
            return None
        _refuse_to_fill_the_disk(home, size)
        spool = cls(home / str(run))
        with source.open("rb") as rows:
            _copy(rows, spool._file, size)
        spool._keep()
        for other in home.iterdir():
            if other not in {spool.folder, source.parent}:
                shutil.rmtree(other, ignore_errors=True)
        return spool

    def add(self, rows: Iterable[Row]) -> int:
        """Write rows, so that neither a crash nor a loss of power takes them; the new size.

        Raises `OSError` if the disk is full, or nearly so.
        """
        _refuse_to_fill_the_disk(self.folder)
        for row in rows:
            text = json.dumps(row._asdict(), ensure_ascii=False, separators=(",", ":"))
            self._file.write(text.encode(errors="replace") + b"\n")
        self._keep()
        return self._file.tell()

    def _keep(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Write no more, and stop whoever still reads; what could not be added does not count."""
        with suppress(OSError):  # a full disk refuses the rest once more
            self._file.close()

    def lines(self) -> Iterator[bytes]:
        """The rows as they are kept, without the ends of their lines; `ValueError` once closed."""
        with (self.folder / ROWS).open("rb") as rows:
            for line in rows:
                if self._file.closed:
                    raise ValueError("nobody waits for these rows any more")
                yield line[:-1]


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> None:
    left = size
    while left and (some := source.read(min(left, COPIED_AT_ONCE))):
        left -= target.write(some)


def _refuse_to_fill_the_disk(folder: Path, size: int = 0) -> None:
    if shutil.disk_usage(folder).free < LEAST_FREE + size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
