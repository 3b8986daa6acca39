"""What stands in the way of a role's being given or taken, by Discord's rules and by ours. Pure.

Discord wants Manage Roles, and the bot's highest role above the role. Beyond that nobody may
reach through the bot what Discord would not let them do: their highest role must be above it, too.
"""

import discord

from bot.texts import say
from bot.texts.typed import as_typed


def hindrances(
    role: discord.Role | None, me: discord.Member, asker: discord.Member | None
) -> list[str]:
    """Sentences; none if nothing is in the way. None: the role, the asker is not there (any more).

    Whose roles are looked at as the guild is known now.
    """
    if role is None:
        return [say("bulk-role-gone")]
    return [*_of_the_role(role), *_of_the_bot(role, me), *_of_the_asker(role, asker)]


def _of_the_role(role: discord.Role) -> list[str]:
    if role.is_default():
        return [say("bulk-role-everyone")]
    return [say("bulk-role-managed", role=_name(role))] if role.managed else []


def _of_the_bot(role: discord.Role, me: discord.Member) -> list[str]:
    found = []
    if not me.guild_permissions.manage_roles:
        found.append(say("bulk-role-no-permission"))
    if role >= me.top_role and not role.is_default():
        found.append(say("bulk-role-above-me", role=_name(role), mine=_name(me.top_role)))
    return found


def _of_the_asker(role: discord.Role, asker: discord.Member | None) -> list[str]:
    if asker is None:
        return [say("bulk-role-asker-left")]
    if not asker.guild_permissions.administrator:
        return [say("server-asker-no-admin")]
    is_owner = asker.id == role.guild.owner_id
    if is_owner or role < asker.top_role or role.is_default():
        return []
    return [say("bulk-role-above-asker", role=_name(role))]


def _name(role: discord.Role) -> str:
    return as_typed(role.name)
