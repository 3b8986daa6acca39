"""What the bot may reach: what is unknown, hidden, forbidden or archived is refused."""

from sandbox import errors
from sandbox.model import Channel, Guild, JsonObject, Message
from sandbox.permissions import (
    ATTACH_FILES,
    EMBED_LINKS,
    MANAGE_THREADS,
    READ_HISTORY,
    SEND_IN_THREADS,
    SEND_MESSAGES,
    VIEW_CHANNEL,
)
from sandbox.rest.call import Call


def may(call: Call, channel: Channel, permission: int) -> bool:
    """Whether the bot holds the permission there."""
    return call.world.directory.allowed(call.world.bot.id, channel, permission)


def require(call: Call, channel: Channel, permission: int) -> None:
    """Raise 50013 if the bot lacks the permission there."""
    if not may(call, channel, permission):
        raise errors.missing_permissions()


def joined_guild(call: Call) -> Guild:
    """The guild of the path. Raises 10004, or 50001 where the bot is no member."""
    guild = call.world.directory.guilds.get(call["guild"])
    if guild is None:
        raise errors.unknown_guild()
    if call.world.bot.id not in call.world.directory.members[guild.id]:
        raise errors.missing_access()
    return guild


def visible_channel(call: Call) -> Channel:
    """The channel of the path. Raises 10003, 50001."""
    channel = call.world.directory.channels.get(call["channel"])
    if channel is None:
        raise errors.unknown_channel()
    if not may(call, channel, VIEW_CHANNEL):
        raise errors.missing_access()
    return channel


def writable_channel(call: Call) -> Channel:
    """The channel of the path, which the bot may write to.

    Raises 10003, 50001, 50013; 50007 or 50278 in private; 50083 or 160005 in closed threads.
    """
    channel = visible_channel(call)
    if channel.recipient_id is not None:
        _check_recipient(call, channel.recipient_id)
    require(call, channel, SEND_MESSAGES if channel.thread is None else SEND_IN_THREADS)
    if (
        channel.thread is not None
        and channel.thread.locked
        and not may(call, channel, MANAGE_THREADS)
    ):
        raise errors.thread_archived() if channel.thread.archived else errors.thread_locked()
    return channel


def _check_recipient(call: Call, user_id: str) -> None:
    directory = call.world.directory
    theirs = {guild.id for guild in directory.guilds_of(user_id)}
    if not theirs & {guild.id for guild in directory.guilds_of(call.world.bot.id)}:
        raise errors.no_mutual_guild()
    if not directory.users[user_id].dm_open:
        raise errors.dm_closed()


def check_contents(call: Call, channel: Channel, payload: JsonObject) -> None:
    """Raise 50013 for embeds or files, 160002 for a reply, where the bot may not send such."""
    if payload.get("embeds"):
        require(call, channel, EMBED_LINKS)
    if call.uploads:
        require(call, channel, ATTACH_FILES)
    if payload.get("message_reference") and not may(call, channel, READ_HISTORY):
        raise errors.no_history_to_reply()


def public_message(call: Call) -> Message:
    """The message of the path; those for one person do not exist here. Raises 10008."""
    channel = visible_channel(call)
    message = call.world.store.get(call["message"])
    if message is None or message.channel_id != channel.id or message.ephemeral:
        raise errors.unknown_message()
    return message


def check_open(call: Call, message: Message) -> None:
    """Raise 50083 if the message lies in an archived thread."""
    channel = call.world.directory.channels[message.channel_id]
    if channel.thread is not None and channel.thread.archived:
        raise errors.thread_archived()
