"""Where a server's people write: what the bot may read there, and what it may not."""

import logging
from dataclasses import dataclass

import discord

logger = logging.getLogger(__name__)

Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
HasThreads = discord.TextChannel | discord.ForumChannel


@dataclass(frozen=True, slots=True)
class Places:
    """Channels and threads in the order of their ids, and the ids of channels that are closed."""

    readable: tuple[Readable, ...]
    closed: tuple[int, ...]


async def places_of(guild: discord.Guild, since: float) -> Places:
    """All in which somebody may have written since (unix seconds). Raises what discord.py does."""
    channels = [c for c in guild.channels if not isinstance(c, discord.CategoryChannel)]
    closed = {channel.id for channel in channels if not _may_read(channel)}
    found: dict[int, Readable] = {}
    for channel in channels:
        if channel.id in closed:
            continue
        try:
            found |= {place.id: place for place in await _in(channel, since)}
        except discord.Forbidden:
            closed.add(channel.id)
        except discord.NotFound:
            logger.info("channel %d has gone while it was looked at", channel.id)
    return Places(tuple(found[one] for one in sorted(found)), tuple(sorted(closed)))


async def _in(channel: Readable | HasThreads, since: float) -> list[Readable]:
    """The channel, unless it is a forum, and its threads."""
    places = [] if isinstance(channel, discord.ForumChannel) else [channel]
    if isinstance(channel, HasThreads):
        places += [*channel.threads, *await _archived(channel, since)]
    return places


def _may_read(channel: discord.abc.GuildChannel) -> bool:
    may = channel.permissions_for(channel.guild.me)
    talks = isinstance(channel, discord.VoiceChannel | discord.StageChannel)
    return may.view_channel and may.read_message_history and (may.connect or not talks)


async def _archived(channel: HasThreads, since: float) -> list[discord.Thread]:
    """Public ones; the last to be archived come first, and nobody writes in them after that."""
    threads = []
    async for thread in channel.archived_threads(limit=None):
        if thread.archive_timestamp.timestamp() < since:
            break
        threads.append(thread)
    return threads
