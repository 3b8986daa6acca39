"""Who may do what: Discord's rules for roles and channel overwrites, as pure functions."""

from collections.abc import Iterable
from typing import Final

from sandbox.model import Channel, Guild, Member, Role

ADMINISTRATOR: Final = 1 << 3
MANAGE_CHANNELS: Final = 1 << 4
ADD_REACTIONS: Final = 1 << 6
VIEW_CHANNEL: Final = 1 << 10
SEND_MESSAGES: Final = 1 << 11
MANAGE_MESSAGES: Final = 1 << 13
EMBED_LINKS: Final = 1 << 14
ATTACH_FILES: Final = 1 << 15
READ_HISTORY: Final = 1 << 16
MENTION_EVERYONE: Final = 1 << 17
CONNECT: Final = 1 << 20
MANAGE_ROLES: Final = 1 << 28
USE_COMMANDS: Final = 1 << 31
MANAGE_THREADS: Final = 1 << 34
CREATE_PUBLIC_THREADS: Final = 1 << 35
CREATE_PRIVATE_THREADS: Final = 1 << 36
SEND_IN_THREADS: Final = 1 << 38

NAMES: Final = {
    "ADMINISTRATOR": ADMINISTRATOR,
    "MANAGE_CHANNELS": MANAGE_CHANNELS,
    "ADD_REACTIONS": ADD_REACTIONS,
    "VIEW_CHANNEL": VIEW_CHANNEL,
    "SEND_MESSAGES": SEND_MESSAGES,
    "MANAGE_MESSAGES": MANAGE_MESSAGES,
    "EMBED_LINKS": EMBED_LINKS,
    "ATTACH_FILES": ATTACH_FILES,
    "READ_MESSAGE_HISTORY": READ_HISTORY,
    "MENTION_EVERYONE": MENTION_EVERYONE,
    "CONNECT": CONNECT,
    "MANAGE_ROLES": MANAGE_ROLES,
    "USE_APPLICATION_COMMANDS": USE_COMMANDS,
    "MANAGE_THREADS": MANAGE_THREADS,
    "CREATE_PUBLIC_THREADS": CREATE_PUBLIC_THREADS,
    "CREATE_PRIVATE_THREADS": CREATE_PRIVATE_THREADS,
    "SEND_MESSAGES_IN_THREADS": SEND_IN_THREADS,
}
"""The permissions that the sandbox knows, by Discord's names."""

ALL: Final = (1 << 53) - 1
_THREADS: Final = CREATE_PUBLIC_THREADS | CREATE_PRIVATE_THREADS | SEND_IN_THREADS
_WRITING: Final = SEND_MESSAGES | EMBED_LINKS | ATTACH_FILES | READ_HISTORY | ADD_REACTIONS
MEMBER: Final = VIEW_CHANNEL | USE_COMMANDS | CONNECT | _WRITING | _THREADS
BOT: Final = MEMBER | MANAGE_MESSAGES | MENTION_EVERYONE | MANAGE_ROLES


def bits_of(names: Iterable[str]) -> int:
    """The bits of permissions given by Discord's names. Raises LookupError."""
    bits = 0
    for name in names:
        if name not in NAMES:
            raise LookupError(f"There is no permission {name!r}; there are: {', '.join(NAMES)}.")
        bits |= NAMES[name]
    return bits


def permissions_in(
    guild: Guild, member: Member, roles: Iterable[Role], channel: Channel | None
) -> int:
    """The member's permission bits in the channel, or in the guild at large.

    `roles` are the member's own, the everyone role (its id is the guild's) among them. A channel
    that is hidden allows nothing.
    """
    base = 0
    for role in roles:
        base |= role.permissions
    if base & ADMINISTRATOR or guild.owner_id == member.user_id:
        return ALL
    if channel is None:
        return base
    allowed = _with_overwrites(base, guild, member, channel)
    return allowed if allowed & VIEW_CHANNEL else 0


def _with_overwrites(base: int, guild: Guild, member: Member, channel: Channel) -> int:
    layers = ({guild.id}, set(member.roles), {member.user_id})
    for targets in layers:
        matching = [o for o in channel.overwrites if o.target_id in targets]
        for overwrite in matching:
            base &= ~overwrite.deny
        for overwrite in matching:
            base |= overwrite.allow
    return base


def top_position(roles: Iterable[Role]) -> int:
    """The position of the highest role."""
    return max((role.position for role in roles), default=0)
