"""What the bot may reach in channels: unknown, hidden and forbidden ones are refused."""

from sandbox import errors
from sandbox.model import Channel, Message
from sandbox.permissions import SEND_MESSAGES, VIEW_CHANNEL
from sandbox.rest.call import Call


def visible_channel(call: Call) -> Channel:
    """The channel of the path. Raises 10003, 50001."""
    channel = call.world.directory.channels.get(call["channel"])
    if channel is None:
        raise errors.unknown_channel()
    if not call.world.directory.allowed(call.world.bot.id, channel, VIEW_CHANNEL):
        raise errors.missing_access()
    return channel


def writable_channel(call: Call) -> Channel:
    """The channel of the path, which the bot may write to. Raises 10003, 50001, 50013, 50007."""
    channel = visible_channel(call)
    if not call.world.directory.allowed(call.world.bot.id, channel, SEND_MESSAGES):
        raise errors.missing_permissions()
    if channel.recipient_id and not call.world.directory.users[channel.recipient_id].dm_open:
        raise errors.dm_closed()
    return channel


def public_message(call: Call) -> Message:
    """The message of the path; those for one person do not exist here. Raises 10008."""
    channel = visible_channel(call)
    message = call.world.store.get(call["message"])
    if message is None or message.channel_id != channel.id or message.ephemeral:
        raise errors.unknown_message()
    return message
