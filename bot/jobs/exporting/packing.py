"""Rows become files that a message can carry: one as it is, or zipped ones, none too large.

Each can be read by itself: JSON is an array of objects, CSV begins with the names of the columns.
"""

import json
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from bot.jobs.tables import Cell, csv_head, csv_row

Form = Literal["json", "csv"]

MOST_FILES = 10
"""Of one message (Discord's documentation)."""

MARGIN = 256 * 1024
"""Bytes by which a zipped file may still grow after its last row: what zlib holds back (less than
64 KiB), the end of the row and the table of contents.
"""


class TooMuch(Exception):
    """It does not fit into the files of one message."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How rows, which are given as JSON objects, are written one after the other."""

    suffix: Form
    row: Callable[[bytes], bytes]
    head: bytes = b""
    between: bytes = b""
    tail: bytes = b""


def shape_of(form: Form, columns: Sequence[str]) -> Shape:
    """Objects in an array, a line each; or a table, where lists and objects stand as JSON."""
    if form == "json":
        return Shape(form, lambda line: line, b"[\n", b",\n", b"\n]\n")
    return Shape(form, _table_row, csv_head(columns))


def _table_row(line: bytes) -> bytes:
    return csv_row([_cell(value) for value in json.loads(line).values()])


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, str | int | float):
        return value
    return json.dumps(value, ensure_ascii=False) if value else ""


def packed(
    lines: Callable[[], Iterator[bytes]], shape: Shape, folder: Path, name: str, limit: int
) -> list[Path]:
    """Files of at most `limit` bytes in the folder, with all rows in their order; `lines` gives
    these from the first on, each time. Slow. Raises `TooMuch`.
    """
    plain = folder / f"{name}.{shape.suffix}"
    rows = map(shape.row, lines())
    with plain.open("wb") as file:
        left = _fill(file, shape, next(rows, b""), rows, lambda: limit - file.tell())
        _keep(file)
    if left is None:
        return [plain]
    plain.unlink()
    rows = map(shape.row, lines())
    return _zipped(next(rows), rows, shape, folder / name, limit)


def _zipped(row: bytes, rows: Iterator[bytes], shape: Shape, stem: Path, limit: int) -> list[Path]:
    """The rows in as many archives as it takes, one file in each."""
    made: list[Path] = []
    left: bytes | None = row
    while left is not None:
        if len(made) == MOST_FILES:
            raise TooMuch
        made.append(stem.with_name(f"{stem.name}-{len(made) + 1}.zip"))
        left = _archive(made[-1], shape, left, rows, limit - MARGIN)
    return made


def _archive(
    path: Path, shape: Shape, row: bytes, rows: Iterator[bytes], limit: int
) -> bytes | None:
    with path.open("wb") as file:
        with (
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open(f"{path.stem}.{shape.suffix}", "w", force_zip64=True) as member,
        ):
            left = _fill(member, shape, row, rows, lambda: limit - file.tell())
        _keep(file)
    return left


def _keep(file: IO[bytes]) -> None:
    """Not even a loss of power takes it: the job's end, which names it, is as safe."""
    file.flush()
    os.fsync(file.fileno())


def _fill(
    file: IO[bytes], shape: Shape, first: bytes, rows: Iterator[bytes], room: Callable[[], int]
) -> bytes | None:
    """Write the first row and those that follow; the one that has no room any more, or None."""
    file.write(shape.head + first)
    left = None
    for row in rows:
        if room() < len(shape.between) + len(row) + len(shape.tail):
            left = row
            break
        file.write(shape.between + row)
    file.write(shape.tail)
    return left
