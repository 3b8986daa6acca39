"""A wrong setting becomes one line: its name, what is wrong, what to write instead; no secret."""

from collections.abc import Iterable, Mapping
from typing import get_args

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from config.redaction import Redactor

_SHOWN = 40
"""Characters of a wrong value that are repeated."""


class SettingError(Exception):
    """Settings that Conveyor cannot start with; its text is one line a fault."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


def fault_lines(error: ValidationError, fields: Mapping[str, FieldInfo]) -> list[str]:
    """One line for each fault; `fields` are the settings by name."""
    return [_line(details, fields) for details in error.errors(include_url=False)]


def example_of(field: FieldInfo) -> str:
    """A value that may be written for this setting; empty if none can be shown."""
    if field.examples:
        return str(field.examples[0])
    return "" if field.default is None else str(field.default)


def _line(details: ErrorDetails, fields: Mapping[str, FieldInfo]) -> str:
    name = "_".join(str(part) for part in details["loc"][:2]).upper()
    field = fields[name]
    fault = details["msg"].removeprefix("Value error, ").removeprefix("Input ")
    example = example_of(field)
    fix = f"; for example {name}={example}" if example else ""
    return f"{name}: {_shown(details['input'], field)} {fault}{fix}"


def _shown(value: object, field: FieldInfo) -> str:
    """The value as it was written, unless it is a secret or could hold one."""
    secret = SecretStr in get_args(field.annotation)
    if secret or not isinstance(value, str) or "@" in value or "?" in value:
        return "the value"
    return repr(Redactor().redact(value)[:_SHOWN])
