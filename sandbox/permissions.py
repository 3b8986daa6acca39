"""Who may do what: Discord's rules for roles and channel overwrites, as pure functions."""

from collections.abc import Iterable
from typing import Final

from sandbox.model import Channel, Guild, Member, Role

ADMINISTRATOR: Final = 1 << 3
VIEW_CHANNEL: Final = 1 << 10
SEND_MESSAGES: Final = 1 << 11
MANAGE_MESSAGES: Final = 1 << 13
EMBED_LINKS: Final = 1 << 14
ATTACH_FILES: Final = 1 << 15
READ_HISTORY: Final = 1 << 16
MENTION_EVERYONE: Final = 1 << 17
MANAGE_ROLES: Final = 1 << 28
USE_COMMANDS: Final = 1 << 31
SEND_IN_THREADS: Final = 1 << 38

ALL: Final = (1 << 53) - 1
MEMBER: Final = (
    VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_HISTORY
    | USE_COMMANDS
    | SEND_IN_THREADS
    | 1 << 6
)
BOT: Final = MEMBER | MANAGE_MESSAGES | MENTION_EVERYONE | MANAGE_ROLES


def permissions_in(
    guild: Guild, member: Member, roles: Iterable[Role], channel: Channel | None
) -> int:
    """The member's permission bits in the channel, or in the guild at large.

    `roles` are the member's own, the everyone role (its id is the guild's) among them.
    """
    base = 0
    for role in roles:
        base |= role.permissions
    if base & ADMINISTRATOR or guild.owner_id == member.user_id:
        return ALL
    return base if channel is None else _with_overwrites(base, guild, member, channel)


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
