"""`/my_tasks`, `/cancel_task` and `/job show`: people see and steer what they asked for."""

import logging

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Conveyor
from bot.delivery.discord_calls import refusals
from bot.delivery.person import person_of
from bot.delivery.presses import edit_of, show_fitting
from bot.queue.errors import StoreError
from bot.queue.states import UNFINISHED, State
from bot.texts import say

logger = logging.getLogger(__name__)

LONGEST_ID = 100
"""Characters of what may be typed in place of an id; an id has 26."""

Id = app_commands.Range[str, 1, LONGEST_ID]


class TasksCog(commands.Cog):
    """All answers are for the person alone."""

    job = app_commands.Group(name="job", description=say("command-job"))

    def __init__(self, client: Conveyor) -> None:
        self._client = client
        self._services = client.services

    @app_commands.command(name="my_tasks", description=say("command-my-tasks"))
    async def my_tasks(self, interaction: discord.Interaction) -> None:
        """Show the newest page."""
        await self._client.carry_out(interaction, self._list(interaction))

    async def _list(self, interaction: discord.Interaction) -> None:
        with refusals():
            await interaction.response.defer(ephemeral=True, thinking=True)
            post = await self._services.showing.page(person_of(interaction))
            await edit_of(interaction)(post)

    @app_commands.command(name="cancel_task", description=say("command-cancel-task"))
    @app_commands.describe(id=say("command-cancel-task-id"))
    async def cancel_task(self, interaction: discord.Interaction, id: Id) -> None:  # noqa: A002 - its name on Discord
        """Cancel, and show the job as it is then; ask first where it is somebody else's."""
        await self._client.carry_out(interaction, self._cancel(interaction, id))

    async def _cancel(self, interaction: discord.Interaction, job_id: str) -> None:
        with refusals():
            await interaction.response.defer(ephemeral=True, thinking=True)
            actions = self._services.actions
            post = await actions.cancel_elsewhere(person_of(interaction), job_id)
            if post is not None:
                await edit_of(interaction)(post)
            else:
                await self._detail(interaction, job_id)

    @job.command(name="show", description=say("command-job-show"))
    @app_commands.describe(id=say("command-job-show-id"))
    async def show(self, interaction: discord.Interaction, id: Id) -> None:  # noqa: A002 - its name on Discord
        """Show the job with all that the person may know of it."""
        await self._client.carry_out(interaction, self._show(interaction, id))

    async def _show(self, interaction: discord.Interaction, job_id: str) -> None:
        with refusals():
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self._detail(interaction, job_id)

    async def _detail(self, interaction: discord.Interaction, job_id: str) -> None:
        person, showing = person_of(interaction), self._services.showing
        await show_fitting(interaction, lambda limit: showing.detail(person, job_id, limit))

    @cancel_task.autocomplete("id")
    async def unfinished(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """What can still be cancelled."""
        return await self._choices(interaction, typed, UNFINISHED)

    @show.autocomplete("id")
    async def every(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """All that can be shown."""
        return await self._choices(interaction, typed, frozenset())

    async def _choices(
        self, interaction: discord.Interaction, typed: str, states: frozenset[State]
    ) -> list[app_commands.Choice[str]]:
        """None while the store is away: whoever knows the id may go on."""
        try:
            found = await self._services.showing.choices(person_of(interaction), typed, states)
        except StoreError as error:
            logger.warning("choices are not known now: %s", error)
            return []
        return [app_commands.Choice(name=name, value=job_id) for job_id, name in found.items()]


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    await client.add_cog(TasksCog(client))
