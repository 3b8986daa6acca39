"""`/admin task` and `/admin user`: what administrators do to one job, or for one person."""

from typing import Literal

import discord
from discord import app_commands

from bot.client import Conveyor
from bot.delivery.administration.desk import AdminDesk
from bot.delivery.person import person_of
from bot.delivery.showing import Showing
from bot.delivery.sight import NotAllowed
from bot.queue.job import Priority
from bot.queue.states import FINISHED, State
from bot.texts import say
from bot.ui.admin_jobs import LONGEST_REASON
from cogs.admin import AdminGroup, add_to_admin
from cogs.answering import answer
from cogs.job_ids import Id, choices

PRIORITIES = {
    "low": Priority.LOW,
    "default": Priority.DEFAULT,
    "high": Priority.HIGH,
    "critical": Priority.CRITICAL,
}

Reason = app_commands.Range[str, 1, LONGEST_REASON]

HEAVIEST = 10
"""Turns that one person may have for every one of others (DESIGN §6)."""


class TaskGroup(AdminGroup):
    """Every answer is for the administrator alone."""

    def __init__(self, desk: AdminDesk, showing: Showing) -> None:
        super().__init__(name="task", description=say("command-admin-task"))
        self._desk = desk
        self._showing = showing

    @app_commands.command(description=say("command-admin-task-retry"))
    @app_commands.describe(id=say("command-admin-id"), reason=say("command-admin-reason"))
    async def retry(
        self,
        interaction: discord.Interaction,
        id: Id,  # noqa: A002 - its name on Discord
        reason: Reason = "",
    ) -> None:
        """Run it again."""
        await answer(interaction, self._desk.retry, person_of(interaction), id, reason)

    @app_commands.command(description=say("command-admin-task-cancel"))
    @app_commands.describe(id=say("command-admin-id"), reason=say("command-admin-reason"))
    async def cancel(
        self,
        interaction: discord.Interaction,
        id: Id,  # noqa: A002 - its name on Discord
        reason: Reason = "",
    ) -> None:
        """Cancel it, after a question if it is somebody else's."""
        await answer(interaction, self._desk.ask_cancel, person_of(interaction), id, reason)

    @app_commands.command(description=say("command-admin-task-priority"))
    @app_commands.describe(
        id=say("command-admin-id"),
        priority=say("command-admin-priority"),
        reason=say("command-admin-reason"),
    )
    async def priority(
        self,
        interaction: discord.Interaction,
        id: Id,  # noqa: A002 - its name on Discord
        priority: Literal["low", "default", "high", "critical"],
        reason: Reason = "",
    ) -> None:
        """Move it to another lane."""
        person, lane = person_of(interaction), PRIORITIES[priority]
        await answer(interaction, self._desk.prioritise, person, id, lane, reason)

    @retry.autocomplete("id")
    async def _retryable(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        states = frozenset({State.RETRYABLE, State.DISCARDED, State.CANCELLED})
        return await choices(interaction, self._showing, typed, states)

    @cancel.autocomplete("id")
    @priority.autocomplete("id")
    async def _unfinished(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return await choices(interaction, self._showing, typed, frozenset(State) - FINISHED)


class UserGroup(AdminGroup):
    """Every answer is for the administrator alone."""

    def __init__(self, desk: AdminDesk) -> None:
        super().__init__(name="user", description=say("command-admin-user"))
        self._desk = desk

    @app_commands.command(description=say("command-admin-user-weight"))
    @app_commands.describe(
        user=say("command-admin-user-whom"), weight=say("command-admin-user-turns")
    )
    async def weight(
        self,
        interaction: discord.Interaction,
        user: discord.Member | discord.User,
        weight: app_commands.Range[int, 1, HEAVIEST],
    ) -> None:
        """Give somebody of this server another share of turns."""
        if not isinstance(user, discord.Member):
            raise NotAllowed(say("admin-not-here"))
        await answer(interaction, self._desk.weigh, person_of(interaction), user.id, weight)


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    services = client.services
    add_to_admin(client, TaskGroup(services.admin, services.showing))
    add_to_admin(client, UserGroup(services.admin))
