"""The pages of an export, as Discord gives them: each with the place where the next one begins.

Whoever asked must be an administrator still, and sees no channel here that is closed to them or to
the bot: it is left out, and named.
"""

from collections.abc import AsyncGenerator, Sequence
from typing import NamedTuple

import discord
from pydantic import BaseModel, ConfigDict

from bot.jobs.activity.places import Readable, places_of
from bot.jobs.exporting.rows import (
    Row,
    channel_row,
    member_row,
    message_row,
    role_row,
)
from bot.jobs.server import asking_discord
from bot.queue.errors import JobError
from bot.texts import say
from bot.texts.typed import as_typed

MESSAGES = 100
"""Of one page (Discord's documentation)."""
MEMBERS = 1_000
"""Of one page (Discord's documentation)."""


class Place(BaseModel):
    """What has been read. `left`: channels to read, the first one from the message `after` on and
    up to the moment `until` (both as ids); `total`: all that there were. `skipped`, and `partly`
    for those that were closed while they were read: names in Markdown.
    """

    model_config = ConfigDict(frozen=True)

    left: tuple[int, ...] = ()
    total: int = 0
    after: int = 0
    until: int = 0
    skipped: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()


class Page(NamedTuple):
    """Some rows, and where the next page begins; `where` names what they are from."""

    rows: Sequence[Row]
    then: Place
    where: str = ""


async def all_roles(server: discord.Guild) -> AsyncGenerator[Page, None]:
    """The roles, lowest first, in one page."""
    with asking_discord():
        roles = await server.fetch_roles()
    yield Page([role_row(role) for role in sorted(roles)], Place())


async def all_channels(server: discord.Guild) -> AsyncGenerator[Page, None]:
    """The channels and categories in one page."""
    with asking_discord():
        channels = await server.fetch_channels()
    yield Page([channel_row(one) for one in channels], Place())


async def all_members(
    server: discord.Guild, place: Place, intents: discord.Intents
) -> AsyncGenerator[Page, None]:
    """The members by their ids. Raises `JobError` where the bot may not list them."""
    if not intents.members:
        raise _may_not_list()
    while True:
        after = discord.Object(place.after)
        try:
            with asking_discord():
                found = [one async for one in server.fetch_members(limit=MEMBERS, after=after)]
        except discord.Forbidden:
            raise _may_not_list() from None
        if found:
            place = place.model_copy(update={"after": found[-1].id})
            yield Page([member_row(one) for one in found], place)
        if len(found) < MEMBERS:
            return


def _may_not_list() -> JobError:
    return JobError(say("export-no-members"), retryable=False, category="permission")


async def beginning(server: discord.Guild, channel: int | None) -> Place:
    """Where the messages of this channel begin, or of all that there are (None)."""
    left: tuple[int, ...] = () if channel is None else (channel,)
    if channel is None:
        with asking_discord():
            places = await places_of(server, since=0)
        left = (*(one.id for one in places.readable), *places.closed)
    until = discord.utils.time_snowflake(discord.utils.utcnow())
    return Place(left=left, total=len(left), until=until)


async def all_messages(
    server: discord.Guild, caller: discord.Member, place: Place
) -> AsyncGenerator[Page, None]:
    """The messages of all channels that are left, the oldest of each first.

    Raises `JobError` if there was only one to read, and nothing of it can be.
    """
    while place.left:
        channel = await _channel(server, place.left[0])
        try:
            if not isinstance(channel, Readable) or not _may_read(channel, caller, server.me):
                raise _Closed
            async for page in _history(channel, place):
                place = page.then
                yield page
        except (_Closed, discord.Forbidden, discord.NotFound):
            name = _shown(channel) if channel else f"<#{place.left[0]}>"
            if place.after:
                place = _next(place, partly=(*place.partly, name))
            elif place.total == 1:
                closed = say("export-channel-closed", channel=name)
                raise JobError(closed, retryable=False, category="permission") from None
            else:
                place = _next(place, skipped=(*place.skipped, name))
            yield Page([], place, name)


class _Closed(Exception):
    """It is gone, or closed to one of those who must be able to read it."""


async def _channel(
    server: discord.Guild, channel_id: int
) -> discord.abc.GuildChannel | discord.Thread | None:
    known = server.get_channel_or_thread(channel_id)
    try:
        with asking_discord():
            return known or await server.fetch_channel(channel_id)
    except (discord.Forbidden, discord.NotFound, discord.InvalidData):
        return None


def _may_read(channel: Readable, caller: discord.Member, me: discord.Member) -> bool:
    """Whether both may. Of a private thread, Discord says itself whether the bot is in it."""
    theirs, mine = (channel.permissions_for(one) for one in (caller, me))
    if not all(one.view_channel and one.read_message_history for one in (theirs, mine)):
        return False
    if isinstance(channel, discord.VoiceChannel | discord.StageChannel):
        return theirs.connect and mine.connect
    private = isinstance(channel, discord.Thread) and channel.is_private()
    return theirs.manage_threads or not private


async def _history(channel: Readable, place: Place) -> AsyncGenerator[Page, None]:
    """Those from the place on, up to its `until`."""
    more = True
    while more:
        after = discord.Object(place.after)
        with asking_discord():
            history = channel.history(limit=MESSAGES, after=after, oldest_first=True)
            found = [one async for one in history]
        rows = [message_row(one, channel.name) for one in found if one.id < place.until]
        more = len(rows) == MESSAGES
        place = place.model_copy(update={"after": found[-1].id}) if more else _next(place)
        yield Page(rows, place, _shown(channel))


def _shown(channel: discord.abc.GuildChannel | discord.Thread) -> str:
    return f"#{as_typed(channel.name)}"


def _next(place: Place, **also: tuple[str, ...]) -> Place:
    """The beginning of the next channel."""
    return place.model_copy(update={"left": place.left[1:], "after": 0, **also})
