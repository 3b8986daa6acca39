"""What people read, in one catalogue: `en.ftl`, in the format of Project Fluent.

Another language is another file beside it.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

LANGUAGE = "en"


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
    pattern = bundle.get_message(text_id).value
    if pattern is None:
        raise LookupError(f"the text {text_id} is empty")
    text, faults = bundle.format_pattern(pattern, dict(values))
    if faults:
        raise LookupError(f"the text {text_id} cannot be said: {faults}")
    return str(text)


@cache
def _bundle(language: str) -> FluentBundle:
    path = Path(__file__).with_name(f"{language}.ftl")
    bundle = FluentBundle([language], use_isolating=False)
    bundle.add_resource(FluentResource(path.read_text(encoding="utf-8")))
    return bundle
