"""One gateway event, and the intents under which events are told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sandbox.model import Id, JsonObject

GUILDS: Final = 1 << 0
MEMBERS: Final = 1 << 1
VOICE_STATES: Final = 1 << 7
PRESENCES: Final = 1 << 8
GUILD_MESSAGES: Final = 1 << 9
DIRECT_MESSAGES: Final = 1 << 12
MESSAGE_CONTENT: Final = 1 << 15

PRIVILEGED: Final = {"members": MEMBERS, "presences": PRESENCES, "message_content": MESSAGE_CONTENT}


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One gateway event: for which shard, under which intent, and its data by intents."""

    name: str
    guild_id: Id | None
    intent: int
    data: Callable[[int], JsonObject]


def told(name: str, guild_id: Id | None, intent: int, data: JsonObject) -> Dispatch:
    """An event whose data is the same under all intents."""
    return Dispatch(name, guild_id, intent, lambda _: data)
