"""Files that come with a command are kept as bytes, because their addresses expire."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import discord
from discord.state import ConnectionState
from pydantic import BaseModel

from bot.delivery.discord_calls import Refusal, refusals
from bot.delivery.intake import NotTaken
from bot.queue.reply import File
from bot.tasks.finding import Gone
from bot.tasks.way import Restoring, Way
from bot.texts import say
from bot.ui.text import clean

MIB = 1024 * 1024
MOST_BYTES = 10 * MIB
"""Of all files of one command: as much as Discord lets a person upload in one file by default."""

READ_WITHIN_S = 60.0
"""How long Discord may take to hand them over."""


class Upload(BaseModel):
    """What is known of a file besides its bytes; sizes in bytes and pixels."""

    filename: str
    size: int
    content_type: str | None = None
    description: str | None = None
    width: int | None = None
    height: int | None = None


class StoredAttachment(discord.Attachment):
    """An attachment whose bytes are here already; it has no address (any more)."""

    __slots__ = ("_data",)

    def __init__(self, upload: Upload, data: bytes, client: discord.Client) -> None:
        known: Any = upload.model_dump() | {"id": 0, "url": "", "proxy_url": ""}
        # all that the library takes from its state is `http`, which the client has, too
        super().__init__(data=known, state=cast("ConnectionState", client))
        self._data = data

    async def read(self, *, use_cached: bool = False) -> bytes:  # noqa: ARG002 - the library's name
        """The bytes; at once."""
        return self._data


async def read_all(attachments: Mapping[str, discord.Attachment]) -> list[File]:
    """The bytes of each, under the name of its option. Raises `NotTaken`."""
    _bounded(sum(one.size for one in attachments.values()))
    try:
        with refusals():
            async with asyncio.timeout(READ_WITHIN_S):
                files = [File(option, await one.read()) for option, one in attachments.items()]
    except Refusal as refusal:
        raise NotTaken(say("task-file-unreadable")) from refusal
    _bounded(sum(len(file.data) for file in files))
    return files


def _bounded(size: int) -> None:
    if size > MOST_BYTES:
        raise NotTaken(
            say("task-files-too-large", size=f"{size / MIB:.1f}", most=MOST_BYTES // MIB)
        )


def _keep(one: discord.Attachment) -> Upload:
    return Upload(
        filename=clean(one.filename),
        size=one.size,
        content_type=one.content_type,
        description=one.description and clean(one.description),
        width=one.width,
        height=one.height,
    )


async def _restore(at: Restoring, stored: Upload) -> StoredAttachment:
    data = at.files.get(at.option)
    if data is None:
        raise Gone(say("task-file-gone", option=at.option))
    return StoredAttachment(stored, data, at.client)


UPLOAD = Way(Upload, _keep, _restore)
