"""Answers presses and choices below the list of one's jobs, and below one job that was shown."""

from collections.abc import Awaitable, Callable, Mapping

import discord

from bot.delivery.actions import Actions
from bot.delivery.discord_calls import refusals
from bot.delivery.person import Person, person_of
from bot.delivery.presses import edit_of, show_fitting
from bot.delivery.showing import Showing
from bot.ui.job_detail import ALONE
from bot.ui.post import Post


class TaskPresses:
    """What each of them does. All raise `Refusal`, `NotAllowed` or `QueueError`."""

    def __init__(self, actions: Actions, showing: Showing) -> None:
        self._actions = actions
        self._showing = showing
        self._turns: Mapping[str, Callable[[Person, str], Awaitable[Post]]] = {
            "at": showing.page,
            "newer": showing.newer,
            "older": showing.older,
        }

    async def answer(
        self, interaction: discord.Interaction, action: str, at: str, job_id: str
    ) -> None:
        """Do what the button of this name does, and show what came of it in its place."""
        with refusals():
            await interaction.response.defer()
            person = person_of(interaction)
            if action in self._turns:
                await edit_of(interaction)(await self._turns[action](person, at))
            else:
                await self._do(interaction, person, action, None if at == ALONE else at, job_id)

    async def _do(
        self,
        interaction: discord.Interaction,
        person: Person,
        action: str,
        back: str | None,
        job_id: str,
    ) -> None:
        if action == "cancel":
            if (post := await self._actions.cancel_elsewhere(person, job_id)) is not None:
                await edit_of(interaction)(post)
                return
        elif action == "retry":
            await self._actions.retry(person, job_id)
        await show_fitting(
            interaction, lambda limit: self._showing.detail(person, job_id, limit, back)
        )
