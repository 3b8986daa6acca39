"""Users, members, roles, channels and guilds as Discord's JSON objects."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.model import (
    DM_CHANNEL,
    VOICE_CHANNEL,
    Channel,
    Guild,
    JsonObject,
    Member,
    Role,
    Thread,
    User,
    VoiceState,
)

if TYPE_CHECKING:
    from sandbox.scene import Scene


def moment(seconds: float) -> str:
    """Unix seconds as Discord writes times."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def user_json(user: User) -> JsonObject:
    return {
        "id": user.id,
        "username": user.name,
        "global_name": None if user.bot else user.display_name,
        "discriminator": "0",
        "avatar": None,
        "bot": user.bot,
        "public_flags": 0,
        "flags": 0,
    }


def member_json(world: "Scene", member: Member, *, with_user: bool = True) -> JsonObject:
    data: JsonObject = {
        "nick": member.nick,
        "avatar": None,
        "roles": list(member.roles),
        "joined_at": moment(member.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    if with_user:
        data["user"] = user_json(world.directory.users[member.user_id])
    return data


def voice_json(state: VoiceState) -> JsonObject:
    """As GUILD_CREATE has it: without the guild and the member."""
    return {
        "channel_id": state.channel_id,
        "user_id": state.user_id,
        "session_id": f"voice-{state.user_id}",
        "deaf": False,
        "mute": False,
        "self_deaf": state.deaf,
        "self_mute": state.deaf,
        "self_video": False,
        "suppress": False,
        "request_to_speak_timestamp": None,
    }


def role_json(role: Role) -> JsonObject:
    colors = {"primary_color": role.color, "secondary_color": None, "tertiary_color": None}
    return {
        "id": role.id,
        "name": role.name,
        "color": role.color,
        "colors": colors,
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": role.position,
        "permissions": str(role.permissions),
        "managed": role.managed,
        "mentionable": False,
        "flags": 0,
    }


def channel_json(world: "Scene", channel: Channel) -> JsonObject:
    newest = next(world.store.newest_first(channel.id), None)
    data: JsonObject = {
        "id": channel.id,
        "type": channel.type,
        "last_message_id": newest.id if newest else None,
        "flags": 0,
    }
    if channel.type == DM_CHANNEL and channel.recipient_id is not None:
        data["recipients"] = [user_json(world.directory.users[channel.recipient_id])]
        return data
    if channel.thread is not None:
        return data | _thread_json(channel, channel.thread)
    overwrites = [
        {"id": o.target_id, "type": o.kind, "allow": str(o.allow), "deny": str(o.deny)}
        for o in channel.overwrites
    ]
    if channel.type == VOICE_CHANNEL:
        data |= {"bitrate": 64_000, "user_limit": 0, "rtc_region": None}
    return data | {
        "guild_id": channel.guild_id,
        "name": channel.name,
        "topic": channel.topic or None,
        "position": channel.position,
        "parent_id": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "permission_overwrites": overwrites,
    }


def _thread_json(channel: Channel, thread: Thread) -> JsonObject:
    created = moment(thread.created_at)
    return {
        "guild_id": channel.guild_id,
        "parent_id": thread.parent_id,
        "owner_id": thread.owner_id,
        "name": channel.name,
        "rate_limit_per_user": 0,
        "message_count": 0,
        "total_message_sent": 0,
        "member_count": len(thread.people),
        "thread_metadata": {
            "archived": thread.archived,
            "locked": thread.locked,
            "auto_archive_duration": 1440,
            "archive_timestamp": moment(max(thread.created_at, thread.archived_at)),
            "create_timestamp": created,
            "invitable": True,
        },
    }


def guild_json(world: "Scene", guild: Guild) -> JsonObject:
    return {
        "id": guild.id,
        "name": guild.name,
        "icon": None,
        "splash": None,
        "banner": None,
        "description": None,
        "owner_id": guild.owner_id,
        "afk_timeout": 300,
        "afk_channel_id": guild.afk_channel_id,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": guild.tier,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-US",
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [role_json(role) for role in world.directory.guild_roles(guild.id)],
        "approximate_member_count": len(world.directory.members[guild.id]),
    }
