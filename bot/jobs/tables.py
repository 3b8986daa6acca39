"""Tables for spreadsheets: comma-separated values in which no cell is ever run as a formula, also
where a spreadsheet separates them in another way (by semicolons in much of Europe) and so takes the
middle of a text for the beginning of a cell.

UTF-8 with a byte order mark, without which some spreadsheets guess another encoding; lines end in
CR LF and fields are quoted where they must be (RFC 4180).
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence

Cell = str | int | float | None
"""None is an empty field."""

_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_FORMULA = re.compile(
    r"""\A(?=[\t\r\n])|(?:\A|(?<=[;\t\r\n]))(?=(?:"|[^\S\t\r\n])*[=+\-@＝＋－＠])"""
)
"""Where a spreadsheet may begin to calculate, full-width forms too (OWASP's page on CSV injection,
which names separators and quotes as well).
"""


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A whole table, in memory."""
    return b"".join((csv_head(header), *(csv_row(row) for row in rows)))


def csv_head(header: Sequence[str]) -> bytes:
    """What a file begins with: the mark and the names of the columns."""
    return codecs.BOM_UTF8 + csv_row(header)


def csv_row(cells: Sequence[Cell]) -> bytes:
    """One row as it stands in a file, whatever is in it."""
    line = io.StringIO(newline="")
    csv.writer(line).writerow([_harmless(cell) for cell in cells])
    return line.getvalue().encode(errors="replace")


def _harmless(cell: Cell) -> Cell:
    """Text that a spreadsheet would calculate is marked as text by an apostrophe before it."""
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub("'", text)
