"""Finds guilds, channels, roles and people, by object, id or name; says who may do what where."""

from typing import TypeVar

from sandbox import errors
from sandbox.model import (
    MAX_FILE_BYTES,
    PRIVATE_THREAD,
    Channel,
    Guild,
    Id,
    Member,
    Role,
    User,
)
from sandbox.permissions import MANAGE_THREADS, permissions_in

PersonRef = User | str
ChannelRef = Channel | str
RoleRef = Role | str


class Lookups:
    """The tables of a world's people and places; changes nothing."""

    def __init__(self) -> None:
        self.users: dict[Id, User] = {}
        self.guilds: dict[Id, Guild] = {}
        self.channels: dict[Id, Channel] = {}
        self.roles: dict[Id, Role] = {}
        self.members: dict[Id, dict[Id, Member]] = {}

    def person(self, who: PersonRef) -> User:
        """The person, by object, id or name. Raises LookupError."""
        return self.users[who.id] if isinstance(who, User) else _find(self.users, who, "person")

    def channel(self, which: ChannelRef) -> Channel:
        """The channel as it is now, by object, id or name. Raises LookupError."""
        name = which.id if isinstance(which, Channel) else which.removeprefix("#")
        return _find(self.channels, name, "channel")

    def role(self, which: RoleRef) -> Role:
        """The role as it is now, by object, id or name. Raises LookupError."""
        return self.roles[which.id] if isinstance(which, Role) else _find(self.roles, which, "role")

    def member(self, guild_id: Id, user_id: Id) -> Member:
        """The member. Raises 10007."""
        member = self.members.get(guild_id, {}).get(user_id)
        if member is None:
            raise errors.unknown_member()
        return member

    def guild_roles(self, guild_id: Id) -> list[Role]:
        """The guild's roles, lowest first."""
        own = (role for role in self.roles.values() if role.guild_id == guild_id)
        return sorted(own, key=lambda role: role.position)

    def guild_channels(self, guild_id: Id) -> list[Channel]:
        """The guild's channels in their order, without threads."""
        own = (c for c in self.channels.values() if c.guild_id == guild_id and c.thread is None)
        return sorted(own, key=lambda channel: channel.position)

    def threads(self, guild_id: Id) -> list[Channel]:
        """The guild's threads, archived ones too, oldest first."""
        return [c for c in self.channels.values() if c.guild_id == guild_id and c.thread]

    def guilds_of(self, user_id: Id) -> list[Guild]:
        """The guilds that the person is in."""
        return [guild for guild in self.guilds.values() if user_id in self.members[guild.id]]

    def member_roles(self, member: Member) -> list[Role]:
        """The member's roles, the everyone role among them."""
        return [self.roles[role_id] for role_id in (member.guild_id, *member.roles)]

    def permissions(self, guild_id: Id, user_id: Id, channel: Channel | None = None) -> int:
        """The person's permission bits in the channel, or in the guild at large.

        A thread's are those of the channel it hangs on; a private one allows nothing to those who
        are not in it, unless they manage threads.
        """
        member = self.member(guild_id, user_id)
        where = channel
        if channel is not None and channel.thread is not None:
            where = self.channels[channel.thread.parent_id]
        bits = permissions_in(self.guilds[guild_id], member, self.member_roles(member), where)
        if channel is None or channel.thread is None or channel.type != PRIVATE_THREAD:
            return bits
        return bits if user_id in channel.thread.people or bits & MANAGE_THREADS else 0

    def most_file_bytes(self, channel: Channel) -> int:
        """The largest file that may be sent to the channel."""
        guild = self.guilds.get(channel.guild_id or "")
        return MAX_FILE_BYTES if guild is None else guild.most_file_bytes

    def allowed(self, user_id: Id, channel: Channel, permission: int) -> bool:
        """Whether the person holds the permission there; in direct messages everybody does."""
        if channel.guild_id is None:
            return True
        if user_id not in self.members[channel.guild_id]:
            return False
        return bool(self.permissions(channel.guild_id, user_id, channel) & permission)


T = TypeVar("T", User, Channel, Role)


def _find(table: dict[Id, T], key: str, what: str) -> T:
    if key in table:
        return table[key]
    for item in table.values():
        if key in {item.name, getattr(item, "display_name", None)}:
            return item
    names = ", ".join(sorted(item.name for item in table.values())[:20])
    raise LookupError(f"There is no {what} {key!r} here; there are: {names}.")
