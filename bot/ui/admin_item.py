"""What is below administrators' lists and questions, known by its id alone: after any restart."""

from typing import Protocol, cast

import discord

from bot.ui.known import KnownById


class HandlesAdminItems(Protocol):
    """What the client must offer."""

    async def administered(
        self, interaction: discord.Interaction, action: str, about: str, chosen: str
    ) -> None:
        """Answer a press or a choice."""


class AdminItem(
    KnownById,
    template=r"adm:(?P<action>jobs-at|jobs-older|jobs-newer|job-at|view|cancel|yes-cancel|retry"
    r"|yes-cleanup|audit|keep):(?P<about>.*)",
):
    """A button or a menu; `about` is read by whoever carries it out."""

    async def callback(self, interaction: discord.Interaction) -> None:
        """Pass it on to the client, with what was chosen."""
        client = cast("HandlesAdminItems", interaction.client)
        await client.administered(interaction, self.part("action"), self.part("about"), self.chosen)
