"""A cog that takes every type there is, and says what its bodies got."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any, Literal, NamedTuple

import discord
from discord import app_commands
from discord.ext import commands

from bot.queue.handlers import JobContext
from bot.queue.reply import File, Reply
from bot.tasks import queued_task


class Colour(Enum):
    red = 1
    green = 2


class Size(Enum):
    small = (1, 1)
    large = (9, 9)


class Point(NamedTuple):
    x: int
    y: int


class PointTransformer(app_commands.Transformer):
    async def transform(self, _: discord.Interaction, value: Any, /) -> Point:
        x, _, y = value.partition(",")
        return Point(int(x), int(y))


class Everything(commands.Cog):
    """`got` is what the last body was called with."""

    deep = app_commands.Group(name="deep", description="Deep.")
    deeper = app_commands.Group(name="deeper", description="Deeper.", parent=deep)

    def __init__(self) -> None:
        self.got: dict[str, Any] = {}
        self.ctx: JobContext | None = None

    def told(self, ctx: JobContext, **got: Any) -> Reply:
        self.ctx, self.got = ctx, got
        return Reply(f"Got {', '.join(got)}.")

    @app_commands.command(description="Values.")
    @app_commands.choices(pick=[app_commands.Choice(name="First", value=1)])
    @queued_task
    async def values(
        self,
        ctx: JobContext,
        text: str,
        whole: app_commands.Range[int, 1, 10],
        real: float,
        yes: bool,
        colour: Colour,
        size: Size,
        literal: Literal["a", "b"],
        pick: app_commands.Choice[int],
        point: app_commands.Transform[Point, PointTransformer],
        moment: app_commands.Timestamp,
        copy: str = "by default",
        json: app_commands.Range[str, 1, 5] | None = None,
        level: Colour = Colour.green,
    ) -> Reply:
        return self.told(
            ctx,
            text=text,
            whole=whole,
            real=real,
            yes=yes,
            colour=colour,
            size=size,
            literal=literal,
            pick=pick,
            point=point,
            moment=moment,
            copy=copy,
            json=json,
            level=level,
        )

    @app_commands.command(description="References.")
    @queued_task(queue="chat")
    async def references(
        self,
        ctx: JobContext,
        member: discord.Member,
        user: discord.User,
        either: discord.Member | discord.User,
        role: discord.Role,
        person: discord.Member | discord.Role,
        group: discord.User | discord.Member | discord.Role,
        text_channel: discord.TextChannel,
        any_channel: discord.abc.GuildChannel,
        some_channel: discord.TextChannel | discord.VoiceChannel | None = None,
        nobody: discord.Member | None = None,
    ) -> Reply:
        return self.told(
            ctx,
            member=member,
            user=user,
            either=either,
            role=role,
            person=person,
            group=group,
            text_channel=text_channel,
            any_channel=any_channel,
            some_channel=some_channel,
            nobody=nobody,
        )

    @app_commands.command(description="Files.")
    @queued_task(queue="chat")
    async def files(
        self,
        ctx: JobContext,
        one: discord.Attachment,
        other: discord.Attachment | None = None,
    ) -> Reply:
        self.told(ctx, one=one, other=other)
        return Reply("Here it is back.", (File(one.filename, await one.read()),))

    @app_commands.command(description="Between you and me.")
    @queued_task(queue="chat")
    async def whisper(self, ctx: JobContext, text: str, private: bool = True) -> str:
        self.told(ctx, text=text, private=private)
        return text

    @deeper.command(name="down", description="Down.")
    @queued_task(queue="chat", private=True, timeout=7, max_attempts=1)
    async def down(self, ctx: JobContext) -> str:
        self.told(ctx)
        return "Deep down."


MOMENT = datetime.fromisoformat("2026-11-22T05:00:00+00:00")
