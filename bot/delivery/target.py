"""Where a person waits for news: everything needed to reach them, also in another process.

Kept in the store as sealed text, because an interaction's token lets anyone speak for the bot.
"""

import base64
import os
from collections.abc import Sequence
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel, ConfigDict, Field

NONCE_BYTES = 12
"""What AES-GCM takes; random ones are safe for billions of messages under one key (NIST)."""

TOKEN_LIFE_S = 15 * 60
"""How long an interaction's token can edit (Discord's documentation on interactions)."""


class Target(BaseModel):
    """A person, and the ticket that was shown to them.

    With a `token` the ticket answers an interaction; without, it is a message of the bot's own.
    `message` is its id once known; `asked_at` (unix seconds) is when the person asked.
    """

    model_config = ConfigDict(frozen=True)

    user: int
    channel: int
    asked_at: float
    guild: int | None = None
    message: int | None = None
    question: int | None = None
    """The person's own message, where that was the question."""
    application: int | None = None
    token: str | None = Field(default=None, repr=False)
    private: bool = False

    def token_lives(self, now: float) -> bool:
        """Whether the token may still edit."""
        return self.token is not None and now < self.asked_at + TOKEN_LIFE_S


class SealBroken(Exception):
    """The text was sealed under a key that is not known any more."""


class Sealer:
    """Encrypts targets at rest; old keys still open what they sealed."""

    def __init__(self, key: str, old_keys: Sequence[str] = ()) -> None:
        self._ciphers = [AESGCM(_derived(one)) for one in (key, *old_keys)]

    def seal(self, target: Target) -> str:
        """The target as text that only the holder of a key can read."""
        nonce = os.urandom(NONCE_BYTES)
        cipher, *_ = self._ciphers
        sealed = cipher.encrypt(nonce, target.model_dump_json().encode(), None)
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str) -> Target:
        """The target again; raises `SealBroken`."""
        with suppress(ValueError):  # a damaged text is nothing that any key opens
            raw = base64.b64decode(sealed)
            for cipher in self._ciphers:
                with suppress(InvalidTag):
                    text = cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None)
                    return Target.model_validate_json(text)
        raise SealBroken(
            "The address of a delivery was encrypted under another key. Put the former key "
            "(or the former bot token) into ENCRYPTION_KEY_OLD."
        )


def _derived(secret: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"conveyor target")
    return derivation.derive(secret.encode())
