"""The picture in an OpenAI-compatible answer, or why there is none."""

import binascii
from base64 import b64decode

from pydantic import BaseModel, ValidationError
from yarl import URL

from bot.providers.errors import ProviderError
from bot.providers.http_failures import failure_inside, plain_code
from bot.providers.openai_wire import Refusal
from bot.providers.pictures import Flaw
from bot.texts import say

MOST_BYTES = 24 * 1024 * 1024
"""Of one answer: more than twice the largest picture that is asked for, without any compression,
in base64. Of more, reading alone would hold up the process for over 50 ms.
"""

MOST_PARTS = 10_000
"""Commas in an answer: base64 has none, a prompt that comes back some hundreds. A list of millions
of nothings would take gigabytes.
"""

BLOCKED = frozenset({"content_policy_violation", "moderation_blocked", "content_filter"})
"""Codes by which servers say that their rules forbid a picture."""


class _Picture(BaseModel):
    b64_json: str | None = None
    url: str | None = None


class _Answer(BaseModel):
    data: list[_Picture] | None = None
    error: object = None


def found_in(answer: bytes, model: str | None) -> bytes | URL:
    """The first picture, or where it is. Raises `ProviderError`. Slow: it may have megabytes."""
    if answer.count(b",") > MOST_PARTS:
        raise no_picture()
    try:
        parsed = _Answer.model_validate_json(answer)
    except ValidationError:
        raise no_picture() from None
    if parsed.error:
        raise blocked(answer) or failure_inside("image", parsed.error, model=model)
    if not parsed.data:
        raise no_picture()
    first = parsed.data[0]
    try:
        if first.b64_json:
            return b64decode(first.b64_json.partition("base64,")[2] or first.b64_json)
        return _address(first.url or "")
    except (binascii.Error, ValueError):
        raise no_picture() from None


def _address(text: str) -> URL:
    url = URL(text)
    url.origin()  # raises for what leads nowhere
    return url


def no_picture() -> ProviderError:
    """Make the error of an answer without a picture."""
    return ProviderError(say("provider-no-picture"), retryable=True, category="protocol")


def unfit(flaw: Flaw) -> ProviderError:
    """Make the error of something that is not taken for a picture."""
    if flaw is Flaw.TOO_MANY_PIXELS:
        return ProviderError(say("provider-picture-huge"), retryable=False, category="protocol")
    return no_picture()


def blocked(body: bytes) -> ProviderError | None:
    """Make the error of a refusal that is the server's rules; None if it is another one."""
    try:
        code = plain_code(Refusal.model_validate_json(body).error)
    except ValidationError:
        return None
    if code not in BLOCKED:
        return None
    return ProviderError(say("provider-blocked"), retryable=False, category="rejected")
