"""`/admin chat prompt`: administrators say what the model is told first in their server."""

import discord
from discord import app_commands

from bot.client import Conveyor
from bot.delivery.administration.audit import Audit, Deed
from bot.delivery.administration.deeds import check
from bot.delivery.person import Person, person_of
from bot.jobs.chat import Chat
from bot.jobs.prompts import Prompts
from bot.services import Services
from bot.texts import say
from bot.ui.chat_prompt import prompt_is
from bot.ui.post import Post
from bot.ui.text import clean, shorten
from cogs.admin import AdminGroup, add_to_admin
from cogs.answering import answer

LONGEST_PROMPT = 4000
"""Characters: it is read with each question, and must fit into the embed that shows it."""

RESET = "reset"

RECORDED = 100
"""Characters of it that the audit log tells."""


class ChatGroup(AdminGroup):
    """Every answer is for the administrator alone."""

    def __init__(self, services: Services) -> None:
        super().__init__(name="chat", description=say("command-admin-chat"))
        self._prompts = services.kind(Chat).prompts or Prompts(services.queue.store)
        self._audit: Audit = services.admin.acts.audit

    @app_commands.command(description=say("command-admin-chat-prompt"))
    @app_commands.describe(text=say("command-admin-chat-prompt-text"))
    async def prompt(
        self,
        interaction: discord.Interaction,
        text: app_commands.Range[str, 1, LONGEST_PROMPT] | None = None,
    ) -> None:
        """Show it, set it, or forget it."""
        await answer(interaction, self._prompt, person_of(interaction), text)

    async def _prompt(self, person: Person, typed: str | None) -> Post:
        guild = check(person)
        text = clean(typed or "").strip()
        if not text:
            return prompt_is(await self._prompts.shown(guild))
        prompt = None if text.lower() == RESET else text
        await self._prompts.set(guild, prompt)
        deed = Deed.PROMPT_RESET if prompt is None else Deed.PROMPT_SET
        await self._audit.record(person, deed, what=shorten(prompt or "", RECORDED))
        return prompt_is(prompt, changed=True)


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    add_to_admin(client, ChatGroup(client.services))
