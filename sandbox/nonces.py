"""A nonce makes posting a message idempotent for some minutes."""

from typing import Final

from sandbox.clock import Clock
from sandbox.message_store import MessageStore
from sandbox.model import Id, Message

NONCE_LIFE_S: Final = 5 * 60.0
"""Discord says "the past few minutes"."""
_MOST: Final = 10_000


class Nonces:
    """Remembers which message a channel's nonce belongs to."""

    def __init__(self, clock: Clock, store: MessageStore) -> None:
        self._clock = clock
        self._store = store
        self._known: dict[tuple[Id, str], tuple[Id, float]] = {}

    def find(self, channel_id: Id, nonce: str) -> Message | None:
        """The message already posted with this nonce."""
        message_id, at = self._known.get((channel_id, nonce), ("", 0.0))
        return self._store.get(message_id) if self._clock.now() - at <= NONCE_LIFE_S else None

    def remember(self, message: Message) -> None:
        """Note the nonce of a new message."""
        if message.nonce is None:
            return
        if len(self._known) > _MOST:
            self._known.pop(next(iter(self._known)))
        self._known[message.channel_id, message.nonce] = (message.id, self._clock.now())
