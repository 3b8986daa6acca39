"""What can be kept: texts that UTF-8 can write, so all but half a surrogate pair, and whole numbers
of 64 bits.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

from bot.queue.errors import StoreError


def unstorable() -> StoreError:
    """The refusal that every store gives."""
    return StoreError(
        "A text in this request holds half a character (a lone surrogate), which cannot be "
        "stored; nothing was changed. Remove it and try again."
    )


def too_large() -> StoreError:
    """The refusal that every store gives."""
    return StoreError(
        "A number in this request has more than 64 bits, which cannot be stored; nothing was "
        "changed. Give a smaller one and try again."
    )


def refuse_unstorable(given: object) -> None:
    """Raises `StoreError` if anything in the records and collections given cannot be kept."""
    if isinstance(given, int):
        if not -(2**63) <= given < 2**63:
            raise too_large()
    elif isinstance(given, str):
        try:
            given.encode()
        except UnicodeEncodeError:
            raise unstorable() from None
    elif isinstance(given, Mapping):
        refuse_unstorable([*given.keys(), *given.values()])
    elif isinstance(given, list | tuple):
        for one in given:
            refuse_unstorable(one)
    elif is_dataclass(given):
        refuse_unstorable([getattr(given, field.name) for field in fields(given)])


def storable(text: str) -> str:
    """The text, with a question mark for each half character."""
    return text.encode(errors="replace").decode()
