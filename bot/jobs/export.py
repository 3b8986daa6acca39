"""`/async-job export`: what a server holds, as files for the administrator who asked."""

import asyncio
import logging
import os
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import ClassVar, ParamSpec, TypeVar

import discord
from pydantic import BaseModel

from bot.jobs.exporting import pages
from bot.jobs.exporting.packing import Form, TooMuch, packed, shape_of
from bot.jobs.exporting.pages import Page, Place
from bot.jobs.exporting.rows import COLUMNS, What
from bot.jobs.exporting.spool import Spool
from bot.jobs.server import administrator, server_of
from bot.queue.errors import JobError
from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Job, Priority
from bot.queue.reply import FileOnDisk, Reply
from bot.texts import say

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

MIB = 1024 * 1024

MOST_BYTES = 1024 * MIB
"""Of rows on the disk: about as much as ten files of 10 MiB hold when texts are zipped."""

NAMED, NAMED_CHARACTERS = 20, 1000
"""Channels are named up to so many, in so many characters: a text that is too
long for one message would need a file itself, next to ten of the export's.
"""


class ExportRequest(BaseModel):
    """What to write down; `channel` None: all that the caller and the bot may read.

    `file_limit`: bytes of the largest file that can be brought.
    """

    what: What
    format: Form
    caller: int
    channel: int | None = None
    channel_name: str = ""
    file_limit: int = 10 * MIB


class Packed(BaseModel):
    """A file as it lies on the disk; its size in bytes."""

    name: str
    size: int


class Exported(BaseModel):
    """What was written down, by which run. `without_texts`: Discord kept most of them back."""

    what: What
    rows: int
    channels: int = 0
    skipped: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    run: int
    files: tuple[Packed, ...]
    without_texts: bool = False


class Kept(BaseModel):
    """The checkpoint: where the next page begins, and the rows that are on the disk by then."""

    place: Place
    run: int
    size: int = 0
    rows: int = 0


class Export(JobType[ExportRequest, Exported]):
    """One at a time for each person and server; its files lie in `folder` while it is made."""

    name: ClassVar[str] = "export"
    queue: ClassVar[str] = "admin"
    priority: ClassVar[Priority] = Priority.LOW
    timeout: ClassVar[float | None] = 6 * 3600
    """Discord gives about a hundred messages a second: two million in that time."""
    max_attempts: ClassVar[int | None] = 10
    cache_ttl: ClassVar[float | None] = 0

    def __init__(self, client: discord.Client, folder: Path) -> None:
        self._client = client
        self._folder = folder

    def limit_key(self, request: ExportRequest, guild: int | None) -> str | None:
        """The server and the person."""
        return f"{guild}:{request.caller}"

    def title(self, request: ExportRequest) -> str:
        """What, and from where."""
        where = f" #{request.channel_name}" if request.channel_name else ""
        return f"{request.what}{where} ({request.format})"

    async def run(self, ctx: JobContext, request: ExportRequest) -> Exported:
        """Read page after page to the disk, then pack it and keep the files with the job."""
        server = await server_of(self._client, ctx.job)
        caller = await administrator(self._client, ctx.job)
        kept, spool = await self._begun(ctx, server, request)
        try:
            async with aclosing(self._pages(server, caller, request, kept.place)) as found:
                async for page in found:
                    kept = await _added(spool, kept, page)
                    ctx.checkpoint(kept.model_dump(mode="json"))
                    _tell(ctx, request, kept, page)
            ctx.progress(stage=say("export-packing"))
            files = await _on_disk(_packed, spool, request)
        except TooMuch:
            raise too_much(request) from None
        finally:
            await asyncio.to_thread(spool.close)
        await administrator(self._client, ctx.job)  # it may have taken hours
        place, without_texts = kept.place, not self._client.intents.message_content
        return Exported(
            what=request.what,
            rows=kept.rows,
            channels=place.total - len(place.skipped),
            skipped=place.skipped,
            partly=place.partly,
            run=kept.run,
            files=files,
            without_texts=without_texts and request.what == "messages",
        )

    async def _begun(
        self, ctx: JobContext, server: discord.Guild, request: ExportRequest
    ) -> tuple[Kept, Spool]:
        """What an earlier run has kept, or the beginning if there is nothing (any more)."""
        home, run = self._folder / ctx.job.id, ctx.job.token
        if ctx.saved is not None and request.what in {"messages", "members"}:  # else: one page
            kept = Kept.model_validate(ctx.saved)
            spool = await _on_disk(Spool.go_on, home, run, kept.run, kept.size)
            if spool is not None:
                return kept.model_copy(update={"run": run}), spool
        place = Place()
        if request.what == "messages":
            place = await pages.beginning(server, request.channel)
        return Kept(place=place, run=run), await _on_disk(Spool.begin, home, run)

    def _pages(
        self, server: discord.Guild, caller: discord.Member, request: ExportRequest, place: Place
    ) -> AsyncGenerator[Page, None]:
        match request.what:
            case "messages":
                return pages.all_messages(server, caller, place)
            case "members":
                return pages.all_members(server, place, self._client.intents)
            case "roles":
                return pages.all_roles(server)
            case "channels":
                return pages.all_channels(server)

    def present(self, job: Job, result: Exported) -> Reply:
        """What the files hold, and what is missing there."""
        what, rows = result.what, f"{result.rows:,}"
        lines = [say("export-done", what=what, rows=rows, count=result.rows)]
        if what == "messages":
            lines = [say("export-messages", rows=rows, count=result.rows, channels=result.channels)]
        if result.skipped:
            lines.append(say("export-skipped", channels=_named(result.skipped)))
        if result.partly:
            lines.append(say("export-partly", channels=_named(result.partly)))
        if result.without_texts:
            lines.append(say("export-without-texts"))
        folder = self._folder / job.id / str(result.run)
        files = [FileOnDisk(one.name, folder / one.name, one.size) for one in result.files]
        return Reply("\n".join(lines), tuple(files))

    def partial(self, job: Job) -> Reply | None:  # noqa: ARG002 - whatever was kept
        """Nothing: places and sizes are not for people."""
        return None


def file_name(request: ExportRequest) -> str:
    """A name that every system takes, without its ending."""
    where = re.sub(r"[^a-z0-9_]+", "-", request.channel_name.lower()).strip("-")[:60]
    return f"{request.what}-{where or request.channel}" if request.channel else request.what


async def _on_disk(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do it off the loop. Raises `JobError` where the disk is full, or may not be written to."""
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except OSError as error:
        logger.error("an export cannot be kept on the disk: %s", error)  # noqa: TRY400
        fault = os.strerror(error.errno or 0)
        raise JobError(say("export-disk", fault=fault), category="disk") from error


async def _added(spool: Spool, kept: Kept, page: Page) -> Kept:
    size = await _on_disk(spool.add, page.rows)
    if size > MOST_BYTES:
        raise TooMuch
    rows = kept.rows + len(page.rows)
    return kept.model_copy(update={"place": page.then, "size": size, "rows": rows})


def _packed(spool: Spool, request: ExportRequest) -> tuple[Packed, ...]:
    shape = shape_of(request.format, COLUMNS[request.what])
    name, limit = file_name(request), request.file_limit
    files = packed(spool.lines, shape, spool.folder, name, limit)
    return tuple(Packed(name=path.name, size=path.stat().st_size) for path in files)


def too_much(request: ExportRequest) -> JobError:
    """What ends an export that ten files cannot hold, with what can be asked for instead."""
    text = say("export-too-much-at-once", format=request.format)
    if request.what == "messages" and request.channel is None:
        text = say("export-too-much")
    return JobError(text, retryable=False, category="size")


def _tell(ctx: JobContext, request: ExportRequest, kept: Kept, page: Page) -> None:
    """How much there is so far; of many channels, how many are done."""
    place = kept.place
    so_far = say("export-so-far", what=request.what, rows=f"{kept.rows:,}", count=kept.rows)
    stage = say("export-reading", where=page.where) if page.where else ""
    total = place.total if place.total > 1 else 0
    ctx.progress(total - len(place.left) if total else 0, total, so_far, stage)


def _named(names: tuple[str, ...]) -> str:
    shown = names[:NAMED]
    while len(", ".join(shown)) > NAMED_CHARACTERS:
        shown = shown[:-1]
    channels, more = ", ".join(shown), len(names) - len(shown)
    return say("export-more", channels=channels, more=more) if more else channels
