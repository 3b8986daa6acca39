"""A program that is told of jobs: where it is, how it is called, and what signs what it is told.

Nothing is called that `check` has not let pass.
"""

import base64
import binascii
import re
import secrets
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field
from yarl import URL

from bot.delivery.webhooks.addresses import is_literal, is_open
from bot.queue.webhook import TIMEOUT_S, WebhookTarget
from bot.texts import say

LONGEST_URL = 2048
LONGEST_TIMEOUT_S = 30.0
MOST_HEADERS = 20
LONGEST_HEADER = 4096

SECRET_PREFIX = "whsec_"  # noqa: S105 - how every secret begins
SECRET_BYTES = 32
"""Of a new secret; the scheme allows 24 to 64."""

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS = re.compile(
    r"host|content-.*|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer|proxy-.*"
    r"|webhook-.*",
    re.IGNORECASE,
)
"""Headers that only the bot may write: they say what is sent, and who vouches for it."""


class NotCallable(ValueError):
    """The text says what is wrong with a webhook, and what to do."""


class Hook(BaseModel):
    """Everything that a call needs. `id` is the same as long as nothing of it changes."""

    model_config = ConfigDict(frozen=True)

    id: str
    url: str = Field(repr=False)
    secrets: tuple[str, ...] = Field(repr=False)
    """All of them sign: a receiver that knows one of them is content."""
    headers: dict[str, str] = Field(default_factory=dict, repr=False)
    method: Literal["POST", "PUT", "PATCH"] = "POST"
    timeout_s: float = TIMEOUT_S

    @property
    def host(self) -> str:
        """Host and port: all of the address that may be shown or logged."""
        return host_of(self.url)


def host_of(url: str) -> str:
    """Host and port; paths of webhooks are often secrets."""
    return URL(url).authority


def new_secret() -> str:
    """A secret after the Standard Webhooks scheme."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def check(target: WebhookTarget, *, allow_private: bool) -> None:
    """Raises `NotCallable` for what must not be called, or cannot be."""
    check_url(target.url, allow_private=allow_private)
    if target.method not in {"POST", "PUT", "PATCH"}:
        raise NotCallable(say("webhook-method"))
    if not 0 < target.timeout <= LONGEST_TIMEOUT_S:
        raise NotCallable(say("webhook-timeout", most=LONGEST_TIMEOUT_S))
    if target.secret is not None and not is_secret(target.secret):
        raise NotCallable(say("webhook-secret"))
    if len(target.headers) > MOST_HEADERS:
        raise NotCallable(say("webhook-headers", most=MOST_HEADERS))
    for name, value in target.headers.items():
        if not _NAME.fullmatch(name) or _OURS.fullmatch(name):
            raise NotCallable(say("webhook-header-name", name=repr(name[:100])))
        if len(value) > LONGEST_HEADER or not (value.isascii() and value.isprintable()):
            raise NotCallable(say("webhook-header-value", name=name))


def check_url(url: str, *, allow_private: bool) -> None:
    """Raises `NotCallable`. A name's addresses are judged when it is called (see `closed.py`)."""
    parsed = _parsed(url)
    if parsed.scheme != "https" and not (allow_private and parsed.scheme == "http"):
        raise NotCallable(say("webhook-https"))
    if "@" in urlsplit(url).netloc:
        raise NotCallable(say("webhook-credentials"))
    host = parsed.host or ""
    if is_literal(host) and not is_open(host, allow_private=allow_private):
        raise NotCallable(say("webhook-inside"))


def _parsed(url: str) -> URL:
    if len(url) <= LONGEST_URL and url.isascii() and url.isprintable() and not {*url} & {*' \\"<>'}:
        try:
            parsed = URL(url)
            if parsed.host and parsed.port and not parsed.fragment:
                return parsed
        except ValueError:
            pass  # the same sentence is below
    raise NotCallable(say("webhook-url", most=LONGEST_URL))


def is_secret(text: str) -> bool:
    """Whether it is a secret of the scheme: a prefix, and 24 to 64 bytes in base64."""
    try:
        key = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return text.startswith(SECRET_PREFIX) and 24 <= len(key) <= 64
