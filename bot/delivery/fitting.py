"""Makes the files of a reply fit into one message: none is dropped without a word about it."""

import asyncio
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

from bot.delivery.images import smaller
from bot.delivery.target import FILE_LIMIT
from bot.queue.reply import AnyFile, File, Reply
from bot.texts import say
from bot.ui.text import shorten
from bot.ui.words import size

MOST_FILES = 10
"""Files of one message (Discord's documentation on messages)."""

LEAST_LIMIT = 64 * 1024
"""Where not even a file of so many bytes is taken, none is sent."""

NAME_CHARACTERS = 60
"""What is told of a file's name."""

NOTES = 3
"""Files that are told of one by one; the others are counted."""


class Fitting:
    """Works on one reply at a time, in a thread: pictures take much memory while they are open."""

    def __init__(self) -> None:
        self._working = asyncio.Lock()

    async def fit(self, reply: Reply, limit: int) -> Reply:
        """The reply with at most `MOST_FILES` files of `limit` bytes, and notes on the others."""
        fits = all(one.is_there and one.size <= limit for one in reply.files)
        if fits and len(reply.files) <= MOST_FILES:
            return reply
        async with self._working:
            return await asyncio.to_thread(fitted, reply, limit)


def limits_from(limit: int) -> Iterator[int]:
    """This limit, and ever smaller ones for when Discord takes less than it said; 0 at the end."""
    while limit >= LEAST_LIMIT:
        yield limit
        limit = FILE_LIMIT if limit > FILE_LIMIT else limit // 4
    yield 0


def fitted(reply: Reply, limit: int) -> Reply:
    """The reply with files that fit, notes on those left out. Slow."""
    files, left_out = [], []
    for file in _few_enough(reply.files):
        fitting = _within(file, limit)
        if fitting is None:
            left_out.append(_refusal(file, limit))
        else:
            files.append(fitting)
    notes = left_out[:NOTES]
    if len(left_out) > NOTES:
        notes.append(say("files-more-left-out", count=len(left_out) - NOTES))
    return replace(reply, text="\n".join([reply.text, *notes]), files=tuple(files))


def _refusal(file: AnyFile, limit: int) -> str:
    name = shorten(file.name.replace("`", "'"), NAME_CHARACTERS)
    if not file.is_there:
        return say("files-gone", name=name)
    has = size(file.size)
    if limit < LEAST_LIMIT:
        return say("files-none-taken", name=name, size=has)
    return say("files-left-out", name=name, size=has, limit=size(limit))


def _few_enough(files: tuple[AnyFile, ...]) -> tuple[AnyFile, ...]:
    if len(files) <= MOST_FILES:
        return files
    return (*files[: MOST_FILES - 1], _zipped("more-files.zip", files[MOST_FILES - 1 :]))


def _within(file: AnyFile, limit: int) -> AnyFile | None:
    if not file.is_there:
        return None
    if file.size <= limit:
        return file
    if limit < LEAST_LIMIT or not isinstance(file, File):
        return None
    picture = smaller(file, limit)
    if picture is not None:
        return picture
    archive = _zipped(f"{file.name}.zip", (file,))
    return archive if len(archive.data) <= limit else None


def _zipped(name: str, files: tuple[AnyFile, ...]) -> File:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, file in enumerate(files):
            is_taken = file.name in archive.namelist()
            archive.writestr(f"{number}-{file.name}" if is_taken else file.name, file.read())
    return File(name, data.getvalue())
