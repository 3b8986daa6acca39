"""Answers presses and choices below what administrators were shown. What a button is about stands
in its id; who presses it is checked anew.
"""

from collections.abc import Awaitable, Callable

import discord

from bot.delivery.administration.desk import AdminDesk
from bot.delivery.discord_calls import refusals
from bot.delivery.failures.sentences import Stale
from bot.delivery.person import Person, person_of
from bot.delivery.presses import edit_of, show_fitting
from bot.texts import say
from bot.ui.admin_jobs import Wanted, reason_in
from bot.ui.post import Post


class AdminPresses:
    """What each of them does. All raise `Refusal`, `NotAllowed` or `QueueError`."""

    def __init__(self, desk: AdminDesk) -> None:
        self._desk = desk
        self._turns: dict[str, Callable[[Person, Wanted, str], Awaitable[Post]]] = {
            "jobs-at": desk.jobs.page,
            "jobs-older": desk.jobs.older,
            "jobs-newer": desk.jobs.newer,
        }

    async def answer(
        self, interaction: discord.Interaction, action: str, about: str, chosen: str
    ) -> None:
        """Do it, and show what came of it in its place."""
        with refusals():
            await interaction.response.defer()
            person = person_of(interaction)
            if action in {"view", "job-at"}:
                job_id, back = (chosen, about) if action == "job-at" else (about, "")
                await self._one(interaction, person, job_id, back)
            else:
                post = await self._post(interaction, person, action, about)
                await edit_of(interaction)(post)

    async def _one(
        self, interaction: discord.Interaction, person: Person, job_id: str, back: str
    ) -> None:
        jobs = self._desk.jobs
        await show_fitting(interaction, lambda limit: jobs.one(person, job_id, limit, back))

    async def _post(
        self, interaction: discord.Interaction, person: Person, action: str, about: str
    ) -> Post:
        desk, (first, _, rest) = self._desk, about.partition(":")
        if (turn := self._turns.get(action)) is not None:
            return await turn(person, Wanted.read(rest), first)
        acts: dict[str, Callable[[], Awaitable[Post]]] = {
            "cancel": lambda: desk.ask_cancel(person, first),
            "yes-cancel": lambda: desk.cancel(person, first, reason_in(interaction.message)),
            "retry": lambda: desk.retry(person, first),
            "yes-cleanup": lambda: desk.clean(person, rest or None, int(first)),
            "audit": lambda: desk.audit(person, int(first) if first else None),
            "keep": _kept,
        }
        if action not in acts:
            raise Stale
        return await acts[action]()


async def _kept() -> Post:
    return Post(say("admin-kept"))
