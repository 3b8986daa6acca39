"""A session numbers its events and keeps them, so that nothing is lost over a resume."""

import asyncio
import json
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from sandbox.model import Id, JsonObject

EVENTS_KEPT: Final = 20_000
DISPATCH: Final = 0


@dataclass(frozen=True, slots=True)
class Close:
    """The connection ends with this code."""

    code: int
    reason: str = ""


Outgoing = asyncio.Queue[str | Close]


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
    _events: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=EVENTS_KEPT))

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

    def dispatch(self, name: str, data: JsonObject, copies: int = 1) -> int:
        """Send an event, or keep it for a resume; returns how many copies went out now."""
        body = json.dumps(data, separators=(",", ":"))
        for _ in range(copies):
            self.sequence += 1
            text = f'{{"op":0,"s":{self.sequence},"t":"{name}","d":{body}}}'
            self._events.append((self.sequence, text))
            if self.outgoing is not None:
                self.outgoing.put_nowait(text)
        return copies if self.outgoing is not None else 0

    def resume(self, sequence: int, outgoing: Outgoing) -> bool:
        """Go on over a new connection, from after `sequence`; False if that is impossible."""
        oldest = self._events[0][0] if self._events else self.sequence + 1
        if not self.resumable or sequence > self.sequence or sequence + 1 < oldest:
            return False
        self.close(Close(4000, "resumed elsewhere"))
        self.outgoing = outgoing
        for number, text in self._events:
            if number > sequence:
                outgoing.put_nowait(text)
        self.dispatch("RESUMED", {})
        return True

    def close(self, close: Close) -> None:
        """End its connection; the session stays."""
        if self.outgoing is not None:
            self.outgoing.put_nowait(close)
            self.outgoing = None


def frame(op: int, data: object) -> str:
    """A frame that is no event."""
    return json.dumps({"op": op, "d": data, "s": None, "t": None}, separators=(",", ":"))
