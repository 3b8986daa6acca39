"""No secret leaves in a text: known ones are cut out, and so is what looks like a token."""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = "[redacted]"

MIN_SECRET_LENGTH = 8
"""Shorter secrets (`none`, `test`) are words: cutting them out would garble the log."""

_SHAPES = re.compile(
    r"""
      # the address of a webhook or a callback
      (?P<address>/(?:webhooks|interactions)/\d+/)[^\s"'/?\#<>\\]+
      # a gateway event or a body, printed whole
    | (?P<field>\\*["']token\\*["']\s*:\s*\\*["'])[^\s"'\\]+
      # a header
    | (?P<header>\bBearer\s+)[^\s"'\\]{16,}
      # an interaction's token: base64 of "interaction:" and more
    | aW50ZXJhY3Rpb246[\w+/=-]+
      # what signs webhooks, made by the bot itself
    | \bwhsec_[\w+/=-]{16,}
      # a bot's token: its id in base64, a time, a signature
    | \b[MNO][\w-]{22,29}\.[\w-]{5,7}\.[\w-]{27,}
    """,
    re.VERBOSE,
)


class Redactor:
    """Knows this process's secrets and the shapes of Discord's tokens."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spellings = {
            spelling
            for secret in secrets
            if len(secret) >= MIN_SECRET_LENGTH
            for spelling in _spellings(secret)
        }
        longest_first = sorted(spellings, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if spellings else None

    def redact(self, text: str) -> str:
        """The text with `MASK` in place of each secret."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        return _SHAPES.sub(_masked, text)


def _masked(match: re.Match[str]) -> str:
    return (match[match.lastgroup] if match.lastgroup else "") + MASK


def _spellings(secret: str) -> set[str]:
    """The secret as it is, in a `repr`, in JSON, one inside the other, and in an address."""
    once = {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1]}
    return {*once, *(json.dumps(spelling)[1:-1] for spelling in once), quote(secret, safe="")}
