"""What the queue says of its own accord, as people read it: in the words of the catalogue."""

import re

from bot.queue.sentences import meaning
from bot.texts import say

_WHOLE, _BROKEN = re.compile(r"\d{1,15}"), re.compile(r"\d{1,15}\.\d{1,15}")


def in_words(text: str) -> str:
    """The catalogue's text for a sentence of the queue; what somebody else has said, as it is, and
    what is too long for the catalogue.
    """
    found = meaning(text)
    if found is None:
        return text
    try:
        return say(found.name, **{name: _value(value) for name, value in found.values.items()})
    except LookupError:
        return text


def _value(said: str) -> str | float:
    """A number as one, so that it is written and counted as the language does; else its words."""
    if _WHOLE.fullmatch(said):
        return int(said)
    return float(said) if _BROKEN.fullmatch(said) else in_words(said)
