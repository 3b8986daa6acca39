"""What can change in a world; the gateway and the page hear of nothing else."""

from dataclasses import dataclass
from typing import Literal

from sandbox.interactions import Interaction
from sandbox.model import Channel, Guild, Id, Member, Message, Role, VoiceState

LogKind = Literal["rest", "gateway", "interaction", "trouble", "bot", "unknown_route"]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the log; `method` and `route` only for REST calls, `at` in Unix seconds."""

    at: float
    kind: LogKind
    text: str
    status: int | None = None
    method: str = ""
    route: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class MessageCreated:
    message: Message


@dataclass(frozen=True, slots=True)
class MessageEdited:
    message: Message


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    message: Message


@dataclass(frozen=True, slots=True)
class TypingStarted:
    channel_id: Id
    user_id: Id


@dataclass(frozen=True, slots=True)
class InteractionCreated:
    interaction: Interaction


@dataclass(frozen=True, slots=True)
class InteractionChanged:
    interaction: Interaction


@dataclass(frozen=True, slots=True)
class GuildAdded:
    guild: Guild


@dataclass(frozen=True, slots=True)
class GuildChanged:
    guild: Guild


@dataclass(frozen=True, slots=True)
class ChannelAdded:
    """A channel or a thread."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelChanged:
    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelRemoved:
    """With all its messages."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class RoleAdded:
    role: Role


@dataclass(frozen=True, slots=True)
class RoleChanged:
    role: Role


@dataclass(frozen=True, slots=True)
class RoleRemoved:
    """Nobody holds it any more."""

    role: Role


@dataclass(frozen=True, slots=True)
class MemberAdded:
    """Somebody joined; the bot itself, where it was added to a guild."""

    member: Member


@dataclass(frozen=True, slots=True)
class MemberRemoved:
    """Somebody left or was kicked; maybe the bot itself."""

    member: Member


@dataclass(frozen=True, slots=True)
class MemberChanged:
    member: Member


@dataclass(frozen=True, slots=True)
class VoiceChanged:
    """Somebody joined, changed or left a voice channel, or what they hear."""

    state: VoiceState


@dataclass(frozen=True, slots=True)
class CommandsChanged:
    pass


@dataclass(frozen=True, slots=True)
class BotChanged:
    """The bot's process or its gateway session came or went."""


@dataclass(frozen=True, slots=True)
class TroublesChanged:
    pass


@dataclass(frozen=True, slots=True)
class Logged:
    entry: LogEntry


Event = (
    MessageCreated
    | MessageEdited
    | MessageDeleted
    | TypingStarted
    | InteractionCreated
    | InteractionChanged
    | GuildAdded
    | GuildChanged
    | ChannelAdded
    | ChannelChanged
    | ChannelRemoved
    | RoleAdded
    | RoleChanged
    | RoleRemoved
    | MemberAdded
    | MemberRemoved
    | MemberChanged
    | VoiceChanged
    | CommandsChanged
    | BotChanged
    | TroublesChanged
    | Logged
)
