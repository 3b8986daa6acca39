"""The first response to a command or a press, inside Discord's 3 s: whether it was heard is found
out by saying it again.
"""

import logging

import discord

from bot.delivery.discord_calls import NOBODY, NotAcceptable, NotNow, Refusal, WayClosed, refusals
from bot.ui.post import Post

logger = logging.getLogger(__name__)

ALREADY_ACKNOWLEDGED = 40060
"""Discord's code for a second first response."""


async def defer(interaction: discord.Interaction, *, private: bool) -> bool:
    """Whether the person sees that an answer is coming."""
    for _ in range(2):  # the second try tells whether the first was heard
        try:
            with refusals():
                await interaction.response.defer(ephemeral=private, thinking=True)
        except NotNow as refusal:
            logger.info("a deferral is uncertain: %s", refusal)
        except Refusal as refusal:
            logger.info("a command could not be deferred: %s", refusal)
            return refusal.code == ALREADY_ACKNOWLEDGED
        else:
            return True
    return False


async def respond(interaction: discord.Interaction, post: Post, *, private: bool) -> int | None:
    """Say this; its message's id, where Discord tells it. Raises `Refusal`: `WayClosed` if nobody
    heard it, `NotNow` if that is not certain.
    """
    try:
        return await _respond_once(interaction, post, private=private)
    except NotNow as refusal:
        logger.info("a ticket is uncertain: %s", refusal)
    try:  # the second try tells whether the first was heard
        return await _respond_once(interaction, post, private=private)
    except WayClosed as closed:
        raise NotNow(f"the first try may have been heard: {closed}") from closed


async def _respond_once(
    interaction: discord.Interaction, post: Post, *, private: bool
) -> int | None:
    try:
        with refusals():
            response = await interaction.response.send_message(
                embed=post.embed or discord.utils.MISSING,
                view=post.view(),
                ephemeral=private,
                allowed_mentions=NOBODY,
            )
    except NotAcceptable as refusal:
        if refusal.code == ALREADY_ACKNOWLEDGED:  # an earlier try was heard after all
            return None
        raise
    return response.message_id
