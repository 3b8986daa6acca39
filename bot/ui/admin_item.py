"""What is below administrators' lists and questions, known by its id alone: after any restart."""

import re
from typing import Protocol, cast

import discord


class HandlesAdminItems(Protocol):
    """What the client must offer."""

    async def administered(
        self, interaction: discord.Interaction, action: str, about: str, chosen: str
    ) -> None:
        """Answer a press or a choice."""


class AdminItem(
    discord.ui.DynamicItem[discord.ui.Item[discord.ui.View]],
    template=r"adm:(?P<action>jobs-at|jobs-older|jobs-newer|job-at|view|cancel|yes-cancel|retry"
    r"|yes-cleanup|audit|keep):(?P<about>.*)",
):
    """A button or a menu; `about` is read by whoever carries it out."""

    def __init__(self, item: discord.ui.Item[discord.ui.View], action: str, about: str) -> None:
        super().__init__(item)
        self._action = action
        self._about = about

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction,
        item: discord.ui.Item[discord.ui.View],
        match: re.Match[str],
    ) -> "AdminItem":
        """The item that was used."""
        return cls(item, match["action"], match["about"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Pass it on to the client, with what was chosen."""
        client = cast("HandlesAdminItems", interaction.client)
        chosen = self.item.values[0] if isinstance(self.item, discord.ui.Select) else ""
        await client.administered(interaction, self._action, self._about, chosen)
