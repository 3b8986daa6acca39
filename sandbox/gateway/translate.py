"""World events as gateway events, each as a session with given intents is told of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox.events import (
    Event,
    GuildAdded,
    InteractionCreated,
    MemberAdded,
    MemberChanged,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
)
from sandbox.interaction_payload import interaction_json
from sandbox.message_payload import readable_json
from sandbox.model import Guild, Id, JsonObject, Message
from sandbox.payloads import channel_json, guild_json, member_json, moment
from sandbox.permissions import VIEW_CHANNEL

if TYPE_CHECKING:
    from sandbox.world import World

GUILDS: Final = 1 << 0
MEMBERS: Final = 1 << 1
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


def dispatches(world: "World", event: Event) -> Iterator[Dispatch]:
    """What the gateway says about a change; mostly nothing."""
    match event:
        case InteractionCreated(interaction):
            data = interaction_json(world, interaction)
            yield Dispatch("INTERACTION_CREATE", interaction.guild_id, 0, lambda _: data)
        case MessageCreated(message):
            yield from _message(world, "MESSAGE_CREATE", message)
        case MessageEdited(message):
            yield from _message(world, "MESSAGE_UPDATE", message)
        case MessageDeleted(message):
            yield from _message(world, "MESSAGE_DELETE", message)
        case MemberChanged(member):
            changed = member_json(world, member) | {"guild_id": member.guild_id}
            yield Dispatch("GUILD_MEMBER_UPDATE", member.guild_id, MEMBERS, lambda _: changed)
        case MemberAdded(member):
            joined = member_json(world, member) | {"guild_id": member.guild_id}
            yield Dispatch("GUILD_MEMBER_ADD", member.guild_id, MEMBERS, lambda _: joined)
        case GuildAdded(guild):
            yield guild_created(world, guild)


def guild_created(world: "World", guild: Guild) -> Dispatch:
    """GUILD_CREATE: with all members only under the members intent, else with the bot alone."""

    def data(intents: int) -> JsonObject:
        members = world.directory.members[guild.id]
        shown = list(members.values()) if intents & MEMBERS else []
        if not shown and world.bot.id in members:
            shown = [members[world.bot.id]]
        channels = world.directory.guild_channels(guild.id)
        return guild_json(world, guild) | {
            "joined_at": moment(0.0),
            "large": len(members) > 250,
            "unavailable": False,
            "member_count": len(members),
            "members": [member_json(world, member) for member in shown],
            "channels": [channel_json(world, channel) for channel in channels],
            "threads": [],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    return Dispatch("GUILD_CREATE", guild.id, GUILDS, data)


def _message(world: "World", name: str, message: Message) -> Iterator[Dispatch]:
    channel = world.directory.channels[message.channel_id]
    if not world.directory.allowed(world.bot.id, channel, VIEW_CHANNEL) and not message.ephemeral:
        return
    # What only one person sees reaches the bot as if it came from outside any guild.
    guild_id = None if message.ephemeral else channel.guild_id
    intent = DIRECT_MESSAGES if guild_id is None else GUILD_MESSAGES

    def data(intents: int) -> JsonObject:
        where = {} if guild_id is None else {"guild_id": guild_id}
        if name == "MESSAGE_DELETE":
            return {"id": message.id, "channel_id": message.channel_id, **where}
        allowed = bool(intents & MESSAGE_CONTENT)
        full = readable_json(world, message, content_intent=allowed) | where
        if guild_id is not None:
            member = world.directory.members[guild_id].get(message.author_id)
            if member is not None and message.interaction_id is None:
                full["member"] = member_json(world, member, with_user=False)
        return full

    yield Dispatch(name, guild_id, intent, data)
