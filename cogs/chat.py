"""`/chat`, and talking to the bot by mentioning it."""

import re

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Conveyor
from bot.delivery.ladder import nonce_of
from bot.jobs.chat import Question
from bot.operation.log_context import about_message
from bot.services import Services
from bot.texts import say
from bot.ui.text import clean

LONGEST_QUESTION = 6000
"""Characters; what Discord lets a text option hold."""


class ChatCog(commands.Cog):
    """Turns questions into chat jobs."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name="chat", description=say("command-chat"))
    @app_commands.describe(
        msg=say("command-chat-msg"),
        model=say("command-chat-model"),
        private=say("command-chat-private"),
    )
    async def chat(
        self,
        interaction: discord.Interaction,
        msg: app_commands.Range[str, 1, LONGEST_QUESTION],
        model: app_commands.Range[str, 1, 100] | None = None,
        private: bool = False,
    ) -> None:
        """Queue a question."""
        text = clean(msg).strip()
        if not text:
            await interaction.response.send_message(say("chat-empty"), ephemeral=True)
            return
        question = Question(text=text, model=clean(model or "").strip() or None)
        services = self._services
        await services.intake.command(interaction, services.kinds.chat, question, private=private)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Queue a question that was put by mentioning the bot (or directly to it)."""
        if not _is_question(message):
            return
        about_message(message)
        text = clean(_without_mention(message)).strip()
        if not text:
            nonce = nonce_of(f"empty:{message.id}")
            await message.reply(say("chat-empty"), mention_author=False, nonce=nonce)
            return
        services = self._services
        await services.intake.mention(message, services.kinds.chat, Question(text=text))


def _is_question(message: discord.Message) -> bool:
    me = message.guild.me if message.guild else message.channel.me  # type: ignore[union-attr]
    if message.author.bot or message.is_system() or me is None:
        return False
    return message.guild is None or me in message.mentions


def _without_mention(message: discord.Message) -> str:
    me = message.guild.me.id if message.guild else 0
    return re.sub(rf"<@!?{me}>", "", message.content)


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    await client.add_cog(ChatCog(client.services))
