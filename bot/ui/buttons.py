"""Presses on tickets' buttons, known by their ids alone: they work after any restart."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias, cast

import discord

from bot.ui.known import KnownById

Press: TypeAlias = Callable[[discord.Interaction, str], Awaitable[None]]

ULID = r"(?P<job>[0-9A-HJKMNP-TV-Z]{26})"


class HandlesPresses(Protocol):
    """What the client must offer."""

    async def pressed(self, interaction: discord.Interaction, action: str, job_id: str) -> None:
        """Answer a press on a ticket."""

    async def turned(
        self, interaction: discord.Interaction, action: str, at: str, job_id: str
    ) -> None:
        """Answer a press or a choice in the list of one's jobs, or on one of them."""

    async def replied(self, interaction: discord.Interaction, action: str, job_id: str) -> None:
        """Answer a press under a job's result."""


def reply_id(action: str, job_id: str) -> str:
    """The id of a button under a job's result."""
    return f"reply:{action}:{job_id}"


class JobButton(KnownById, template=rf"job:(?P<action>cancel|refresh|retry|show):{ULID}"):
    """Any of a ticket's buttons."""

    async def callback(self, interaction: discord.Interaction) -> None:
        """Pass the press on to the client."""
        client = cast("HandlesPresses", interaction.client)
        await client.pressed(interaction, self.part("action"), self.part("job"))


class TaskItem(
    KnownById,
    template=r"tasks:(?P<action>at|newer|older|choose|view|cancel|retry)"
    r":(?P<at>-|alone|[0-9A-HJKMNP-TV-Z]{26})(:(?P<job>[0-9A-HJKMNP-TV-Z]{26}))?",
):
    """Anything below the list of one's jobs, or below one job that was shown: a button or the menu.

    `at` is the page, or the job next to which the page is to be turned.
    """

    async def callback(self, interaction: discord.Interaction) -> None:
        """Pass it on to the client, with what was chosen."""
        client = cast("HandlesPresses", interaction.client)
        job = self.chosen or self.part("job")
        await client.turned(interaction, self.part("action"), self.part("at"), job)


class ReplyItem(KnownById, template=rf"reply:(?P<action>[a-z]+(?:-[a-z]+)*):{ULID}"):
    """A button under a result, which its kind of work put there."""

    async def callback(self, interaction: discord.Interaction) -> None:
        """Pass the press on to the client."""
        client = cast("HandlesPresses", interaction.client)
        await client.replied(interaction, self.part("action"), self.part("job"))
