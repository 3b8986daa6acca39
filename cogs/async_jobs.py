"""`/async-job list`, `show`, `cancel`, `retry`: administrators steer their server's jobs."""

from typing import Literal

import discord
from discord import app_commands

from bot.client import Conveyor
from bot.delivery.administration.desk import AdminDesk
from bot.delivery.discord_calls import refusals
from bot.delivery.person import person_of
from bot.delivery.presses import show_fitting
from bot.queue.states import FINISHED, State
from bot.services import Services
from bot.texts import say
from bot.ui.admin_jobs import ANY, LONGEST_KIND, Wanted
from cogs.admin import AdminGroup, is_administrator
from cogs.answering import answer
from cogs.job_ids import Id, choices

MOST_CHOICES = 25
"""Choices while typing (Discord's documentation on commands)."""

StateName = Literal["waiting", "running", "completed", "failed", "cancelled"]


class AsyncJobGroup(AdminGroup):
    """Every answer is for the administrator alone. Other cogs add their commands."""

    def __init__(self, services: Services) -> None:
        super().__init__(
            name="async-job",
            description=say("command-async-job"),
            guild_only=True,
            default_permissions=discord.Permissions(administrator=True),
        )
        self._desk: AdminDesk = services.admin
        self._services = services

    @app_commands.command(name="list", description=say("command-async-job-list"))
    @app_commands.describe(
        state=say("command-async-job-state"),
        type=say("command-async-job-type"),
        user=say("command-async-job-user"),
    )
    async def list_jobs(
        self,
        interaction: discord.Interaction,
        state: StateName | None = None,
        type: app_commands.Range[str, 1, LONGEST_KIND] | None = None,  # noqa: A002 - its name on Discord
        user: discord.User | None = None,
    ) -> None:
        """The newest page of such jobs."""
        wanted = Wanted(state or ANY, user.id if user else None, (type or "").strip())
        await answer(interaction, self._desk.listed, person_of(interaction), wanted)

    @app_commands.command(description=say("command-async-job-show"))
    @app_commands.describe(id=say("command-admin-id"))
    async def show(self, interaction: discord.Interaction, id: Id) -> None:  # noqa: A002 - its name on Discord
        """All that an administrator may know of one job."""
        person, jobs = person_of(interaction), self._desk.jobs
        with refusals():
            await interaction.response.defer(ephemeral=True, thinking=True)
            await show_fitting(interaction, lambda limit: jobs.one(person, id, limit))

    @app_commands.command(description=say("command-admin-task-cancel"))
    @app_commands.describe(id=say("command-admin-id"))
    async def cancel(self, interaction: discord.Interaction, id: Id) -> None:  # noqa: A002 - its name on Discord
        """Cancel it, after a question if it is somebody else's."""
        await answer(interaction, self._desk.ask_cancel, person_of(interaction), id)

    @app_commands.command(description=say("command-admin-task-retry"))
    @app_commands.describe(id=say("command-admin-id"))
    async def retry(self, interaction: discord.Interaction, id: Id) -> None:  # noqa: A002 - its name on Discord
        """Run it again."""
        await answer(interaction, self._desk.retry, person_of(interaction), id)

    @list_jobs.autocomplete("type")
    async def _kinds(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        if not is_administrator(interaction):
            return []
        known = [kind for kind in self._desk.kinds() if typed.strip() in kind]
        return [app_commands.Choice(name=kind, value=kind) for kind in known[:MOST_CHOICES]]

    @show.autocomplete("id")
    async def _every(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return await choices(interaction, self._services.showing, typed, frozenset())

    @cancel.autocomplete("id")
    async def _unfinished(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        states = frozenset(State) - FINISHED
        return await choices(interaction, self._services.showing, typed, states)

    @retry.autocomplete("id")
    async def _retryable(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        states = frozenset({State.RETRYABLE, State.DISCARDED, State.CANCELLED})
        return await choices(interaction, self._services.showing, typed, states)


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    client.tree.add_command(AsyncJobGroup(client.services))
