"""What a world consists of, as plain values; a change makes a new value."""

import re
from dataclasses import dataclass
from typing import Any, Final

Id = str
JsonObject = dict[str, Any]
"""An object in Discord's own shape: it is checked where it enters, and passed on as it is."""

EPHEMERAL: Final = 1 << 6
LOADING: Final = 1 << 7
COMPONENTS_V2: Final = 1 << 15

MAX_FILE_BYTES: Final = 10 * 1024 * 1024
_BOOSTED_FILE_BYTES: Final = {2: 5 * MAX_FILE_BYTES, 3: 10 * MAX_FILE_BYTES}

TEXT_CHANNEL: Final = 0
DM_CHANNEL: Final = 1
VOICE_CHANNEL: Final = 2
PUBLIC_THREAD: Final = 11
PRIVATE_THREAD: Final = 12


@dataclass(frozen=True, slots=True)
class User:
    id: Id
    name: str
    display_name: str
    bot: bool = False
    color: str = "#5865f2"
    status: str = "online"
    dm_open: bool = True


@dataclass(frozen=True, slots=True)
class Guild:
    id: Id
    name: str
    owner_id: Id
    tier: int = 0
    """How far it was boosted (0 to 3), which decides how large files may be."""
    afk_channel_id: Id | None = None

    @property
    def most_file_bytes(self) -> int:
        """The largest file that may be sent here."""
        return _BOOSTED_FILE_BYTES.get(self.tier, MAX_FILE_BYTES)


@dataclass(frozen=True, slots=True)
class Role:
    id: Id
    guild_id: Id
    name: str
    permissions: int
    position: int
    color: int = 0
    managed: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    guild_id: Id
    user_id: Id
    roles: tuple[Id, ...]
    joined_at: float
    nick: str | None = None


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What one role (kind 0) or one member (kind 1) may do differently in a channel."""

    target_id: Id
    kind: int
    allow: int = 0
    deny: int = 0


@dataclass(frozen=True, slots=True)
class Thread:
    """What a thread has besides a channel: where it hangs, who began it and who is in it."""

    parent_id: Id
    owner_id: Id
    created_at: float
    people: frozenset[Id] = frozenset()
    archived: bool = False
    locked: bool = False
    archived_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel; `thread` only where its type is a thread's."""

    id: Id
    type: int
    name: str
    guild_id: Id | None = None
    topic: str = ""
    position: int = 0
    overwrites: tuple[Overwrite, ...] = ()
    recipient_id: Id | None = None
    thread: Thread | None = None


@dataclass(frozen=True, slots=True)
class VoiceState:
    """Where somebody talks, and whether they chose to hear nothing; channel None: nowhere."""

    guild_id: Id
    user_id: Id
    channel_id: Id | None
    deaf: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in."""

    filename: str
    data: bytes
    content_type: str = "application/octet-stream"
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file; its bytes are with the world's files."""

    id: Id
    channel_id: Id
    filename: str
    content_type: str
    size: int
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One version of a message. `pinged` names who was notified by it, edits notify nobody."""

    id: Id
    channel_id: Id
    author_id: Id
    created_at: float
    content: str = ""
    embeds: tuple[JsonObject, ...] = ()
    components: tuple[JsonObject, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    flags: int = 0
    type: int = 0
    edited_at: float | None = None
    mentions: tuple[Id, ...] = ()
    mention_roles: tuple[Id, ...] = ()
    mention_everyone: bool = False
    pinged: frozenset[Id] = frozenset()
    pinged_everyone: bool = False
    reference: JsonObject | None = None
    nonce: str | None = None
    interaction_id: Id | None = None
    viewer_id: Id | None = None

    @property
    def ephemeral(self) -> bool:
        """Only its viewer sees it."""
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """It is the placeholder of a deferral: "… is thinking"."""
        return bool(self.flags & LOADING)

    @property
    def text(self) -> str:
        """Everything readable in it: content, embeds, text components; for searching."""
        parts = [self.content]
        for item in (*self.embeds, *self.components):
            parts.extend(_texts(item))
        return "\n".join(part for part in parts if part)

    def visible_to(self, user_id: Id | None) -> bool:
        """Whether the person may see it; None asks for what everybody sees."""
        return not self.ephemeral or self.viewer_id == user_id


_READABLE: Final = re.compile(r"title|description|name|value|text|content|label")


def _texts(item: object) -> list[str]:
    if isinstance(item, list):
        return [text for part in item for text in _texts(part)]
    if not isinstance(item, dict):
        return []
    own = [v for k, v in item.items() if isinstance(v, str) and _READABLE.fullmatch(k)]
    nested = [t for v in item.values() if isinstance(v, dict | list) for t in _texts(v)]
    return own + nested
