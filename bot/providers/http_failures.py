"""What a failure over HTTP means: from a status, a code or a lost line to a sentence for people."""

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Literal, TypeAlias

import aiohttp

from bot.providers.errors import Category, ProviderError

Kind: TypeAlias = Literal["chat", "image"]

# Words only: whatever a provider puts there is shown to people, and must not be able to be a key.
_PLAIN_CODE = re.compile(r"[a-z_]{2,40}")

_STATUS_OF_CODE = {
    "invalid_api_key": 401,
    "authentication_error": 401,
    "permission_error": 403,
    "insufficient_quota": 402,
    "model_not_found": 404,
    "not_found_error": 404,
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "context_length_exceeded": 413,
    "invalid_request_error": 400,
    "content_filter": 400,
    "timeout": 504,
}


@dataclass(frozen=True, slots=True)
class _Meaning:
    statuses: Container[int]
    category: Category
    retryable: bool
    sentence: str


_MEANINGS = (
    _Meaning(
        (401, 403),
        "authentication",
        False,
        "The {kind} provider did not accept the bot's key, so nothing can be answered until the"
        " bot's owner checks {KIND}_API_KEY.",
    ),
    _Meaning(
        (402,),
        "rate_limit",
        False,
        "The {kind} provider's account has no credit left, so it refuses every request. The bot's"
        " owner can top it up or set another {KIND}_API_KEY.",
    ),
    _Meaning(
        (404,),
        "not_found",
        False,
        "The {kind} provider does not know {model}. Choose another model, or ask the bot's owner"
        " to check {KIND}_MODEL and {KIND}_BASE_URL.",
    ),
    _Meaning(
        (413,),
        "rejected",
        False,
        "This request is too long for the {kind} provider. Try again with less text.",
    ),
    _Meaning(
        (429,),
        "rate_limit",
        True,
        "The {kind} provider is taking no more requests for the moment. Nothing is wrong with"
        " yours; it can be tried again later.",
    ),
    _Meaning(
        (408, 504),
        "timeout",
        True,
        "The {kind} provider ran out of time. The same request may work when it is tried again.",
    ),
    _Meaning(
        {409, 425, *range(500, 600)},
        "unavailable",
        True,
        "The {kind} provider is having trouble on its side. Nothing is wrong with your request; it"
        " can be tried again later.",
    ),
    _Meaning(
        range(300, 400),
        "rejected",
        False,
        "The {kind} provider's address leads elsewhere, so nothing was sent on. The bot's owner"
        " should set {KIND}_BASE_URL to the final address.",
    ),
    _Meaning(
        range(1000),
        "rejected",
        False,
        "The {kind} provider refused this request ({detail}). Trying the same again will not help;"
        " change the wording, or ask the bot's owner to check {KIND}_MODEL.",
    ),
)


def refusal(
    kind: Kind,
    status: int,
    *,
    code: str | None = None,
    model: str | None = None,
    retry_after_s: float | None = None,
) -> ProviderError:
    """Make the error of a refusal; a known `code` says more than the status and wins."""
    status = _STATUS_OF_CODE.get(code or "", status)
    meaning = next((m for m in _MEANINGS if status in m.statuses), _MEANINGS[-1])
    sentence = meaning.sentence.format(
        kind=kind,
        KIND=kind.upper(),
        model=f"the model “{model[:80]}”" if model else "this address",
        detail=f"{status}, {code}" if code else str(status),
    )
    return ProviderError(
        sentence,
        retryable=meaning.retryable,
        category=meaning.category,
        retry_after_s=retry_after_s if meaning.retryable else None,
    )


def failure_inside(kind: Kind, error: object, *, model: str | None = None) -> ProviderError:
    """Make the error of an `error` object that came in a 200 answer; unknown ones are theirs."""
    return refusal(kind, _status_inside(error), code=plain_code(error), model=model)


def plain_code(error: object) -> str | None:
    """Read the identifier of an `error` object (`code`, else `type`), never its free text."""
    if not isinstance(error, dict):
        return None
    candidates = (error.get("code"), error.get("type"))
    return next((c for c in candidates if isinstance(c, str) and _PLAIN_CODE.fullmatch(c)), None)


def _status_inside(error: object) -> int:
    stated = error.get("code") if isinstance(error, dict) else None
    return stated if isinstance(stated, int) and 400 <= stated < 600 else 500


def silence(kind: Kind, seconds: float) -> ProviderError:
    """Make the error of a provider that sent no byte for `seconds`."""
    return ProviderError(
        f"The {kind} provider was silent for {seconds:g} seconds, so the request was given up. The"
        " same request may work when it is tried again.",
        retryable=True,
        category="timeout",
    )


def lost_line(kind: Kind, error: aiohttp.ClientError | OSError) -> ProviderError:
    """Make the error of a connection that could not be made, or that broke."""
    if isinstance(error, aiohttp.ClientConnectorError):
        what = f"The {kind} provider cannot be reached"
    else:
        what = f"The connection to the {kind} provider broke off"
    return ProviderError(
        f"{what}, so there is no answer yet. It can be tried again; if it keeps happening, the"
        f" bot's owner should check that {kind.upper()}_BASE_URL is right and its server runs.",
        retryable=True,
        category="unavailable",
    )
