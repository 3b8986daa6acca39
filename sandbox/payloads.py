"""The world's values as Discord's JSON objects."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.model import (
    DM_CHANNEL,
    Attachment,
    Channel,
    Guild,
    Id,
    JsonObject,
    Member,
    Message,
    Role,
    User,
)

if TYPE_CHECKING:
    from sandbox.interactions import Interaction
    from sandbox.world import World


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


def member_json(world: "World", member: Member, *, with_user: bool = True) -> JsonObject:
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


def channel_json(world: "World", channel: Channel) -> JsonObject:
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
    overwrites = [
        {"id": o.target_id, "type": o.kind, "allow": str(o.allow), "deny": str(o.deny)}
        for o in channel.overwrites
    ]
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


def guild_json(world: "World", guild: Guild) -> JsonObject:
    return {
        "id": guild.id,
        "name": guild.name,
        "icon": None,
        "splash": None,
        "banner": None,
        "description": None,
        "owner_id": guild.owner_id,
        "afk_timeout": 300,
        "afk_channel_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-US",
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [role_json(role) for role in world.directory.guild_roles(guild.id)],
        "approximate_member_count": len(world.directory.members[guild.id]),
    }


def attachment_json(world: "World", attachment: Attachment) -> JsonObject:
    url = world.cdn.url_of(attachment)
    data: JsonObject = {
        "id": attachment.id,
        "filename": attachment.filename,
        "size": attachment.size,
        "content_type": attachment.content_type,
        "url": url,
        "proxy_url": url,
    }
    if attachment.description is not None:
        data["description"] = attachment.description
    return data


def message_json(world: "World", message: Message) -> JsonObject:
    users = world.directory.users
    data: JsonObject = {
        "id": message.id,
        "channel_id": message.channel_id,
        "type": message.type,
        "content": message.content,
        "author": user_json(users[message.author_id]),
        "timestamp": moment(message.created_at),
        "edited_timestamp": moment(message.edited_at) if message.edited_at else None,
        "tts": False,
        "pinned": False,
        "flags": message.flags,
        "embeds": list(message.embeds),
        "components": list(message.components),
        "attachments": _shown_attachments(world, message),
        "mentions": [user_json(users[user_id]) for user_id in message.mentions],
        "mention_roles": list(message.mention_roles),
        "mention_everyone": message.mention_everyone,
    }
    if message.nonce is not None:
        data["nonce"] = message.nonce
    _add_reference(world, message, data)
    _add_origin(world, message, data)
    return data


def readable_json(world: "World", message: Message, *, content_intent: bool) -> JsonObject:
    """The message as the bot may read it.

    Without the message content intent, only its own, direct ones and mentions of it have content.
    """
    data = message_json(world, message)
    concerned = world.bot.id in {message.author_id, *message.mentions}
    direct = world.directory.channels[message.channel_id].guild_id is None
    if content_intent or concerned or direct:
        return data
    return data | {"content": "", "embeds": [], "attachments": [], "components": []}


def _shown_attachments(world: "World", message: Message) -> list[JsonObject]:
    # What an embed shows is not listed beside it, and is listed again once the embed is gone.
    urls = [
        (embed.get(key) or {}).get("url", "")
        for embed in message.embeds
        for key in ("image", "thumbnail")
    ]
    return [
        attachment_json(world, one)
        for one in message.attachments
        if not any(url.startswith(world.cdn.path_of(one)) for url in urls)
    ]


def _add_reference(world: "World", message: Message, data: JsonObject) -> None:
    if message.reference is None:
        return
    target = world.store.get(str(message.reference.get("message_id")))
    data["message_reference"] = {"type": 0, **message.reference}
    data["referenced_message"] = None
    if target is not None:
        data["referenced_message"] = message_json(world, target)
        data["referenced_message"].pop("referenced_message", None)


def _add_origin(world: "World", message: Message, data: JsonObject) -> None:
    if message.interaction_id is None:
        return
    interaction = world.interactions.get(message.interaction_id)
    data["webhook_id"] = data["application_id"] = world.bot.id
    user = user_json(world.directory.users[interaction.user_id])
    metadata = {
        "id": interaction.id,
        "type": interaction.kind,
        "user": user,
        "authorizing_integration_owners": integration_owners(interaction),
    }
    if interaction.source_id is not None:
        metadata["interacted_message_id"] = interaction.source_id
    data["interaction_metadata"] = metadata
    if "name" in interaction.data:
        metadata["name"] = interaction.name
        data["interaction"] = {
            "id": interaction.id,
            "type": interaction.kind,
            "name": interaction.name,
            "user": user,
        }


def integration_owners(interaction: "Interaction") -> dict[str, Id]:
    """Who installed the bot where the interaction happened."""
    return {"0": interaction.guild_id or "0"}
