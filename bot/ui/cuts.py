"""Where a text is best cut: between paragraphs if possible, through a character only if need be."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.ui.markdown import FOOT, Fence, fences, joined, spans, unsound_in


@dataclass(frozen=True, slots=True)
class Rank:
    """A kind of place to cut at, and what such a cut may go through."""

    pattern: re.Pattern[str]
    through_code: bool = True
    through_markup: bool = False


PARAGRAPH = Rank(re.compile(r"(?=\n[^\S\n]*\n)"))
PARAGRAPH_OF_PROSE = Rank(PARAGRAPH.pattern, through_code=False)
LINE = Rank(re.compile(r"(?=\n)"))
LINE_OF_PROSE = Rank(LINE.pattern, through_code=False)
SENTENCE = Rank(
    re.compile(r"(?<=[.!?…])(?=\s)|(?<=[.!?…][\"'”’)])(?=\s)|(?<=[。！？])"), through_code=False
)
WORD = Rank(re.compile(r"(?=\s)"))
CHARACTER = Rank(re.compile(r""))
MARKUP = Rank(CHARACTER.pattern, through_markup=True)


class Stretch:
    """A stretch of text, perhaps beginning within the code block `inside`, and its good cuts."""

    def __init__(self, text: str, inside: Fence | None = None) -> None:
        self.text = text
        self._blocks = tuple(fences(text, inside))
        self._through_fences = _marks(
            text, (places for block in self._blocks for places in unsound_in(text, block))
        )
        self._through_markup = _marks(text, spans(text))

    def block_at(self, place: int) -> Fence | None:
        """Return the code block that a cut at `place` goes through."""
        return next((block for block in self._blocks if block.holds(place)), None)

    def foot_at(self, place: int) -> str:
        """Return what has to close the text before `place`."""
        return FOOT if self.block_at(place) else ""

    def fits_before(self, place: int, room: int) -> bool:
        """Whether the text before `place`, closed, has at most `room` characters."""
        return place + len(self.foot_at(place)) <= room

    def places(self, rank: Rank, low: int, high: int) -> Iterator[int]:
        """Tell the places of this rank from `low` (at least 1) to `high`, in order."""
        for match in rank.pattern.finditer(self.text, max(low, 1)):
            place = match.start()
            if place > high:
                return
            if self._allows(rank, place):
                yield place

    def _allows(self, rank: Rank, place: int) -> bool:
        return not (
            self._through_fences[place]
            or (self._through_markup[place] and not rank.through_markup)
            or joined(self.text, place)
            or (not rank.through_code and self.block_at(place))
        )


def _marks(text: str, ranges: Iterable[range]) -> bytearray:
    marks = bytearray(len(text) + 1)
    for places in ranges:
        marks[places.start : places.stop] = b"\x01" * len(places)
    return marks
