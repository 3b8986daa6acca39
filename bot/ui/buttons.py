"""Presses on tickets' buttons, known by their ids alone: they work after any restart."""

import re
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias, cast

import discord

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


class JobButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"job:(?P<action>cancel|refresh|retry|show):{ULID}",
):
    """Any of a ticket's buttons."""

    def __init__(self, item: discord.ui.Button[discord.ui.View], action: str, job: str) -> None:
        super().__init__(item)
        self._action = action
        self._job = job

    @classmethod
    async def from_custom_id(  # type: ignore[override]
        cls,
        _interaction: discord.Interaction,
        item: discord.ui.Button[discord.ui.View],
        match: re.Match[str],
    ) -> "JobButton":
        """The button that was pressed."""
        return cls(item, match["action"], match["job"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Pass the press on to the client."""
        client = cast("HandlesPresses", interaction.client)
        await client.pressed(interaction, self._action, self._job)


class TaskItem(
    discord.ui.DynamicItem[discord.ui.Item[discord.ui.View]],
    template=r"tasks:(?P<action>at|newer|older|choose|view|cancel|retry)"
    r":(?P<at>-|alone|[0-9A-HJKMNP-TV-Z]{26})(:(?P<job>[0-9A-HJKMNP-TV-Z]{26}))?",
):
    """Anything below the list of one's jobs, or below one job that was shown: a button or the menu.

    `at` is the page, or the job next to which the page is to be turned.
    """

    def __init__(
        self, item: discord.ui.Item[discord.ui.View], action: str, at: str, job: str | None
    ) -> None:
        super().__init__(item)
        self._action = action
        self._at = at
        self._job = job

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction,
        item: discord.ui.Item[discord.ui.View],
        match: re.Match[str],
    ) -> "TaskItem":
        """The item that was used."""
        return cls(item, match["action"], match["at"], match["job"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Pass it on to the client, with what was chosen."""
        client = cast("HandlesPresses", interaction.client)
        chosen = self.item.values if isinstance(self.item, discord.ui.Select) else [self._job]
        await client.turned(interaction, self._action, self._at, next(filter(None, chosen), ""))


class ReplyItem(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"reply:(?P<action>[a-z]+(?:-[a-z]+)*):{ULID}",
):
    """A button under a result, which its kind of work put there."""

    def __init__(self, item: discord.ui.Button[discord.ui.View], action: str, job: str) -> None:
        super().__init__(item)
        self._action = action
        self._job = job

    @classmethod
    async def from_custom_id(  # type: ignore[override]
        cls,
        _interaction: discord.Interaction,
        item: discord.ui.Button[discord.ui.View],
        match: re.Match[str],
    ) -> "ReplyItem":
        """The button that was pressed."""
        return cls(item, match["action"], match["job"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Pass the press on to the client."""
        client = cast("HandlesPresses", interaction.client)
        await client.replied(interaction, self._action, self._job)
