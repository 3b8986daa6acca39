"""The files that come with a question: read, looked at and made small before it is queued."""

import asyncio
from collections.abc import Sequence
from functools import partial

import discord

from bot.delivery.intake import Inputs, NotTaken
from bot.jobs.attachments import Unfit, prepared
from bot.queue.reply import File
from bot.tasks.uploads import read_all
from bot.texts import say
from bot.ui.text import clean, shorten

MOST_FILES = 4
NAME_CHARACTERS = 100


def names_of(attachments: Sequence[discord.Attachment]) -> tuple[str, ...]:
    """What people call them."""
    return tuple(shorten(clean(one.filename), NAME_CHARACTERS) for one in attachments)


class ChatFiles:
    """Works on one question's files at a time, in a thread: pictures take much memory."""

    def __init__(self) -> None:
        self._working = asyncio.Lock()

    def inputs(self, attachments: Sequence[discord.Attachment]) -> Inputs | None:
        """What brings them, each named by its number; it raises `NotTaken`."""
        return partial(self._read, attachments) if attachments else None

    async def _read(self, attachments: Sequence[discord.Attachment]) -> list[File]:
        if len(attachments) > MOST_FILES:
            raise NotTaken(say("chat-files-too-many", most=MOST_FILES))
        raw = await read_all({str(number): one for number, one in enumerate(attachments)})
        async with self._working:
            return await asyncio.to_thread(_prepared, names_of(attachments), raw)


def _prepared(names: Sequence[str], raw: Sequence[File]) -> list[File]:
    try:
        return [
            File(file.name, prepared(name, file.data))
            for name, file in zip(names, raw, strict=True)
        ]
    except Unfit as unfit:
        raise NotTaken(str(unfit)) from unfit
