"""Reads whom a file names: an id or a mention a line, also as the first such cell of a table."""

import codecs
import re
from dataclasses import dataclass

_CELLS = re.compile(r"[,;\t]")
_PERSON = re.compile(r"<@!?(\d{15,20})>|'?(\d{15,20})", re.ASCII)
"""A snowflake has 17 to 19 digits today; an apostrophe marks text in some spreadsheets."""

LARGEST_ID = 2**63 - 1

NONSENSE_SHOWN = 5
"""Lines that are kept to be shown."""

LINE_SHOWN = 40
"""Characters of such a line."""


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a file names, each once, in their order; lines that name nobody, with their numbers."""

    people: tuple[int, ...]
    repeated: int = 0
    nonsense: int = 0
    first_nonsense: tuple[tuple[int, str], ...] = ()


def read_people(data: bytes) -> Named:
    """Whatever the bytes are, they are read; a first line without digits is taken for a heading."""
    people: dict[int, None] = {}
    repeated, nonsense = 0, []
    for number, line in enumerate(_text(data).splitlines(), start=1):
        if not line.strip() or (number == 1 and not re.search(r"\d", line)):
            continue
        person = _person(line)
        if person is None:
            nonsense.append((number, line.strip()[:LINE_SHOWN]))
        elif person in people:
            repeated += 1
        else:
            people[person] = None
    return Named(tuple(people), repeated, len(nonsense), tuple(nonsense[:NONSENSE_SHOWN]))


def _text(data: bytes) -> str:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if wide else "utf-8-sig", errors="replace")


def _person(line: str) -> int | None:
    for cell in _CELLS.split(line):
        found = _PERSON.fullmatch(cell.strip().strip('"').strip())
        if found is not None and int(found[1] or found[2]) <= LARGEST_ID:
            return int(found[1] or found[2])
    return None
