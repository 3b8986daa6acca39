"""The tree of commands; what fails before, in or after a command is answered, autocompletes too."""

from typing import Any, Protocol, cast

import discord
from discord import app_commands

from bot.delivery.failures.desk import where_of
from bot.services import Services


class HasServices(Protocol):
    """What the client must offer."""

    services: Services


class ChoicesFailed(Exception):
    """An autocomplete ended without an answer; the library has logged why."""


class AnsweringTree(app_commands.CommandTree[Any]):
    """Every error ends at the client's one desk."""

    async def _call(self, interaction: discord.Interaction) -> None:
        """Answer autocompletes that failed: the library logs them, and is silent to the person."""
        try:
            await super()._call(interaction)
        except app_commands.AppCommandError:
            raise
        except Exception as error:  # noqa: BLE001 - the library would drop it
            await self._tell(interaction, error)
        is_choices = interaction.type is discord.InteractionType.autocomplete
        if is_choices and not interaction.response.is_done():
            await self._tell(interaction, ChoicesFailed())

    async def on_error(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        """Called by the library for every error of a command, also of one that is not known."""
        await self._tell(interaction, error)

    async def _tell(self, interaction: discord.Interaction, error: Exception) -> None:
        services = cast("HasServices", interaction.client).services
        await services.failures.tell(interaction, error, where_of(interaction))
