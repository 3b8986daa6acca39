"""Where a person waits for news: everything needed to reach them, also in another process.

Kept in the store as sealed text, because an interaction's token lets anyone speak for the bot.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel, ConfigDict, Field

from bot.delivery.budget.discord_limits import Way
from bot.texts import say

TOKEN_LIFE_S = 15 * 60
"""How long an interaction's token can edit (Discord's documentation on interactions)."""

FADES_S = 60.0
"""How long before its token's end a private ticket says that it will stand still."""

FILE_LIMIT = 10 * 1024 * 1024
"""Bytes of one file where nothing else is said (Discord's documentation on uploads)."""


@dataclass(frozen=True, slots=True)
class Handle:
    """A fresh way to edit one message: whoever presses a button on it gives its token."""

    message: int
    channel: int
    application: int
    token: str = field(repr=False)
    file_limit: int = FILE_LIMIT


class Target(BaseModel):
    """A person, and the ticket that was shown to them.

    With a `token` the ticket answers an interaction; without, it is a message of the bot's own.
    `message` is its id once known; `asked_at` (unix seconds) is when the person asked, `token_at`
    when the token was given (None: then); `file_limit` is how many bytes a file may have there.
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
    token_at: float | None = None
    private: bool = False
    file_limit: int = FILE_LIMIT

    @property
    def place(self) -> str:
        """Tells this ticket from others: one asking, one ticket."""
        return self.token or f"{self.channel} {self.message}"

    def token_lives(self, now: float) -> bool:
        """Whether the token may still edit."""
        since = self.asked_at if self.token_at is None else self.token_at
        return self.token is not None and now < since + TOKEN_LIFE_S

    def fades(self, now: float) -> bool:
        """Whether the ticket is about to get out of reach: a private one, with its token."""
        return self.private and self.token_lives(now) and not self.token_lives(now + FADES_S)

    def renewed(self, handle: Handle, now: float) -> "Target":
        """The same person at the message of this handle, which was given `now` (unix seconds)."""
        return self.model_copy(
            update={
                "message": handle.message,
                "channel": handle.channel,
                "application": handle.application,
                "token": handle.token,
                "token_at": now,
                "file_limit": handle.file_limit,
            }
        )

    def way(self, now: float) -> Way:
        """How the ticket is edited."""
        return Way(self.channel, self.token if self.token_lives(now) else None)


class SealBroken(Exception):
    """The text was sealed under a key that is not known any more."""


class Sealer:
    """Encrypts targets at rest; old keys still open what they sealed."""

    def __init__(self, key: str, old_keys: Sequence[str] = ()) -> None:
        self._cipher = MultiFernet([Fernet(_derived(one)) for one in (key, *old_keys)])

    def seal(self, target: Target) -> str:
        """The target as text that only the holder of a key can read."""
        return self.seal_text(target.model_dump_json())

    def open(self, sealed: str) -> Target:
        """The target again; raises `SealBroken`."""
        return Target.model_validate_json(self.open_text(sealed))

    def seal_text(self, text: str) -> str:
        """Any text, so that only the holder of a key can read it."""
        return self._cipher.encrypt(text.encode()).decode()

    def open_text(self, sealed: str) -> str:
        """The text again; raises `SealBroken`."""
        try:
            return self._cipher.decrypt(sealed).decode()
        except InvalidToken:
            raise SealBroken(say("failure-seal")) from None


def _derived(secret: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"conveyor target")
    return base64.urlsafe_b64encode(derivation.derive(secret.encode()))
