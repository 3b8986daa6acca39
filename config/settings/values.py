"""What a setting's text may say, and the typed value that it becomes."""

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

MIN_KEY_LENGTH = 32
"""Characters of an encryption key: 32 random ones hold more than the 128 bits of the cipher."""

HOW_TO_SIGN = (
    'as printed by: python3 -c "import base64, secrets; '
    "print('whsec_' + base64.b64encode(secrets.token_bytes(32)).decode())\""
)

_SQLITE_SCHEMES = ("sqlite", "sqlite+aiosqlite")
_QUEUE_NAME = r"[a-z][a-z0-9_-]*"


@dataclass(frozen=True, slots=True)
class SqliteDatabase:
    """Jobs live in this file; a relative path counts from where the bot was started."""

    path: Path


@dataclass(frozen=True, slots=True)
class MemoryDatabase:
    """Jobs live in memory and end with the process."""


Database = SqliteDatabase | MemoryDatabase


def _database(text: object) -> object:
    if not isinstance(text, str):
        return text
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in (*_SQLITE_SCHEMES, "memory"):
        raise ValueError(
            "is not supported; write sqlite:///a/file.db, or memory:// to keep no jobs"
        )
    if scheme == "memory":
        if rest:
            raise ValueError("has something after memory://, which takes nothing")
        return MemoryDatabase()
    return SqliteDatabase(_file_path(rest))


def _file_path(rest: str) -> Path:
    """What follows `sqlite://`: `/relative/path.db` or `//absolute/path.db`."""
    name = rest.removeprefix("/")
    if not rest.startswith("/") or name.endswith("/") or name in {"", ".", ".."}:
        raise ValueError("names no file; write three slashes and a path, or four if it is absolute")
    if name == ":memory:":
        raise ValueError("should be memory:// to keep jobs in memory only")
    if "?" in name or "\0" in name:
        raise ValueError("has options after the path, which are not supported; leave them out")
    return Path(name)


def _items(text: object) -> object:
    if not isinstance(text, str):
        return text
    return [item.strip() for item in text.split(",") if item.strip()]


def _slots(text: object) -> object:
    if not isinstance(text, str):
        return text
    slots: dict[str, str] = {}
    for item in text.split(","):
        queue, colon, number = (part.strip() for part in item.partition(":"))
        if not colon or not re.fullmatch(_QUEUE_NAME, queue):
            raise ValueError("should be names of queues in small letters, each with a number")
        if queue in slots:
            raise ValueError(f"names the queue {queue} twice")
        slots[queue] = number
    return slots


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not text.isprintable() or " " in text:
        raise ValueError("should be an address that starts with http:// or https://")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("should be an address without a name, a password, ? or #")
    return text.rstrip("/")


def _webhook_url(address: SecretStr | None) -> SecretStr | None:
    if address is None:
        return None
    text = address.get_secret_value()
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("should be an address that starts with https://")
    if parts.fragment or "@" in parts.netloc:
        raise ValueError("should be an address without a name, a password or #")
    return address


def _webhook_secret(secret: SecretStr | None) -> SecretStr | None:
    if secret is None:
        return None
    prefix, _, encoded = secret.get_secret_value().partition("_")
    try:
        usable = prefix == "whsec" and 24 <= len(b64decode(encoded, validate=True)) <= 64
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(f"should be whsec_ and 24 to 64 bytes in base64, {HOW_TO_SIGN}")
    return secret


def _one_word(secret: SecretStr | None) -> SecretStr | None:
    text = secret.get_secret_value() if secret else ""
    if not text.isascii() or any(sign <= " " or sign == "\x7f" for sign in text):
        raise ValueError("holds a space, a line break or a sign that is not ASCII; copy it again")
    return secret


def _long_enough(secret: SecretStr | None) -> SecretStr | None:
    if secret and len(secret) < MIN_KEY_LENGTH:
        raise ValueError(
            f"has only {len(secret)} characters; use at least {MIN_KEY_LENGTH} random ones, "
            'as printed by: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
        )
    return secret


DatabaseUrl = Annotated[Database, NoDecode, BeforeValidator(_database)]
Snowflake = Annotated[int, Field(ge=1, lt=2**63)]
Snowflakes = Annotated[tuple[Snowflake, ...], NoDecode, BeforeValidator(_items)]
Intent = Literal["members", "message_content"]
Intents = Annotated[frozenset[Intent], NoDecode, BeforeValidator(_items)]
SlotCount = Annotated[int, Field(ge=1, le=1_000)]
Slots = Annotated[Mapping[str, SlotCount], NoDecode, BeforeValidator(_slots)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Secret = Annotated[SecretStr | None, AfterValidator(_one_word)]
Key = Annotated[SecretStr | None, AfterValidator(_long_enough)]
WebhookUrl = Annotated[SecretStr | None, AfterValidator(_webhook_url)]
WebhookSecret = Annotated[SecretStr | None, AfterValidator(_webhook_secret)]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
LogFormat = Literal["text", "json"]
