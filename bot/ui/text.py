"""Texts of any length fit into Discord's messages, with nothing lost and no code block broken.

Discord counts Unicode code points, which is what `len` counts: its API "calculates length
based on the number of codepoints in the string" (github.com/discord/discord-api-docs/issues/1315,
answered by its engineers).
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import TypeAlias

from bot.ui import cuts
from bot.ui.cuts import Rank, Stretch
from bot.ui.markdown import FOOT, LONGEST_SPAN, Fence, fences

MESSAGE_LIMIT = 2000
SMALLEST_LIMIT = 64
"""With less, the lines that close a code block and open it again could leave no room for code."""

_LINE_ENDS = re.compile(r"\r\n|[\r\v\f\x85]")
_REFUSED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSEEN = frozenset({"Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"})
"""Categories of Unicode that show nothing where they stand alone."""
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and a symbol that show nothing, either."""
_BLANK_LINES = re.compile(r"(?:[^\S\n]*\n)*")
_WHITESPACE = re.compile(r"\s*")

_Kinds: TypeAlias = tuple[tuple[Rank, float], ...]

# Best kind first, each good enough only from this share of the room on.
_SPLITS: _Kinds = (
    (cuts.PARAGRAPH_OF_PROSE, 0.5),
    (cuts.LINE_OF_PROSE, 0.5),
    (cuts.PARAGRAPH, 0.5),
    (cuts.LINE, 0.25),
    (cuts.SENTENCE, 0.25),
    (cuts.WORD, 0.25),
    (cuts.CHARACTER, 0.25),
    (cuts.WORD, 0.0),
    (cuts.CHARACTER, 0.0),
    (cuts.MARKUP, 0.0),
)
_SHORTENINGS: _Kinds = (
    (cuts.WORD, 0.5),
    (cuts.CHARACTER, 0.5),
    (cuts.WORD, 0.0),
    (cuts.MARKUP, 0.0),
)
_TAILS: _Kinds = ((cuts.LINE, 0.75), (cuts.WORD, 0.75), (cuts.CHARACTER, 0.0), (cuts.MARKUP, 0.0))


def clean(text: str) -> str:
    """Return `text` as Discord takes it: line ends are newlines, no control characters but tabs.

    Halves of surrogate pairs, which no request can carry, are dropped too.
    """
    return _REFUSED.sub("", _LINE_ENDS.sub("\n", text))


def said(text: str) -> str:
    """What a person wrote, clean; empty if nothing of it can be seen."""
    text = clean(text).strip()
    return text if any(map(_is_seen, text)) else ""


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in _UNSEEN and character not in _FILLERS


def split_message(text: str, limit: int = MESSAGE_LIMIT) -> list[str]:
    """Split `text` into messages of at most `limit` code points each; blank text gives none.

    Cuts between paragraphs, else lines, sentences, words, and only then anywhere. A code block
    that is cut is closed and opened again with its language. Put together without those lines,
    the messages are the text but for whitespace at the cuts. `ValueError` below `SMALLEST_LIMIT`.
    """
    return list(messages(text, limit))


def messages(text: str, limit: int = MESSAGE_LIMIT) -> Iterator[str]:
    """Like `split_message`, but split only as far as it is asked for."""
    _require(limit, SMALLEST_LIMIT)
    text = text.strip()
    at, inside = 0, None
    while at < len(text):
        head = inside.head if inside else ""
        stretch = Stretch(text[at : at + limit + LONGEST_SPAN], inside)
        place = _place_to_split(stretch, limit - len(head))
        if body := stretch.text[:place].rstrip():
            yield head + body + stretch.foot_at(place)
        inside = stretch.block_at(place)
        at = _skip_space(text, at + place, inside)


def shorten(text: str, limit: int) -> str:
    """Return `text`, or its beginning up to a word and an ellipsis: at most `limit` code points.

    A code block that is open at the end is closed. `ValueError` for a limit below 8.
    """
    _require(limit, 8)
    text = text.strip()
    stretch = Stretch(text[: limit + LONGEST_SPAN])
    if stretch.fits_before(len(text), limit):
        return text + stretch.foot_at(len(text))
    place = _latest(stretch, limit - 1, _SHORTENINGS)
    return f"{stretch.text[:place].rstrip()}…{stretch.foot_at(place)}"


def tail(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """Return `text`, or an ellipsis and as much of its end as fits into `limit` code points.

    For an answer that is still being written: begins at a line or a word where it can; a code
    block that is open at either end is opened or closed. `ValueError` below `SMALLEST_LIMIT`.
    """
    _require(limit, SMALLEST_LIMIT)
    text = text.strip()
    stretch = _last_stretch(text, limit)
    foot = stretch.foot_at(len(stretch.text))
    if len(text) + len(foot) <= limit:
        return text + foot
    place = _earliest(stretch, limit - len(foot), _TAILS)
    rest = stretch.text[_skip_space(stretch.text, place, stretch.block_at(place)) :]
    return _opening(stretch, place) + rest + foot


def _place_to_split(stretch: Stretch, room: int) -> int:
    end = len(stretch.text)
    return end if stretch.fits_before(end, room) else _latest(stretch, room, _SPLITS)


def _latest(stretch: Stretch, room: int, kinds: _Kinds) -> int:
    """Find the best place to end at."""
    for rank, fill in kinds:
        places = stretch.places(rank, int(room * fill), room)
        if fitting := [place for place in places if stretch.fits_before(place, room)]:
            return fitting[-1]
    return room - len(FOOT)  # nothing is sound, as in thousands of backticks


def _last_stretch(text: str, length: int) -> Stretch:
    """Take the last `length` characters, but not half a line of backticks."""
    low = max(len(text) - length, 0)
    for block in fences(text):
        if block.holds(low):
            low = block.closes if low > block.stop else max(low, block.start)
            return Stretch(text[low:], block if low < block.closes else None)
    return Stretch(text[low:])


def _earliest(stretch: Stretch, room: int, kinds: _Kinds) -> int:
    """Find the best place to begin at."""

    def fits(place: int) -> bool:
        return len(_opening(stretch, place)) + len(stretch.text) - place <= room

    for rank, fill in kinds:
        places = stretch.places(rank, 1, int(len(stretch.text) - room * fill))
        if (place := next(filter(fits, places), None)) is not None:
            return place
    return next(filter(fits, range(len(stretch.text))))


def _opening(stretch: Stretch, place: int) -> str:
    """Tell what goes before a text whose beginning is missing."""
    if block := stretch.block_at(place):
        return f"{block.head}…\n"
    return "…\n" if stretch.text.startswith("\n", place) else "…"


def _require(limit: int, smallest: int) -> None:
    if limit < smallest:
        raise ValueError(f"limit must be at least {smallest}, not {limit}")


def _skip_space(text: str, at: int, inside: Fence | None) -> int:
    """Within code, the indentation of the next line is no mere space."""
    space = (_BLANK_LINES if inside else _WHITESPACE).match(text, at)
    return space.end() if space else at
