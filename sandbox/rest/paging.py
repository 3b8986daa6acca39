"""Which page of a long list is asked for: what is no number, or too large a one, is refused."""

from collections.abc import Mapping
from typing import Final

from sandbox.form import FormErrors

_CURSORS: Final = ("before", "after", "around")


def check_page(query: Mapping[str, str], most: int) -> None:
    """Raise 50035 for a `limit` outside 1 to `most`, and for a cursor that is no id."""
    form = FormErrors()
    for name in ("limit", *_CURSORS):
        if name in query and not query[name].isdecimal():
            form.add(name, "NUMBER_TYPE_COERCE", f"Value {query[name]!r} is not an int.")
    limit = query.get("limit", "")
    if limit.isdecimal() and int(limit) > most:
        text = f"int value should be less than or equal to {most}."
        form.add("limit", "NUMBER_TYPE_MAX", text)
    if limit.isdecimal() and int(limit) < 1:
        form.add("limit", "NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.")
    form.check()
