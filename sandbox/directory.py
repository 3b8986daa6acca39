"""Who and what there is: guilds, channels, roles and people; the bus is told of every change."""

import time
from collections.abc import Iterable
from dataclasses import replace

from sandbox import errors
from sandbox.events import (
    GuildAdded,
    GuildChanged,
    MemberAdded,
    MemberChanged,
    MemberRemoved,
    RoleAdded,
    RoleChanged,
    RoleRemoved,
)
from sandbox.lookups import ChannelRef, PersonRef, RoleRef
from sandbox.model import Guild, Id, Member, Role, User
from sandbox.permissions import MEMBER
from sandbox.places import Places


class Directory(Places):
    """Holds everything but messages and interactions."""

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
        joined = {u.id: Member(guild.id, u.id, (), time.time()) for u in (owner, *people)}
        self.members[guild.id] = joined
        self.roles[guild.id] = Role(guild.id, guild.id, "@everyone", MEMBER, position=0)
        self._bus.emit(GuildAdded(guild))
        return guild

    def set_tier(self, guild: Guild, tier: int) -> Guild:
        """Boost the guild: 0 to 3."""
        changed = replace(self.guilds[guild.id], tier=tier)
        self.guilds[guild.id] = changed
        self._bus.emit(GuildChanged(changed))
        return changed

    def set_afk(self, channel: ChannelRef) -> Guild:
        """Those who are silent for long are moved to this channel of its guild from now on."""
        where = self.channel(channel)
        changed = replace(self.guilds[where.guild_id or ""], afk_channel_id=where.id)
        self.guilds[changed.id] = changed
        self._bus.emit(GuildChanged(changed))
        return changed

    def join(self, guild: Guild, user: User, roles: Iterable[Role] = ()) -> Member:
        """Make the person a member."""
        member = Member(guild.id, user.id, tuple(role.id for role in roles), time.time())
        self.members[guild.id][user.id] = member
        self._bus.emit(MemberAdded(member))
        return member

    def leave(self, guild: Guild, user: User) -> None:
        """End a membership: left, kicked or banned. Raises 10007."""
        member = self.member(guild.id, user.id)
        del self.members[guild.id][user.id]
        self._bus.emit(MemberRemoved(member))

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
                self._set(replace(role, position=role.position + 1))
        role = Role(self._ids.next(), guild.id, name, permissions, position, color, managed)
        self.roles[role.id] = role
        self._bus.emit(RoleAdded(role))
        return role

    def set_role(self, which: RoleRef, permissions: int) -> Role:
        """Give the role these permissions, and no others."""
        return self._set(replace(self.role(which), permissions=permissions))

    def _set(self, role: Role) -> Role:
        self.roles[role.id] = role
        self._bus.emit(RoleChanged(role))
        return role

    def remove_role(self, which: RoleRef) -> Role:
        """Delete the role; whoever held it holds it no more."""
        role = self.role(which)
        for member in list(self.members[role.guild_id].values()):
            if role.id in member.roles:
                self.set_member_role(role.guild_id, member.user_id, role.id, held=False)
        del self.roles[role.id]
        self._bus.emit(RoleRemoved(role))
        return role

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
