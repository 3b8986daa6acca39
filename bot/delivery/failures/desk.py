"""Whoever asked for something that failed reads one sentence with a reference, wherever they are:
never a trace, never silence.
"""

import logging

import discord
from discord import app_commands

from bot.delivery.discord_calls import NOBODY, Refusal, refusals
from bot.delivery.failures.book import Asked, Failure, FailureBook
from bot.delivery.failures.sentences import unwrapped
from bot.delivery.first_response import ALREADY_ACKNOWLEDGED
from bot.texts import say
from bot.ui.text import shorten

logger = logging.getLogger(__name__)

LONGEST_CHOICE = 100
"""Characters (Discord's documentation on autocomplete)."""


class FailureDesk:
    """Tells people first and writes down second: Discord gives an answer three seconds."""

    def __init__(self, book: FailureBook) -> None:
        self.book = book

    async def tell(
        self, interaction: discord.Interaction, error: BaseException, where: str, job: str = ""
    ) -> None:
        """Answer this interaction, in whatever state it is.

        Discord may tell of the same one twice: the second finds it answered, and says nothing.
        """
        if _is_acknowledged(unwrapped(error)):
            logger.info("%s was told of twice", where)
            return
        asked = Asked(where, interaction.user.id, interaction.guild_id, job)
        failure, is_new = self.book.note(error, asked)
        try:
            with refusals():
                if interaction.type is discord.InteractionType.autocomplete:
                    await _offer(interaction, failure)
                else:
                    await _answer(interaction, _text(failure))
        except Refusal as refusal:
            logger.info("the sentence of %s could not be told: %s", failure.id, refusal)
        if is_new:
            await self.book.keep(failure)

    async def sentence(self, error: BaseException, asked: Asked) -> str:
        """What to say to somebody who did not use an interaction."""
        failure, is_new = self.book.note(error, asked)
        if is_new:
            await self.book.keep(failure)
        return _text(failure)


def where_of(interaction: discord.Interaction) -> str:
    """What was used, as a person would name it."""
    data = dict(interaction.data or {})
    name = str(data.get("custom_id") or data.get("name") or "?")
    match interaction.type:
        case discord.InteractionType.component:
            return f"button {name}"
        case discord.InteractionType.modal_submit:
            return f"form {name}"
        case discord.InteractionType.autocomplete:
            return f"choices of /{_command(interaction, name)}"
        case _:
            return f"/{_command(interaction, name)}"


def _command(interaction: discord.Interaction, name: str) -> str:
    return interaction.command.qualified_name if interaction.command else name


def _text(failure: Failure) -> str:
    return f"{failure.told}\n{say('failure-reference', id=failure.id)}"


async def _answer(interaction: discord.Interaction, text: str) -> None:
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True, allowed_mentions=NOBODY)
        return
    try:
        await interaction.response.send_message(text, ephemeral=True, allowed_mentions=NOBODY)
    except discord.HTTPException as error:
        if not _is_acknowledged(error):
            raise
        # heard after all, or told of twice: it may say so more than once
        await interaction.edit_original_response(content=text, allowed_mentions=NOBODY)


def _is_acknowledged(error: BaseException) -> bool:
    cause = error.__cause__ if isinstance(error, Refusal) else error
    return isinstance(cause, discord.HTTPException) and cause.code == ALREADY_ACKNOWLEDGED


async def _offer(interaction: discord.Interaction, failure: Failure) -> None:
    """A choice that says so, and puts back what was typed."""
    if interaction.response.is_done():
        return
    typed = _typed(interaction.data or {})
    choices = []
    if typed is not None:
        name = shorten(say("failure-choices"), LONGEST_CHOICE)
        choices = [app_commands.Choice(name=name, value=typed[:LONGEST_CHOICE] or failure.id)]
    await interaction.response.autocomplete(choices)


def _typed(data: object) -> str | None:
    """What stands in the focused option; None if it does not take a text."""
    for option in data.get("options", []) if isinstance(data, dict) else []:
        if option.get("focused"):
            return str(option["value"]) if option.get("type") == STRING else None
        if (typed := _typed(option)) is not None:
            return typed
    return None


STRING = discord.AppCommandOptionType.string.value
