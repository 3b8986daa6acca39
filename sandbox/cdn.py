"""Stored files are downloadable under signed addresses that expire, as Discord's are."""

import hashlib
import hmac
import secrets
from typing import Final
from urllib.parse import quote

from sandbox.clock import Clock
from sandbox.model import Attachment, Id

ADDRESS_LIFE_S: Final = 24 * 3600


class Cdn:
    """The bytes of every attachment, and the addresses that lead to them."""

    def __init__(self, clock: Clock) -> None:
        self.base_url = ""
        self._clock = clock
        self._secret = secrets.token_bytes(16)
        self._files: dict[Id, tuple[Attachment, bytes]] = {}

    def keep(self, attachment: Attachment, data: bytes) -> None:
        """Store a file."""
        self._files[attachment.id] = (attachment, data)

    def bytes_of(self, attachment_id: Id) -> bytes:
        """The file's bytes. Raises KeyError."""
        return self._files[attachment_id][1]

    def path_of(self, attachment: Attachment) -> str:
        """The address without its signature; it names the attachment for good."""
        name = quote(attachment.filename)
        return f"{self.base_url}/cdn/attachments/{attachment.channel_id}/{attachment.id}/{name}"

    def url_of(self, attachment: Attachment) -> str:
        """An address that works for a day."""
        expires = f"{int(self._clock.now() + ADDRESS_LIFE_S):x}"
        return f"{self.path_of(attachment)}?ex={expires}&hm={self._sign(attachment.id, expires)}"

    def fetch(
        self, attachment_id: Id, expires: str, signature: str
    ) -> tuple[Attachment, bytes] | None:
        """The file behind an address, or None if the address is wrong or has expired."""
        expected = self._sign(attachment_id, expires)
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            return None
        if int(expires, 16) < self._clock.now():
            return None
        return self._files.get(attachment_id)

    def _sign(self, attachment_id: Id, expires: str) -> str:
        text = f"{attachment_id}:{expires}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()[:32]
