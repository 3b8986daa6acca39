"""What one line of an export says: a message, a member, a role or a channel. Pure.

Ids are texts, because many programs round numbers of that size; times are ISO 8601, in UTC.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

import discord
from pydantic import JsonValue

What = Literal["messages", "members", "roles", "channels"]


class MessageRow(NamedTuple):
    """`embeds` are as Discord has them; an address in `attachments` works for about a day. What was
    `forwarded` is a copy of somebody's message; `stickers` are their names, a `poll` its question.
    """

    id: str
    channel_id: str
    channel: str
    author_id: str
    author: str
    bot: bool
    created_at: str
    edited_at: str | None
    type: str
    content: str
    attachments: Sequence[dict[str, JsonValue]]
    embeds: Sequence[dict[str, JsonValue]]
    reactions: dict[str, int]
    reply_to: str | None
    pinned: bool
    forwarded: Sequence[dict[str, JsonValue]]
    stickers: Sequence[str]
    poll: str | None


class MemberRow(NamedTuple):
    """`name` is the account's, `display_name` what others see here."""

    id: str
    name: str
    display_name: str
    bot: bool
    joined_at: str | None
    created_at: str
    boosting_since: str | None
    timed_out_until: str | None
    role_ids: Sequence[str]
    roles: Sequence[str]


class RoleRow(NamedTuple):
    """`permissions` are Discord's bits, as a number."""

    id: str
    name: str
    position: int
    colour: str
    permissions: str
    hoisted: bool
    mentionable: bool
    managed: bool
    created_at: str


class ChannelRow(NamedTuple):
    """`overwrites` say what a role or member may do differently there, as Discord's bits."""

    id: str
    name: str
    type: str
    category: str | None
    position: int
    topic: str | None
    nsfw: bool
    created_at: str
    overwrites: Sequence[dict[str, JsonValue]]


Row = MessageRow | MemberRow | RoleRow | ChannelRow

COLUMNS = MappingProxyType[What, tuple[str, ...]](
    {
        "messages": MessageRow._fields,
        "members": MemberRow._fields,
        "roles": RoleRow._fields,
        "channels": ChannelRow._fields,
    }
)
"""The names of the values in a row, in their order."""


def message_row(message: discord.Message, channel: str) -> MessageRow:
    """One message of the channel of this name."""
    replied = message.reference and message.reference.message_id
    return MessageRow(
        str(message.id),
        str(message.channel.id),
        channel,
        str(message.author.id),
        message.author.name,
        message.author.bot,
        _moment(message.created_at),
        _if_any(message.edited_at),
        message.type.name,
        message.content,
        [_attachment(one) for one in message.attachments],
        [dict(one.to_dict()) for one in message.embeds],  # type: ignore[arg-type]
        {str(one.emoji): one.count for one in message.reactions},
        str(replied) if replied else None,
        message.pinned,
        [_forwarded(one) for one in message.message_snapshots],
        [one.name for one in message.stickers],
        message.poll.question if message.poll else None,
    )


def _forwarded(one: discord.MessageSnapshot) -> dict[str, JsonValue]:
    return {"content": one.content, "attachments": [_attachment(file) for file in one.attachments]}


def _attachment(one: discord.Attachment) -> dict[str, JsonValue]:
    return {"name": one.filename, "size": one.size, "type": one.content_type, "url": one.url}


def member_row(member: discord.Member) -> MemberRow:
    """One member, with the roles besides the one that everybody has."""
    roles = [role for role in member.roles if not role.is_default()]
    return MemberRow(
        str(member.id),
        member.name,
        member.display_name,
        member.bot,
        _if_any(member.joined_at),
        _moment(member.created_at),
        _if_any(member.premium_since),
        _if_any(member.timed_out_until),
        [str(role.id) for role in roles],
        [role.name for role in roles],
    )


def role_row(role: discord.Role) -> RoleRow:
    """One role."""
    return RoleRow(
        str(role.id),
        role.name,
        role.position,
        str(role.colour),
        str(role.permissions.value),
        role.hoist,
        role.mentionable,
        role.managed,
        _moment(role.created_at),
    )


def channel_row(channel: discord.abc.GuildChannel) -> ChannelRow:
    """One channel of any kind."""
    return ChannelRow(
        str(channel.id),
        channel.name,
        channel.type.name,
        channel.category.name if channel.category else None,
        channel.position,
        getattr(channel, "topic", None),
        getattr(channel, "nsfw", False),
        _moment(channel.created_at),
        [_overwrite(one.id, *both.pair()) for one, both in channel.overwrites.items()],
    )


def _overwrite(
    target: int, allow: discord.Permissions, deny: discord.Permissions
) -> dict[str, JsonValue]:
    return {"id": str(target), "allow": str(allow.value), "deny": str(deny.value)}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _if_any(at: datetime | None) -> str | None:
    return None if at is None else _moment(at)
