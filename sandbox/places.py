"""Channels, direct channels and threads come, change and go; the bus is told of each."""

import time
from collections.abc import Iterable
from dataclasses import replace

from sandbox.bus import Bus
from sandbox.events import ChannelAdded, ChannelChanged, ChannelRemoved
from sandbox.lookups import ChannelRef, Lookups, PersonRef, RoleRef
from sandbox.model import (
    DM_CHANNEL,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    TEXT_CHANNEL,
    Channel,
    Guild,
    Id,
    Overwrite,
    Role,
    Thread,
    User,
)
from sandbox.snowflake import Snowflakes


class Places(Lookups):
    """Where people write."""

    def __init__(self, bus: Bus, ids: Snowflakes) -> None:
        super().__init__()
        self._bus = bus
        self._ids = ids
        self._dms: dict[Id, Channel] = {}

    def add_channel(
        self,
        guild: Guild,
        name: str,
        topic: str = "",
        overwrites: tuple[Overwrite, ...] = (),
        kind: int = TEXT_CHANNEL,
    ) -> Channel:
        """A new channel, for text unless its `kind` says otherwise, below the others."""
        position = len(self.guild_channels(guild.id))
        channel_id = self._ids.next()
        return self._add(Channel(channel_id, kind, name, guild.id, topic, position, overwrites))

    def add_thread(
        self,
        parent: ChannelRef,
        name: str,
        owner: PersonRef,
        people: Iterable[PersonRef] = (),
        *,
        private: bool = False,
        thread_id: Id | None = None,
    ) -> Channel:
        """A new thread of the channel with its owner and these people in it."""
        where, who = self.channel(parent), self.person(owner)
        inside = frozenset({who.id, *(self.person(one).id for one in people)})
        thread = Thread(where.id, who.id, time.time(), inside)
        kind = PRIVATE_THREAD if private else PUBLIC_THREAD
        key = thread_id or self._ids.next()
        return self._add(Channel(key, kind, name, where.guild_id, thread=thread))

    def set_thread(
        self,
        which: ChannelRef,
        *,
        archived: bool | None = None,
        locked: bool | None = None,
        joined: PersonRef | None = None,
    ) -> Channel:
        """Archive, lock or open a thread, or let somebody in; what is None stays as it is."""
        channel = self.channel(which)
        if channel.thread is None:
            raise LookupError(f"{channel.name!r} is not a thread.")
        thread = channel.thread
        if archived is not None:
            # as exact as it is told, so that whoever asks for those before it does not get it again
            thread = replace(thread, archived=archived, archived_at=round(time.time(), 6))
        if locked is not None:
            thread = replace(thread, locked=locked)
        if joined is not None:
            thread = replace(thread, people=thread.people | {self.person(joined).id})
        return self._change(replace(channel, thread=thread))

    def set_overwrite(
        self, which: ChannelRef, target: RoleRef | PersonRef, *, allow: int = 0, deny: int = 0
    ) -> Channel:
        """What a role (or "@everyone", or a person) may do differently here, instead of before."""
        channel = self.channel(which)
        target_id, kind = self._target(channel, target)
        others = tuple(one for one in channel.overwrites if one.target_id != target_id)
        own = (Overwrite(target_id, kind, allow, deny),) if allow or deny else ()
        return self._change(replace(channel, overwrites=others + own))

    def _target(self, channel: Channel, target: RoleRef | PersonRef) -> tuple[Id, int]:
        if target == "@everyone" and channel.guild_id is not None:
            return channel.guild_id, 0
        if isinstance(target, User):
            return target.id, 1
        if isinstance(target, Role):
            return target.id, 0
        names = {role.name for role in self.roles.values()}
        if target in self.roles or target in names:
            return self.role(target).id, 0
        return self.person(target).id, 1

    def remove_channel(self, which: ChannelRef) -> Channel:
        """Delete the channel, and the threads that hang on it."""
        channel = self.channel(which)
        for thread in [c for c in self.channels.values() if c.thread]:
            if thread.thread is not None and thread.thread.parent_id == channel.id:
                self.remove_channel(thread)
        del self.channels[channel.id]
        self._bus.emit(ChannelRemoved(channel))
        return channel

    def direct_channel(self, user: User) -> Channel:
        """The bot's direct channel with the person, opened if need be."""
        channel = self._dms.get(user.id)
        if channel is None:
            channel = Channel(self._ids.next(), DM_CHANNEL, f"@{user.name}", recipient_id=user.id)
            self._dms[user.id] = self.channels[channel.id] = channel
        return channel

    def _add(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        self._bus.emit(ChannelAdded(channel))
        return channel

    def _change(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        self._bus.emit(ChannelChanged(channel))
        return channel
