"""What a server's members are called, as far as the bot may know."""

import discord


async def names_of(guild: discord.Guild, *, everybody: bool) -> dict[int, str]:
    """The people's names by id: all members (a call for each thousand), for which Discord must have
    granted the members intent, or those whom the client has met. Raises what discord.py raises.
    """
    if not everybody:
        return {one.id: one.display_name for one in guild.members if not one.bot}
    return {
        one.id: one.display_name async for one in guild.fetch_members(limit=None) if not one.bot
    }
