"""Messages older than an hour can be edited only so often; nobody but Discord knows how often."""

from typing import Final

from sandbox import errors
from sandbox.clock import Clock
from sandbox.model import Id, Message

OLD_AFTER_S: Final = 3600.0


class OldEdits:
    """Off until `limit` is called, because Discord's own numbers are not documented."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count: int | None = None
        self._per_s = 0.0
        self._edited: dict[Id, list[float]] = {}

    def limit(self, count: int | None, per_s: float = 60.0) -> None:
        """Allow this many edits of old messages in each channel and period; None: any number."""
        self._count, self._per_s = count, per_s
        self._edited.clear()

    def check(self, message: Message) -> None:
        """Count an edit of the message. Raises 30046."""
        now = self._clock.now()
        if self._count is None or now - message.created_at <= OLD_AFTER_S:
            return
        recent = [at for at in self._edited.get(message.channel_id, []) if now - at < self._per_s]
        if len(recent) >= self._count:
            left_s = recent[0] + self._per_s - now if recent else self._per_s
            raise errors.too_many_old_edits(left_s)
        self._edited[message.channel_id] = [*recent, now]
