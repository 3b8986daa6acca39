"""`/chat`, and talking to the bot by mentioning it or by replying to it."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Conveyor
from bot.jobs.chat import Chat
from bot.jobs.memory import conversation_of
from bot.jobs.question import Question
from bot.operation.log_context import about_message
from bot.services import Services
from bot.texts import say
from bot.ui.text import clean, said
from cogs.chat_files import ChatFiles, names_of
from cogs.chat_message import is_question, is_readable, replied_to, words

LONGEST_QUESTION = 6000
"""Characters; what Discord lets a text option hold."""

LONGEST_MODEL = 100
"""Characters of a model's name; as long as a choice may be (see there)."""

MOST_CHOICES = 25
"""Choices while typing (Discord's documentation on commands)."""


class ChatCog(commands.Cog):
    """Turns questions into chat jobs."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._files = ChatFiles()

    @app_commands.command(name="chat", description=say("command-chat"))
    @app_commands.describe(
        msg=say("command-chat-msg"),
        attachment=say("command-chat-attachment"),
        model=say("command-chat-model"),
        private=say("command-chat-private"),
        fresh=say("command-chat-fresh"),
    )
    async def chat(
        self,
        interaction: discord.Interaction,
        msg: app_commands.Range[str, 1, LONGEST_QUESTION],
        attachment: discord.Attachment | None = None,
        model: app_commands.Range[str, 1, LONGEST_MODEL] | None = None,
        private: bool = False,
        fresh: bool = False,
    ) -> None:
        """Queue a question."""
        text = said(msg)
        if not text:
            await interaction.response.send_message(say("chat-empty"), ephemeral=True)
            return
        conversation = conversation_of(
            interaction.guild_id,
            interaction.channel_id or 0,
            interaction.user.id,
            private=private,
        )
        attachments = [attachment] if attachment else []
        question = Question(
            text=text,
            files=names_of(attachments),
            model=clean(model or "").strip() or None,
            conversation=conversation,
            anew=fresh,
        )
        services = self._services
        await services.intake.command(
            interaction,
            services.kind(Chat),
            question,
            private=private,
            inputs=self._files.inputs(attachments),
            fresh=fresh,
        )

    @chat.autocomplete("model")
    async def _models(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """What the provider offers; whoever knows another name may type it."""
        known = await self._services.kind(Chat).models.known()
        wanted = typed.strip().lower()
        fitting = [name for name in known if wanted in name.lower() and len(name) <= LONGEST_MODEL]
        return [app_commands.Choice(name=name, value=name) for name in fitting[:MOST_CHOICES]]

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Queue a question that was put by mentioning the bot, replying to it, or directly."""
        if not is_question(message):
            return
        about_message(message)
        text = said(words(message))
        if not text and not message.attachments:
            sentence = say("chat-empty") if is_readable(message) else say("chat-unreadable")
            await self._services.intake.tell(message, sentence)
            return
        guild = message.guild.id if message.guild else None
        channel, person = message.channel.id, message.author.id
        after, quoted = replied_to(message)
        question = Question(
            text=text or say("chat-only-files"),
            files=names_of(message.attachments),
            conversation=conversation_of(guild, channel, person, private=False),
            after=after,
            quoted=clean(quoted),
        )
        await self._services.intake.mention(
            message,
            self._services.kind(Chat),
            question,
            inputs=self._files.inputs(message.attachments),
        )


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    await client.add_cog(ChatCog(client.services))
