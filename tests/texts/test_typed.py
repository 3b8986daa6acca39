"""What people wrote formats nothing and leads nowhere."""

import re

import pytest

from bot.texts.typed import as_typed

FORMATS = {
    "stars": ("a *b* **c**", r"a \*b\* \*\*c\*\*"),
    "a heading": ("# big", r"\# big"),
    "links": ("[a](b) [win](https://x.example)", r"\[a](b) \[win](https://x.example)"),
    "stars between links": ("[a](b) **c** [d](e)", r"\[a](b) \*\*c\*\* \[d](e)"),
    "a link after an address": ("https://a.example/[b](c)", r"https://a.example/\[b](c)"),
    "nothing": ("", ""),
    "a plain text": ("Tea, at 5?", "Tea, at 5?"),
}


@pytest.mark.parametrize("kind", FORMATS)
def test_formats_are_shown_and_not_followed(kind):
    text, shown = FORMATS[kind]
    assert as_typed(text) == shown
    assert not re.search(r"(?<!\\)\[", shown)
