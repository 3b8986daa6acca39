"""Answers presses on tickets' buttons: takes them at once, acts, and shows what came of it."""

from collections.abc import Awaitable, Callable

import discord

from bot.delivery.actions import Actions, Person
from bot.delivery.discord_calls import NOBODY, TooLarge, files_of, refusals
from bot.delivery.fitting import limits_from
from bot.delivery.target import Handle
from bot.ui.post import Post


class Presses:
    """What each button does. All raise `Refusal`, `NotAllowed` or `QueueError`."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions
        self._by_name: dict[str, Callable[[discord.Interaction, str], Awaitable[None]]] = {
            "cancel": self._cancel,
            "refresh": self._refresh,
            "retry": self._retry,
            "show": self.show,
        }

    async def answer(self, interaction: discord.Interaction, action: str, job_id: str) -> None:
        """Do what the button of this name does."""
        with refusals():
            await self._by_name[action](interaction, job_id)

    async def _cancel(self, interaction: discord.Interaction, job_id: str) -> None:
        await interaction.response.defer()
        await self._actions.cancel(person_of(interaction), job_id, _edit(interaction))

    async def _refresh(self, interaction: discord.Interaction, job_id: str) -> None:
        await interaction.response.defer()
        person, edit, handle = person_of(interaction), _edit(interaction), _handle(interaction)
        await self._actions.refresh(person, job_id, edit, handle)

    async def _retry(self, interaction: discord.Interaction, job_id: str) -> None:
        await interaction.response.defer()
        person, edit, handle = person_of(interaction), _edit(interaction), _handle(interaction)
        await self._actions.retry(person, job_id, edit, handle)

    async def show(self, interaction: discord.Interaction, job_id: str) -> None:
        """Show the job's result to this person alone, with smaller files while they are too large.

        Takes the interaction, of a press or of a command. Raises as `answer` does.
        """
        with refusals():
            await interaction.response.defer(ephemeral=True, thinking=True)
        person, edit = person_of(interaction), _edit(interaction)
        for limit in limits_from(interaction.filesize_limit):
            post = await self._actions.result(person, job_id, limit)
            try:
                with refusals():
                    await edit(post)
            except TooLarge:
                continue
            return


def person_of(interaction: discord.Interaction) -> Person:
    """Who pressed, as Discord's server says."""
    return Person(
        id=interaction.user.id,
        guild=interaction.guild_id,
        administrator=interaction.guild_id is not None and interaction.permissions.administrator,
        name=discord.utils.escape_markdown(interaction.user.display_name),
    )


def _edit(interaction: discord.Interaction) -> Callable[[Post], Awaitable[None]]:
    async def edit(post: Post) -> None:
        await interaction.edit_original_response(
            content=post.content or None,
            embed=post.embed,
            view=post.view(),
            attachments=files_of(post),
            allowed_mentions=NOBODY,
        )

    return edit


def _handle(interaction: discord.Interaction) -> Handle:
    message = interaction.message
    return Handle(
        message=0 if message is None else message.id,
        channel=interaction.channel_id or 0,
        application=interaction.application_id,
        token=interaction.token,
        file_limit=interaction.filesize_limit,
    )
