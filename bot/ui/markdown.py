"""What a cut through Discord's Markdown breaks: code blocks, inline markup, single characters.

Discord's own reading counts, not CommonMark's: three or more backticks open a code block
anywhere, the next three or more close it, and a language stands directly behind them, alone
in its line.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_SPAN = 400
"""Characters of inline markup that are kept together; longer ones are taken for plain text."""

_RUN = re.compile(r"`+")
_FENCE = re.compile(r"`{3,}")
_LANGUAGE = re.compile(r"([A-Za-z0-9_+\-.#]{1,32})\n")
_SPANS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!`)(`{1,2})(?!`)[^\n]{1,400}?(?<!`)\1(?!`)",
        r"(\*\*|__|~~|\|\|)(?=\S)[^\n]{1,400}?(?<=\S)\1",
        r"(?<![\w*])\*(?=[^\s*])[^*\n]{1,400}\*",
        r"(?<![\w_])_(?=[^\s_])[^_\n]{1,400}_(?!\w)",
        r"!?\[[^\]\n]{1,200}\]\([^)\s]{1,400}\)",
        r"<[^<>\s]{1,400}>",
        r"https?://\S{1,400}",
    )
)
_NO_LANGUAGE = ""
_FLAG_HALVES = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_ZERO_WIDTH_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Fence:
    """A code block of a text: fenced `opens:closes`, its code is `start:stop`.

    One that the text does not close has `stop == closes`, the text's end; one that was open
    before the text began opens at -1.
    """

    opens: int
    start: int
    stop: int
    closes: int
    language: str

    @property
    def head(self) -> str:
        """The line that opens it once more."""
        return f"```{self.language}\n"

    @property
    def is_open(self) -> bool:
        """Whether the text ends before it does."""
        return self.stop == self.closes

    def holds(self, place: int) -> bool:
        """Whether a cut at `place` goes through it."""
        return self.opens < place < self.closes or (place == self.closes and self.is_open)


FOOT = "\n```"
"""What closes a block that was cut."""


def fences(text: str, inside: Fence | None = None) -> Iterator[Fence]:
    """Find the code blocks of `text`, which begins within the block `inside`, if any."""
    at = 0
    if inside:
        block = _block(text, -1, 0, inside.language)
        yield block
        at = block.closes
    while run := _RUN.search(text, at):
        if len(run[0]) < 3:
            at = _inline_code_end(text, run)
            continue
        named = _LANGUAGE.match(text, run.end())
        block = (
            _block(text, run.start(), named.end(), named[1])
            if named
            else _block(text, run.start(), run.end(), _NO_LANGUAGE)
        )
        yield block
        at = block.closes


def _block(text: str, opens: int, start: int, language: str) -> Fence:
    close = _FENCE.search(text, start)
    stop, closes = close.span() if close else (len(text), len(text))
    return Fence(opens, start, stop, closes, language)


def _inline_code_end(text: str, opening: re.Match[str]) -> int:
    """Backticks within inline code open nothing."""
    farthest = opening.end() + LONGEST_SPAN
    line_end = text.find("\n", opening.end(), farthest)
    for run in _RUN.finditer(text, opening.end(), farthest if line_end < 0 else line_end):
        if run[0] == opening[0]:
            return run.end()
    return opening.end()


def unsound_in(text: str, fence: Fence) -> Iterator[range]:
    """Tell the places where a cut damages `fence`: in its fence lines, or leaving no code."""
    code = text[fence.start : fence.stop]
    first = fence.start + len(code) - len(code.lstrip())
    last = fence.start + len(code.rstrip())
    yield range(fence.opens + 1, first + 1)
    yield range(last, fence.closes if not fence.is_open else last)


def spans(text: str) -> Iterator[range]:
    """Tell the places that lie within inline markup, mentions and addresses."""
    for pattern in _SPANS:
        for match in pattern.finditer(text):
            yield range(match.start() + 1, match.end())


def joined(text: str, place: int) -> bool:
    """Whether what people see as one character lies on both sides of `place`."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    return (
        _clings(after)
        or before in (_ZERO_WIDTH_JOINER, "\\")
        or ("\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff")
        or (_is_flag_half(after) and _flag_halves_before(text, place) % 2 == 1)
    )


def _clings(character: str) -> bool:
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me")
        or character == _ZERO_WIDTH_JOINER
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # tags of regional flags
        or "\u1160" <= character <= "\u11ff"  # the later parts of a Hangul syllable
    )


def _is_flag_half(character: str) -> bool:
    return character in _FLAG_HALVES


def _flag_halves_before(text: str, place: int) -> int:
    # Even, so that a flag is still told from its neighbours; bounded, as a message of flags is not.
    nearest = text[max(place - 100, 0) : place]
    return len(nearest) - len(nearest.rstrip(_FLAG_HALVES))
