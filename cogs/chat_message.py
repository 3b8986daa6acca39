"""What a message says to the bot: whether it is a question, which one, and about which answer."""

import re
from typing import NamedTuple

import discord

_JOB = re.compile(r":([0-7][0-9A-HJKMNP-TV-Z]{25})$")


class RepliedTo(NamedTuple):
    """The answer that a message replies to: the job or the asking it answers (None: it is something
    else that the bot said, or nothing), and what it says.
    """

    after: str | None = None
    quoted: str = ""


def is_question(message: discord.Message) -> bool:
    """Whether a person put it to the bot: by a mention, by a reply, or directly."""
    if message.author.bot or message.is_system() or _me(message) is None:
        return False
    return message.guild is None or _mentions_me(message) or replied_to(message).after is not None


def is_readable(message: discord.Message) -> bool:
    """Whether what it says is surely here: without the intent for the content of messages, it is
    only told of direct messages and of mentions.
    """
    return message.guild is None or _mentions_me(message) or bool(message.content)


def words(message: discord.Message) -> str:
    """What it says besides the mention."""
    me = _me(message)
    return message.content if me is None else re.sub(rf"<@!?{me.id}>", "", message.content)


def replied_to(message: discord.Message) -> RepliedTo:
    """What it is about."""
    answer = _answer(message)
    return RepliedTo() if answer is None else RepliedTo(_asking(answer), answer.content)


def _answer(message: discord.Message) -> discord.Message | None:
    """The bot's message to which this one is a reply."""
    reference = message.reference
    if reference is None or not isinstance(reference.resolved, discord.Message):
        return None
    me = _me(message)
    return reference.resolved if me is not None and reference.resolved.author.id == me.id else None


def _asking(answer: discord.Message) -> str | None:
    """The job that its buttons name, or whatever it answers."""
    for row in answer.components:
        for item in getattr(row, "children", ()):
            if found := _JOB.search(getattr(item, "custom_id", None) or ""):
                return found[1]
    if answer.interaction_metadata is not None:
        return f"interaction:{answer.interaction_metadata.id}"
    asked = answer.reference.message_id if answer.reference else None
    return None if asked is None else f"message:{asked}"


def _me(message: discord.Message) -> discord.abc.User | None:
    return message.guild.me if message.guild else message.channel.me  # type: ignore[union-attr,return-value]


def _mentions_me(message: discord.Message) -> bool:
    return _me(message) in message.mentions
