"""Takes an answer back: deletes all its messages, as far as they can be found."""

import logging
from collections.abc import Callable, Coroutine

import discord

from bot.delivery.discord_calls import Refusal, refusals

logger = logging.getLogger(__name__)

LOOKS_AT_MOST = 100
"""Messages after the first of an answer among which the others are looked for."""


async def take_back(
    message: discord.Message, delete: Callable[[], Coroutine[None, None, None]]
) -> None:
    """Delete the other messages of the answer that ends with this one, then it: until all is gone,
    its buttons are there. `delete` removes the message itself; raises `Refusal` if it stays.
    """
    if not message.flags.ephemeral:  # such an answer is one message
        try:
            with refusals():
                for other in await _others(message):
                    await other.delete()
        except Refusal as refusal:
            logger.info("some of an answer stays where it is: %s", refusal)
    with refusals():
        await delete()


async def _others(last: discord.Message) -> list[discord.Message]:
    """The other messages of the answer that ends with this one."""
    first = await _first(last)
    after = last.channel.history(after=first, limit=LOOKS_AT_MOST)
    replies = [message async for message in after if _continues(message, first)]
    return [message for message in (*replies, first) if message.id != last.id]


async def _first(last: discord.Message) -> discord.Message:
    """The message that stands where the ticket stood: all that follow reply to it."""
    reply_to = last.reference.message_id if last.reference else None
    if reply_to is None or last.interaction_metadata is not None:
        return last
    answered = await last.channel.fetch_message(reply_to)
    return answered if _continues(last, answered) else last


def _continues(message: discord.Message, first: discord.Message) -> bool:
    """Whether it is a further part of that answer: what came of a press on it is another one."""
    return (
        message.author == first.author
        and message.interaction_metadata is None
        and message.reference is not None
        and message.reference.message_id == first.id
    )
