"""People, roles, channels and messages are kept as ids, and looked up again in the worker."""

from functools import partial
from types import MappingProxyType
from typing import Any, Literal

import discord
from pydantic import BaseModel

from bot.tasks import finding
from bot.tasks.way import Restoring, Way


class Mentioned(BaseModel):
    """A person or a role."""

    kind: Literal["person", "role"]
    id: int


class Said(BaseModel):
    """A message, and where it is."""

    channel: int
    id: int


def _id_of(one: discord.abc.Snowflake) -> int:
    return one.id


def _mentioned(one: discord.abc.Snowflake) -> Mentioned:
    return Mentioned(kind="role" if isinstance(one, discord.Role) else "person", id=one.id)


def _said(one: discord.Message) -> Said:
    return Said(channel=one.channel.id, id=one.id)


def _mentionable(person: Way) -> Way:
    async def restore(at: Restoring, stored: Mentioned) -> Any:
        find = ROLE if stored.kind == "role" else person
        return await find.restore(at, stored.id)

    return Way(Mentioned, _mentioned, restore)


def channel_of(kinds: tuple[type, ...]) -> Way:
    """Channels of these kinds."""
    return Way(int, _id_of, partial(_channel, kinds))


async def _channel(kinds: tuple[type, ...], at: Restoring, channel_id: int) -> Any:
    return await finding.channel(at, channel_id, kinds)


async def _message(at: Restoring, stored: Said) -> discord.Message:
    return await finding.message(at, stored.channel, stored.id)


MEMBER = Way(int, _id_of, finding.member)
USER = Way(int, _id_of, finding.user)
MEMBER_OR_USER = Way(int, _id_of, finding.member_or_user)
ROLE = Way(int, _id_of, finding.role)
MESSAGE = Way(Said, _said, _message)

REFERENCES = MappingProxyType(
    {
        frozenset({discord.Member}): MEMBER,
        frozenset({discord.User}): USER,
        frozenset({discord.Member, discord.User}): MEMBER_OR_USER,
        frozenset({discord.Role}): ROLE,
        frozenset({discord.Member, discord.Role}): _mentionable(MEMBER),
        frozenset({discord.User, discord.Role}): _mentionable(USER),
        frozenset({discord.Member, discord.User, discord.Role}): _mentionable(MEMBER_OR_USER),
        frozenset({discord.Message}): MESSAGE,
    }
)
"""By the types that a hint names."""

CHANNELS = frozenset(
    {
        discord.abc.GuildChannel,
        discord.CategoryChannel,
        discord.ForumChannel,
        discord.StageChannel,
        discord.TextChannel,
        discord.Thread,
        discord.VoiceChannel,
    }
)
