"""Answers presses on tickets' buttons: takes them at once, acts, and shows what came of it."""

from collections.abc import Awaitable, Callable

import discord

from bot.delivery.actions import Actions
from bot.delivery.discord_calls import NOBODY, TooLarge, files_of, refusals
from bot.delivery.fitting import limits_from
from bot.delivery.person import person_of
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
        person, edit, ask = person_of(interaction), edit_of(interaction), whisper_of(interaction)
        await self._actions.cancel_here(person, job_id, edit, ask)

    async def _refresh(self, interaction: discord.Interaction, job_id: str) -> None:
        await interaction.response.defer()
        person, edit, handle = person_of(interaction), edit_of(interaction), _handle(interaction)
        await self._actions.refresh(person, job_id, edit, handle)

    async def _retry(self, interaction: discord.Interaction, job_id: str) -> None:
        await interaction.response.defer()
        person, edit, handle = person_of(interaction), edit_of(interaction), _handle(interaction)
        await self._actions.retry_here(person, job_id, edit, handle)

    async def show(self, interaction: discord.Interaction, job_id: str) -> None:
        """Show the job's result to this person alone.

        Takes the interaction, of a press or of a command. Raises as `answer` does.
        """
        with refusals():
            await interaction.response.defer(ephemeral=True, thinking=True)
        person = person_of(interaction)
        await show_fitting(interaction, lambda limit: self._actions.result(person, job_id, limit))


async def show_fitting(
    interaction: discord.Interaction, make: Callable[[int], Awaitable[Post]]
) -> None:
    """Show, in place of the response so far, what is made for files of at most so many bytes; with
    smaller files while they are too large.
    """
    for limit in limits_from(interaction.filesize_limit):
        post = await make(limit)
        try:
            with refusals():
                await edit_of(interaction)(post)
        except TooLarge:
            continue
        return


def edit_of(interaction: discord.Interaction) -> Callable[[Post], Awaitable[None]]:
    """What replaces the response so far."""

    async def edit(post: Post) -> None:
        await interaction.edit_original_response(
            content=post.content or None,
            embed=post.embed,
            view=post.view(),
            attachments=files_of(post),
            allowed_mentions=NOBODY,
        )

    return edit


def whisper_of(interaction: discord.Interaction) -> Callable[[Post], Awaitable[None]]:
    """What tells whoever pressed alone, below what they pressed."""

    async def whisper(post: Post) -> None:
        await interaction.followup.send(
            content=post.content,
            embed=post.embed or discord.utils.MISSING,
            view=post.view(),
            ephemeral=True,
            allowed_mentions=NOBODY,
        )

    return whisper


def _handle(interaction: discord.Interaction) -> Handle:
    message = interaction.message
    return Handle(
        message=0 if message is None else message.id,
        channel=interaction.channel_id or 0,
        application=interaction.application_id,
        token=interaction.token,
        file_limit=interaction.filesize_limit,
    )
