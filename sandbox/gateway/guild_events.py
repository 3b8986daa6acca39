"""Changes of guilds, their channels, threads, roles and members as gateway events."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.events import (
    ChannelAdded,
    ChannelChanged,
    ChannelRemoved,
    Event,
    GuildAdded,
    GuildChanged,
    MemberAdded,
    MemberChanged,
    MemberRemoved,
    RoleAdded,
    RoleChanged,
    RoleRemoved,
    VoiceChanged,
)
from sandbox.gateway.dispatch import GUILDS, MEMBERS, VOICE_STATES, Dispatch, told
from sandbox.model import Channel, Guild, JsonObject, Member, VoiceState
from sandbox.payloads import (
    channel_json,
    guild_json,
    member_json,
    moment,
    role_json,
    user_json,
    voice_json,
)
from sandbox.permissions import VIEW_CHANNEL

if TYPE_CHECKING:
    from sandbox.world import World


def guild_events(world: "World", event: Event) -> Iterator[Dispatch]:
    """What the gateway says about a change of a guild; nothing about other changes."""
    match event:
        case GuildAdded(guild):
            yield guild_created(world, guild, joining=True)
        case GuildChanged(guild):
            yield told("GUILD_UPDATE", guild.id, GUILDS, guild_json(world, guild))
        case RoleAdded(role) | RoleChanged(role):
            name = "GUILD_ROLE_CREATE" if isinstance(event, RoleAdded) else "GUILD_ROLE_UPDATE"
            data = {"guild_id": role.guild_id, "role": role_json(role)}
            yield told(name, role.guild_id, GUILDS, data)
        case RoleRemoved(role):
            gone = {"guild_id": role.guild_id, "role_id": role.id}
            yield told("GUILD_ROLE_DELETE", role.guild_id, GUILDS, gone)
        case ChannelAdded(channel):
            yield from _channel(world, channel, "CREATE")
        case ChannelChanged(channel):
            yield from _channel(world, channel, "UPDATE")
        case ChannelRemoved(channel):
            yield from _channel(world, channel, "DELETE")
        case MemberAdded() | MemberRemoved() | MemberChanged():
            yield _member(world, event)
        case VoiceChanged(state):
            yield _voice(world, state)


def _channel(world: "World", channel: Channel, what: str) -> Iterator[Dispatch]:
    if channel.thread is None:
        yield told(f"CHANNEL_{what}", channel.guild_id, GUILDS, channel_json(world, channel))
    elif world.directory.allowed(world.bot.id, channel, VIEW_CHANNEL):
        yield told(f"THREAD_{what}", channel.guild_id, GUILDS, channel_json(world, channel))


def _member(world: "World", event: MemberAdded | MemberRemoved | MemberChanged) -> Dispatch:
    member = event.member
    where = {"guild_id": member.guild_id}
    if member.user_id == world.bot.id and not isinstance(event, MemberChanged):
        return _membership(world, member, here=isinstance(event, MemberAdded))
    if isinstance(event, MemberRemoved):
        gone = where | {"user": user_json(world.directory.users[member.user_id])}
        return told("GUILD_MEMBER_REMOVE", member.guild_id, MEMBERS, gone)
    name = "GUILD_MEMBER_ADD" if isinstance(event, MemberAdded) else "GUILD_MEMBER_UPDATE"
    intent = GUILDS if member.user_id == world.bot.id else MEMBERS  # of itself it always hears
    return told(name, member.guild_id, intent, member_json(world, member) | where)


def _voice(world: "World", state: VoiceState) -> Dispatch:
    data = voice_json(state) | {"guild_id": state.guild_id}
    member = world.directory.members[state.guild_id].get(state.user_id)
    if member is not None:
        data["member"] = member_json(world, member)
    return told("VOICE_STATE_UPDATE", state.guild_id, VOICE_STATES, data)


def _membership(world: "World", member: Member, *, here: bool) -> Dispatch:
    """The bot itself came or went."""
    if here:
        guild = world.directory.guilds[member.guild_id]
        return guild_created(world, guild, joining=True)
    return told("GUILD_DELETE", member.guild_id, GUILDS, {"id": member.guild_id})


def guild_created(world: "World", guild: Guild, *, joining: bool = False) -> Dispatch:
    """GUILD_CREATE: with all members only under the members intent, else with the bot and those who
    are in a voice channel.

    After a READY it says that the guild is available again; when the bot is `joining`, it does not.
    """
    state = {} if joining else {"unavailable": False}

    def data(intents: int) -> JsonObject:
        members = world.directory.members[guild.id]
        voice = world.voices.of(guild.id) if intents & VOICE_STATES else []
        near = {world.bot.id, *(state.user_id for state in voice)}
        shown = [m for m in members.values() if intents & MEMBERS or m.user_id in near]
        channels = world.directory.guild_channels(guild.id)
        threads = [t for t in world.directory.threads(guild.id) if _is_open(world, t)]
        return (
            guild_json(world, guild)
            | state
            | {
                "joined_at": moment(0.0),
                "large": len(members) > 250,
                "member_count": len(members),
                "members": [member_json(world, member) for member in shown],
                "channels": [channel_json(world, channel) for channel in channels],
                "threads": [channel_json(world, thread) for thread in threads],
                "presences": [],
                "voice_states": [voice_json(state) for state in voice],
                "stage_instances": [],
                "guild_scheduled_events": [],
                "soundboard_sounds": [],
            }
        )

    return Dispatch("GUILD_CREATE", guild.id, GUILDS, data)


def _is_open(world: "World", channel: Channel) -> bool:
    """Whether the thread is one that the bot hears of when it connects."""
    archived = channel.thread is not None and channel.thread.archived
    return not archived and world.directory.allowed(world.bot.id, channel, VIEW_CHANNEL)
