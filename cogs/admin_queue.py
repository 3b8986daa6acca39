"""`/admin queue`: administrators look after the line of jobs."""

import discord
from discord import app_commands

from bot.client import Conveyor
from bot.delivery.administration.desk import AdminDesk
from bot.delivery.person import person_of
from bot.texts import say
from cogs.admin import AdminGroup, add_to_admin, is_administrator
from cogs.answering import answer

OLDER_THAN_H = 24
"""Hours, where none are said: QUEUE_RETENTION_COMPLETED's default."""

LONGEST_H = 24 * 365

MOST_CHOICES = 25
"""Choices while typing (Discord's documentation on commands)."""

Queue = app_commands.Range[str, 1, 40]
Hours = app_commands.Range[int, 1, LONGEST_H]


class QueueGroup(AdminGroup):
    """Every answer is for the administrator alone."""

    def __init__(self, desk: AdminDesk) -> None:
        super().__init__(name="queue", description=say("command-admin-queue"))
        self._desk = desk

    @app_commands.command(description=say("command-admin-queue-status"))
    @app_commands.describe(queue=say("command-admin-queue-name"))
    async def status(self, interaction: discord.Interaction, queue: Queue | None = None) -> None:
        """At a glance."""
        await answer(interaction, self._desk.status, person_of(interaction), queue)

    @app_commands.command(description=say("command-admin-queue-metrics"))
    @app_commands.describe(queue=say("command-admin-queue-name"))
    async def metrics(self, interaction: discord.Interaction, queue: Queue | None = None) -> None:
        """In numbers."""
        await answer(interaction, self._desk.metrics, person_of(interaction), queue)

    @app_commands.command(description=say("command-admin-queue-users"))
    @app_commands.describe(queue=say("command-admin-queue-name"))
    async def users(self, interaction: discord.Interaction, queue: Queue | None = None) -> None:
        """By people."""
        await answer(interaction, self._desk.people, person_of(interaction), queue)

    @app_commands.command(description=say("command-admin-queue-cleanup"))
    @app_commands.describe(
        queue=say("command-admin-queue-name"), older_than=say("command-admin-queue-older-than")
    )
    async def cleanup(
        self,
        interaction: discord.Interaction,
        queue: Queue | None = None,
        older_than: Hours = OLDER_THAN_H,
    ) -> None:
        """Say what would go, and ask."""
        person = person_of(interaction)
        await answer(interaction, self._desk.ask_cleanup, person, queue, older_than)

    @app_commands.command(description=say("command-admin-queue-pause"))
    @app_commands.describe(queue=say("command-admin-queue-name"))
    async def pause(self, interaction: discord.Interaction, queue: Queue | None = None) -> None:
        """Start nothing new."""
        await answer(interaction, self._desk.pause, person_of(interaction), queue)

    @app_commands.command(description=say("command-admin-queue-resume"))
    @app_commands.describe(queue=say("command-admin-queue-name"))
    async def resume(self, interaction: discord.Interaction, queue: Queue | None = None) -> None:
        """Go on."""
        await answer(interaction, self._desk.resume, person_of(interaction), queue)

    @status.autocomplete("queue")
    @metrics.autocomplete("queue")
    @users.autocomplete("queue")
    @cleanup.autocomplete("queue")
    @pause.autocomplete("queue")
    @resume.autocomplete("queue")
    async def _queues(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        if not is_administrator(interaction):
            return []
        known = [name for name in await self._desk.acts.queues() if typed.strip() in name]
        return [app_commands.Choice(name=name, value=name) for name in known[:MOST_CHOICES]]


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    add_to_admin(client, QueueGroup(client.services.admin))
