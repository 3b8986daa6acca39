"""What a failure over HTTP means: from a status, a code or a lost line to a sentence for people."""

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Literal, TypeAlias

import aiohttp

from bot.providers.errors import Category, ProviderError
from bot.texts import say

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
    "exceed_context_size_error": 413,
    "invalid_request_error": 400,
    "content_filter": 400,
    "timeout": 504,
}


@dataclass(frozen=True, slots=True)
class _Refused:
    """What was refused, as it is told."""

    kind: Kind
    model: str
    detail: str

    @property
    def setting(self) -> str:
        """How the names of this kind's settings begin."""
        return self.kind.upper()


@dataclass(frozen=True, slots=True)
class _Meaning:
    statuses: Container[int]
    category: Category
    retryable: bool
    sentence: Callable[[_Refused], str]


_MEANINGS = (
    _Meaning(
        (401, 403),
        "authentication",
        False,
        lambda it: say("provider-key", kind=it.kind, setting=it.setting),
    ),
    _Meaning(
        (402,),
        "rate_limit",
        False,
        lambda it: say("provider-credit", kind=it.kind, setting=it.setting),
    ),
    _Meaning(
        (404,),
        "not_found",
        False,
        lambda it: say(
            "provider-model",
            kind=it.kind,
            setting=it.setting,
            named="yes" if it.model else "no",
            model=it.model,
        ),
    ),
    _Meaning((413,), "rejected", False, lambda it: say("provider-too-long", kind=it.kind)),
    _Meaning((429,), "rate_limit", True, lambda it: say("provider-busy", kind=it.kind)),
    _Meaning((408, 504), "timeout", True, lambda it: say("provider-slow", kind=it.kind)),
    _Meaning(
        {409, 425, *range(500, 600)},
        "unavailable",
        True,
        lambda it: say("provider-trouble", kind=it.kind),
    ),
    _Meaning(
        range(300, 400),
        "rejected",
        False,
        lambda it: say("provider-elsewhere", kind=it.kind, setting=it.setting),
    ),
    _Meaning(
        range(1000),
        "rejected",
        False,
        lambda it: say("provider-refused", kind=it.kind, detail=it.detail, setting=it.setting),
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
    refused = _Refused(kind, (model or "")[:80], f"{status}, {code}" if code else str(status))
    return ProviderError(
        meaning.sentence(refused),
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
        say("provider-silent", kind=kind, seconds=f"{seconds:g}"),
        retryable=True,
        category="timeout",
    )


def lost_line(kind: Kind, error: aiohttp.ClientError | OSError) -> ProviderError:
    """Make the error of a connection that could not be made, or that broke."""
    reached = "no" if isinstance(error, aiohttp.ClientConnectorError) else "yes"
    return ProviderError(
        say("provider-lost", kind=kind, setting=kind.upper(), reached=reached),
        retryable=True,
        category="unavailable",
    )
