"""A session numbers its events and keeps them, so that nothing is lost over a resume."""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sandbox.model import Id, JsonObject

EVENTS_KEPT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Close:
    """The connection ends with this code."""

    code: int
    reason: str = ""


Outgoing = asyncio.Queue[str | Close]
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class _Kept:
    number: int
    text: str
    sent: Callable[[], None] | None


@dataclass(slots=True, eq=False)
class Session:
    """One identified client; `outgoing` is its connection, None while it has none."""

    intents: int
    shard: int
    shards: int
    outgoing: Outgoing | None
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    resumable: bool = True
    _events: deque[_Kept] = field(default_factory=lambda: deque(maxlen=EVENTS_KEPT))

    @property
    def connected(self) -> bool:
        """Somebody listens."""
        return self.outgoing is not None

    def wants(self, intent: int) -> bool:
        """It asked for this intent; 0 is what needs none."""
        return intent == 0 or bool(self.intents & intent)

    def serves(self, guild_id: Id | None) -> bool:
        """Its shard is the one for the guild; direct messages belong to shard 0."""
        shard = 0 if guild_id is None else (int(guild_id) >> 22) % self.shards
        return shard == self.shard

    def dispatch(
        self, name: str, data: JsonObject, copies: int = 1, sent: Callable[[], None] | None = None
    ) -> None:
        """Send an event, or keep it for a resume; `sent` is called for every copy that goes out."""
        body = _ENCODER.encode(data)
        for _ in range(copies):
            self.sequence += 1
            text = f'{{"op":0,"s":{self.sequence},"t":"{name}","d":{body}}}'
            kept = _Kept(self.sequence, text, sent)
            self._events.append(kept)
            self._send(kept)

    def _send(self, kept: _Kept) -> None:
        if self.outgoing is not None:
            self.outgoing.put_nowait(kept.text)
            if kept.sent is not None:
                kept.sent()

    def resume(self, sequence: int, outgoing: Outgoing, again: int = 0) -> bool:
        """Go on over a new connection, from after `sequence`; False if that is impossible.

        So many events from before are sent `again`.
        """
        oldest = self._events[0].number if self._events else self.sequence + 1
        if not self.resumable or sequence > self.sequence or sequence + 1 < oldest:
            return False
        self.close(Close(4000, "resumed elsewhere"))
        self.outgoing = outgoing
        for kept in self._events:
            if kept.number > sequence - again:
                self._send(kept)
        self.dispatch("RESUMED", {})
        return True

    def close(self, close: Close) -> None:
        """End its connection; the session stays."""
        if self.outgoing is not None:
            self.outgoing.put_nowait(close)
            self.outgoing = None


def frame(op: int, data: object) -> str:
    """A frame that is no event."""
    return _ENCODER.encode({"op": op, "d": data, "s": None, "t": None})
