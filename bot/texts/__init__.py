"""What people read, in one catalogue: `en.ftl`, in the format of Project Fluent.

Another language is another file beside it.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

LANGUAGE = "en"

TEXT = re.compile(r"^(?=[a-z])", re.MULTILINE)
PART = re.compile(r"{ ([a-z][a-z-]*) }")


def say(text_id: str, /, **values: str | float) -> str:
    """The text of this id with these values in their places; numbers as the language writes them.

    Raises `LookupError` for an unknown id or a value that is missing: tests hold every call against
    the catalogue.
    """
    return _formatted(text_id, values) if values else _plain(text_id)


@cache
def _plain(text_id: str) -> str:
    return _formatted(text_id, {})


def _formatted(text_id: str, values: Mapping[str, str | float]) -> str:
    bundle = _bundle(LANGUAGE)
    _learn(bundle, text_id)
    pattern = bundle.get_message(text_id).value
    if pattern is None:
        raise LookupError(f"the text {text_id} is empty")
    text, faults = bundle.format_pattern(pattern, dict(values))
    if faults:
        raise LookupError(f"the text {text_id} cannot be said: {faults}")
    return str(text)


@cache
def _bundle(language: str) -> FluentBundle:
    return FluentBundle([language], use_isolating=False)


def _learn(bundle: FluentBundle, text_id: str) -> None:
    """Parse the text and those that are part of it: all of them took 0.05 s of each start."""
    if bundle.has_message(text_id):
        return
    written = as_written(bundle.locales[0])[text_id]
    bundle.add_resource(FluentResource(written))
    for part in parts_of(written):
        _learn(bundle, part)


@cache
def as_written(language: str) -> Mapping[str, str]:
    """Each text of the catalogue, not parsed, by its id: what begins a line is an id."""
    path = Path(__file__).with_name(f"{language}.ftl")
    _, *texts = TEXT.split(path.read_text(encoding="utf-8"))
    return {text.split(maxsplit=1)[0]: text for text in texts}


def parts_of(written: str) -> set[str]:
    """The other texts that are part of this one, by their ids."""
    return set(PART.findall(written))
