"""`/async-job export`: administrators write down what their server holds."""

import time

import discord
from discord import app_commands

from bot.client import Conveyor
from bot.delivery.administration.deeds import check
from bot.delivery.person import person_of
from bot.delivery.sight import NotAllowed
from bot.jobs.export import Export, ExportRequest
from bot.jobs.exporting.packing import Form
from bot.jobs.exporting.rows import What
from bot.services import Services
from bot.texts import say
from bot.ui.text import clean
from cogs.admin import shared_group
from cogs.at import DESCRIPTION, At, when

MOST_FILE_BYTES = 10 * 1024 * 1024
"""Of one file, wherever it goes: a direct message takes no more (Discord's documentation)."""

Where = (
    discord.TextChannel
    | discord.VoiceChannel
    | discord.StageChannel
    | app_commands.AppCommandThread
)
"""Threads as Discord names them: the library does not know those that are archived."""


class ExportCommand:
    """One command, put into a group that other cogs share."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def queue(
        self,
        interaction: discord.Interaction,
        what: What,
        form: Form,
        channel: Where | None,
        at: str | None,
    ) -> None:
        """Queue an export, for the caller alone. Raises what refuses it."""
        person = person_of(interaction)
        check(person)
        if channel is not None and what != "messages":
            raise NotAllowed(say("export-channel-for-messages"))
        request = ExportRequest(
            what=what,
            format=form,
            caller=person.id,
            channel=channel.id if channel else None,
            channel_name=clean(channel.name) if channel else "",
            file_limit=min(interaction.filesize_limit, MOST_FILE_BYTES),
        )
        intake, kind = self._services.intake, self._services.kind(Export)
        run_at = await when(at, time.time())
        await intake.command(interaction, kind, request, private=True, run_at=run_at)


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    command = ExportCommand(client.services)

    @app_commands.command(name="export", description=say("command-export"))
    @app_commands.rename(form="format")
    @app_commands.describe(
        what=say("command-export-what"),
        channel=say("command-export-channel"),
        form=say("command-export-format"),
        at=DESCRIPTION,
    )
    async def export(
        interaction: discord.Interaction,
        what: What,
        form: Form,
        channel: Where | None = None,
        at: At | None = None,
    ) -> None:
        await command.queue(interaction, what, form, channel, at)

    shared_group(client, "async-job", say("command-async-job")).add_command(export)
