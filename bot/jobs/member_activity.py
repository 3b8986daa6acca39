"""How much each member of a server wrote, and how long they were in voice channels.

A run that goes on where another one was counts nothing twice and reads nothing again that was
counted more than a heartbeat before.
"""

import asyncio
from typing import ClassVar

import discord

from bot.jobs.activity.chart import CHART, chart_png
from bot.jobs.activity.findings import ActivityRequest, Findings
from bot.jobs.activity.history import Reading, read
from bot.jobs.activity.members import names_of
from bot.jobs.activity.places import Readable, places_of
from bot.jobs.activity.report import reply, so_far
from bot.jobs.activity.summary import Activity, summary
from bot.jobs.activity.table import TABLE, table
from bot.jobs.activity.voice_book import DAY_S, VoiceBook
from bot.jobs.activity.voice_ledger import VoiceLedger
from bot.jobs.activity.voice_time import VoiceTime, voice_time
from bot.jobs.server import administrator, asking_discord, server_of
from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Clock, Job, Priority
from bot.queue.reply import Reply
from bot.queue.store.base import Records
from bot.texts import say

PEOPLE_A_PAGE = 1000
"""The checkpoint is kept after each page, or after one more for each so many people in it: it
names them all, and writing it must cost less than reading.
"""


class MemberActivity(JobType[ActivityRequest, Activity]):
    """`/async-job member-activity`. `ledger` must hear who is in voice channels."""

    name: ClassVar[str] = "member-activity"
    queue: ClassVar[str] = "admin"
    priority: ClassVar[Priority] = Priority.LOW
    timeout: ClassVar[float | None] = 6 * 3600
    max_attempts: ClassVar[int | None] = 10

    def __init__(self, client: discord.Client, records: Records, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._book = VoiceBook(records)
        self.ledger = VoiceLedger(self._book, clock)

    def title(self, request: ActivityRequest) -> str:
        """How many days of what."""
        return say("activity-title", days=request.days)

    def dedup_key(self, request: ActivityRequest) -> str:
        """All of it: who asks the same while it runs joins it."""
        return request.model_dump_json()

    def limit_key(self, request: ActivityRequest, guild: int | None) -> str:  # noqa: ARG002
        """One server's history is read once at a time."""
        return str(guild)

    async def run(self, ctx: JobContext, request: ActivityRequest) -> Activity:
        """Count messages page by page, add up voice time, then draw."""
        reading = self._begin(ctx, request)
        guild = await server_of(self._client, ctx.job)
        await administrator(self._client, ctx.job)
        with asking_discord():
            if request.include_messages:
                await self._read(ctx, guild, reading)
            ctx.progress(stage=say("activity-adding-up"))
            everybody = self._client.intents.members
            names = await names_of(guild, everybody=everybody)
        voice = await self._voice(guild, reading) if request.include_voice else VoiceTime()
        findings = Findings(request, reading, voice, names, everybody)
        ctx.progress(stage=say("activity-drawing"))
        if request.report != "summary":
            ctx.attach(TABLE, await asyncio.to_thread(table, findings))
        if request.report != "csv":
            ctx.attach(CHART, await asyncio.to_thread(chart_png, findings))
        return await asyncio.to_thread(summary, findings)

    def _begin(self, ctx: JobContext, request: ActivityRequest) -> Reading:
        """Where an earlier run was; a first one ends at the moment at which it begins."""
        if isinstance(ctx.saved, str):
            return Reading.model_validate_json(ctx.saved)
        now = self._clock()
        reading = Reading(since=now - request.days * DAY_S, until=now)
        ctx.checkpoint(reading.model_dump_json())
        return reading

    async def _read(self, ctx: JobContext, guild: discord.Guild, reading: Reading) -> None:
        ctx.progress(stage=say("activity-looking"))
        places = await places_of(guild, reading.since)
        reading.closed |= set(places.closed)
        number = {place.id: index for index, place in enumerate(places.readable)}
        pages = 0

        def told(share: float, place: Readable) -> None:
            nonlocal pages
            pages += 1
            if pages % (1 + len(reading.tally.counts) // PEOPLE_A_PAGE) == 0:
                ctx.checkpoint(reading.model_dump_json())
            text = say("activity-so-far", count=reading.tally.messages, channel=str(place.id))
            ctx.progress(number[place.id] + share, len(number), text, say("activity-reading"))

        await read(places.readable, reading, told)
        ctx.checkpoint(reading.model_dump_json())

    async def _voice(self, guild: discord.Guild, reading: Reading) -> VoiceTime:
        await self.ledger.mark()
        return await voice_time(self._book, guild.id, reading.since, reading.until)

    def present(self, job: Job, result: Activity) -> Reply:  # noqa: ARG002 - the result says it all
        """A panel with the totals and who did most; the chart and the table are attached."""
        return reply(result)

    def partial(self, job: Job) -> Reply | None:
        """What was counted before the job was given up."""
        return so_far(job)
