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
        """Answer a press."""


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
