"""`/async-job member-activity`: who wrote how much, and who was how long in voice channels."""

import time

import discord
from discord import app_commands

from bot.client import Conveyor
from bot.delivery.sight import NotAllowed
from bot.jobs.activity.findings import ActivityRequest, Report
from bot.jobs.member_activity import MemberActivity
from bot.services import Services
from bot.texts import say
from cogs.admin import shared_group
from cogs.at import DESCRIPTION, At, when

MOST_DAYS = 365


def member_activity(services: Services) -> app_commands.Command[app_commands.Group, ..., None]:
    """The command, for the group of administrators' commands."""

    @app_commands.command(name="member-activity", description=say("command-activity"))
    @app_commands.describe(
        days=say("command-activity-days"),
        include_voice=say("command-activity-voice"),
        include_messages=say("command-activity-messages"),
        report=say("command-activity-report"),
        at=DESCRIPTION,
    )
    async def ask(
        interaction: discord.Interaction,
        days: app_commands.Range[int, 1, MOST_DAYS],
        include_voice: bool = True,
        include_messages: bool = True,
        report: Report = "full",
        at: At | None = None,
    ) -> None:
        if not (include_voice or include_messages):
            raise NotAllowed(say("activity-nothing"))
        run_at = await when(at, time.time())
        request = ActivityRequest(
            days=days,
            include_voice=include_voice,
            include_messages=include_messages,
            report=report,
            at=run_at,
        )
        kind = services.kind(MemberActivity)
        await services.intake.command(interaction, kind, request, run_at=run_at)

    return ask


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    group = shared_group(client, "async-job", say("command-async-job"))
    group.add_command(member_activity(client.services))
