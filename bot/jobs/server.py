"""The server that a job belongs to, who asked there, and how Discord's refusals end a run."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from bot.queue.errors import JobError, Snooze
from bot.queue.job import Job
from bot.texts import say

CONNECTED_WITHIN_S = 10.0
"""How long a run waits for the client, which connects while the queue works already."""

AGAIN_AFTER_S = 10.0
"""When a run comes again that found no connection; waiting so costs no attempt."""

AWAY = (discord.DiscordServerError, aiohttp.ClientError, OSError, TimeoutError)


async def server_of(client: discord.Client, job: Job) -> discord.Guild:
    """The server, once the client knows it. Raises `Snooze` while Discord is away, and `JobError`
    if the bot is not there any more.
    """
    try:
        await asyncio.wait_for(client.wait_until_ready(), CONNECTED_WITHIN_S)
    except TimeoutError:
        raise Snooze(AGAIN_AFTER_S) from None
    guild = client.get_guild(job.guild or 0)
    if guild is None:
        raise JobError(say("server-left"), retryable=False, category="discord")
    if guild.unavailable:
        raise Snooze(AGAIN_AFTER_S)
    return guild


async def administrator(client: discord.Client, job: Job) -> discord.Member:
    """Whoever asked, who must still administer the server. Raises `JobError` and `Snooze`.

    What the client knows of the server may be of a newer session than at the run's beginning.
    """
    server = await server_of(client, job)
    try:
        with asking_discord():
            member = await server.fetch_member(job.owner or 0)
    except discord.NotFound:
        member = None
    if member is None or not member.guild_permissions.administrator:
        raise JobError(say("server-asker-no-admin"), retryable=False, category="permission")
    return member


@contextmanager
def asking_discord() -> Iterator[None]:
    """What Discord's being away raises inside becomes what makes the run come again."""
    try:
        yield
    except discord.RateLimited as limit:
        raise Snooze(limit.retry_after) from limit
    except AWAY as error:
        raise JobError(say("server-discord-away"), category="discord") from error
