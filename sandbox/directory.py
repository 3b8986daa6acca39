"""Who and what there is: guilds, channels, roles and people, found by object, id or name."""

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from sandbox import errors
from sandbox.bus import Bus
from sandbox.events import GuildAdded, MemberAdded, MemberChanged
from sandbox.model import DM_CHANNEL, Channel, Guild, Id, Member, Overwrite, Role, User
from sandbox.permissions import MEMBER, permissions_in
from sandbox.snowflake import Snowflakes

PersonRef = User | str
ChannelRef = Channel | str
RoleRef = Role | str


class Directory:
    """Holds everything but messages and interactions; tells the bus of every change."""

    def __init__(self, bus: Bus, ids: Snowflakes) -> None:
        self._bus = bus
        self._ids = ids
        self.users: dict[Id, User] = {}
        self.guilds: dict[Id, Guild] = {}
        self.channels: dict[Id, Channel] = {}
        self.roles: dict[Id, Role] = {}
        self.members: dict[Id, dict[Id, Member]] = {}
        self._dms: dict[Id, Channel] = {}

    # -- lookups ------------------------------------------------------------------------------

    def person(self, who: PersonRef) -> User:
        """The person, by object, id or name. Raises LookupError."""
        return self.users[who.id] if isinstance(who, User) else _find(self.users, who, "person")

    def channel(self, which: ChannelRef) -> Channel:
        """The channel, by object, id or name. Raises LookupError."""
        if isinstance(which, Channel):
            return which
        return _find(self.channels, which.removeprefix("#"), "channel")

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
        """The guild's channels in their order."""
        own = (channel for channel in self.channels.values() if channel.guild_id == guild_id)
        return sorted(own, key=lambda channel: channel.position)

    def member_roles(self, member: Member) -> list[Role]:
        """The member's roles, the everyone role among them."""
        return [self.roles[role_id] for role_id in (member.guild_id, *member.roles)]

    def permissions(self, guild_id: Id, user_id: Id, channel: Channel | None = None) -> int:
        """The person's permission bits in the channel, or in the guild at large."""
        member = self.member(guild_id, user_id)
        return permissions_in(self.guilds[guild_id], member, self.member_roles(member), channel)

    def allowed(self, user_id: Id, channel: Channel, permission: int) -> bool:
        """Whether the person holds the permission there; in direct messages everybody does."""
        if channel.guild_id is None:
            return True
        if user_id not in self.members[channel.guild_id]:
            return False
        return bool(self.permissions(channel.guild_id, user_id, channel) & permission)

    # -- changes ------------------------------------------------------------------------------

    def add_user(self, name: str, *, bot: bool = False, color: str = "#5865f2") -> User:
        """A new account, in no guild yet."""
        user = User(self._ids.next(), name.lower().replace(" ", "_"), name, bot, color)
        self.users[user.id] = user
        return user

    def set_dm_open(self, who: PersonRef, *, is_open: bool) -> User:
        """Let the person accept or refuse direct messages."""
        user = replace(self.person(who), dm_open=is_open)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, owner: User, people: Iterable[User] = ()) -> Guild:
        """A new guild with its owner and these members."""
        guild = Guild(self._ids.next(), name, owner.id)
        self.guilds[guild.id] = guild
        self.members[guild.id] = {}
        self.roles[guild.id] = Role(guild.id, guild.id, "@everyone", MEMBER, position=0)
        for user in (owner, *people):
            self.join(guild, user)
        self._bus.emit(GuildAdded(guild))
        return guild

    def join(self, guild: Guild, user: User, roles: Iterable[Role] = ()) -> Member:
        """Make the person a member."""
        member = Member(guild.id, user.id, tuple(role.id for role in roles), time.time())
        self.members[guild.id][user.id] = member
        self._bus.emit(MemberAdded(member))
        return member

    def add_role(
        self,
        guild: Guild,
        name: str,
        permissions: int = 0,
        *,
        color: int = 0,
        managed: bool = False,
        below: RoleRef | None = None,
    ) -> Role:
        """A new role above all others of the guild, or just below the one named."""
        own = self.guild_roles(guild.id)
        position = self.role(below).position if below is not None else own[-1].position + 1
        for role in own:
            if role.position >= position:
                self.roles[role.id] = replace(role, position=role.position + 1)
        role = Role(self._ids.next(), guild.id, name, permissions, position, color, managed)
        self.roles[role.id] = role
        return role

    def add_channel(
        self, guild: Guild, name: str, topic: str = "", overwrites: tuple[Overwrite, ...] = ()
    ) -> Channel:
        """A new text channel, below the others."""
        position = len(self.guild_channels(guild.id))
        channel = Channel(self._ids.next(), 0, name, guild.id, topic, position, overwrites)
        self.channels[channel.id] = channel
        return channel

    def direct_channel(self, user: User) -> Channel:
        """The bot's direct channel with the person, opened if need be."""
        channel = self._dms.get(user.id)
        if channel is None:
            channel = Channel(self._ids.next(), DM_CHANNEL, f"@{user.name}", recipient_id=user.id)
            self._dms[user.id] = self.channels[channel.id] = channel
        return channel

    def set_member_role(self, guild_id: Id, user_id: Id, role_id: Id, *, held: bool) -> Member:
        """Give or take a role. Raises 10007, 10011."""
        member = self.member(guild_id, user_id)
        role = self.roles.get(role_id)
        if role is None or role.guild_id != guild_id:
            raise errors.unknown_role()
        if held != (role_id in member.roles):
            others = tuple(one for one in member.roles if one != role_id)
            member = replace(member, roles=(*others, role_id) if held else others)
            self.members[guild_id][user_id] = member
            self._bus.emit(MemberChanged(member))
        return member


T = TypeVar("T", User, Channel, Role)


def _find(table: dict[Id, T], key: str, what: str) -> T:
    if key in table:
        return table[key]
    for item in table.values():
        if key in {item.name, getattr(item, "display_name", None)}:
            return item
    names = ", ".join(sorted(item.name for item in table.values())[:20])
    raise LookupError(f"There is no {what} {key!r} here; there are: {names}.")
