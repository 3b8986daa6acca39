"""Finds what an option named, as it is now: in what the client knows, else by asking Discord.

What is gone ends the job with a sentence; while Discord cannot be asked, it is tried again.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import discord

from bot.delivery.discord_calls import NotNow, Refusal, refusals
from bot.queue.errors import JobError, Snooze
from bot.tasks.way import Restoring
from bot.texts import say

CONNECTED_WITHIN_S = 10.0
"""How long a run waits for the client, which connects while the queue works already."""

AGAIN_AFTER_S = 5.0
"""When a run that found no connection comes again; waiting so costs no attempt."""

UNKNOWN_SERVER = 10004
"""What Discord says of one that the bot is not in (its documentation on error codes)."""


class Gone(JobError):
    """What the option named is not there any more."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, retryable=False, category="argument")


async def connected(client: discord.Client, timeout_s: float) -> None:
    """Until the client knows its servers; raises `Snooze` if that takes long for a run that may
    take `timeout_s`.
    """
    try:
        await asyncio.wait_for(client.wait_until_ready(), min(CONNECTED_WITHIN_S, timeout_s / 2))
    except TimeoutError:
        raise Snooze(AGAIN_AFTER_S) from None


async def member(at: Restoring, member_id: int) -> discord.Member:
    """The member of the job's server."""
    server = await _server(at)
    with _asking(at, say("task-member-gone", option=at.option)):
        return server.get_member(member_id) or await server.fetch_member(member_id)


async def user(at: Restoring, user_id: int) -> discord.User:
    """The account, wherever its person is now."""
    with _asking(at, say("task-user-gone", option=at.option)):
        return at.client.get_user(user_id) or await at.client.fetch_user(user_id)


async def member_or_user(at: Restoring, user_id: int) -> discord.Member | discord.User:
    """The member of the job's server; the account, if its person is not there (any more)."""
    if at.guild_id is not None:
        with suppress(Gone):
            return await member(at, user_id)
    return await user(at, user_id)


async def role(at: Restoring, role_id: int) -> discord.Role:
    """The role of the job's server."""
    server = await _server(at)
    gone = say("task-role-gone", option=at.option)
    if (known := server.get_role(role_id)) is not None:
        return known
    with _asking(at, gone):
        found = {one.id: one for one in await server.fetch_roles()}
    if role_id not in found:
        raise Gone(gone)
    return found[role_id]


async def channel(at: Restoring, channel_id: int, kinds: tuple[type, ...]) -> Any:
    """The channel or thread of the job's server; it must still be one of these kinds."""
    server = await _server(at)
    gone = say("task-channel-gone", option=at.option)
    with _asking(at, gone):
        known = server.get_channel_or_thread(channel_id)
        found = known or await server.fetch_channel(channel_id)
    if not isinstance(found, kinds):
        raise Gone(gone)
    return found


async def message(at: Restoring, channel_id: int, message_id: int) -> discord.Message:
    """The message as it is now."""
    where = at.client.get_partial_messageable(channel_id, guild_id=at.guild_id)
    with _asking(at, say("task-message-gone")):
        return await where.fetch_message(message_id)


async def _server(at: Restoring) -> discord.Guild:
    if at.guild_id is None:
        raise Gone(say("task-needs-server", option=at.option))
    known = at.client.get_guild(at.guild_id)
    if known is not None and not known.unavailable:
        return known
    with _asking(at, say("task-server-left")):
        return await at.client.fetch_guild(at.guild_id, with_counts=False)


@contextmanager
def _asking(at: Restoring, gone: str) -> Iterator[None]:
    try:
        with refusals():
            yield
    except NotNow as refusal:
        away = say("task-discord-away", option=at.option)
        raise JobError(away, category="discord") from refusal
    except (Refusal, discord.InvalidData) as refusal:
        raise Gone(say("task-server-left") if _is_removed(refusal) else gone) from refusal


def _is_removed(refusal: Exception) -> bool:
    cause = refusal.__cause__
    return isinstance(cause, discord.HTTPException) and cause.code == UNKNOWN_SERVER
