"""Takes an answer back, with its job and whatever is kept of it: whoever asked for it at once, an
administrator after a question.
"""

import re

import discord

from bot.client import Conveyor
from bot.delivery.administration.audit import Audit, Deed
from bot.delivery.discord_calls import refusals
from bot.delivery.failures.sentences import NotTheirs, Stale
from bot.delivery.person import Person, person_of
from bot.delivery.presses import edit_of, whisper_of
from bot.delivery.sight import NotAllowed
from bot.delivery.taking_back import take_back
from bot.jobs.chat import DELETE, Chat
from bot.queue.deliveries import Way
from bot.queue.job import Job
from bot.services import Services
from bot.texts import say
from bot.ui.admin_jobs import asked_to_confirm
from bot.ui.buttons import reply_id
from bot.ui.post import Post

SURELY = f"{DELETE}-surely"

_LINK = re.compile(r"channels/(?:\d+|@me)/(\d+)/(\d+)")


class ChatDelete:
    """What the button does, and the one that confirms it. Both raise `NotAllowed`, `Refusal` or
    `QueueError`.
    """

    def __init__(self, services: Services) -> None:
        self._chat = services.kind(Chat)
        self._queue = services.queue
        self._audit = Audit(services.queue.store)

    async def press(self, interaction: discord.Interaction, job: Job) -> None:
        """Take the answer back, from where it is seen and from what is kept; or ask. Of a copy the
        answer is only forgotten: its job stays for those who see it.
        """
        message, person = interaction.message, person_of(interaction)
        if message is None:
            raise Stale
        is_copy = message.flags.ephemeral and not job.private
        if person.id != job.owner:
            _check_administrator(person, job)
            if is_copy:
                raise NotAllowed(say("chat-delete-there"))
            await interaction.response.defer()
            await whisper_of(interaction)(_question(message, job))
            return
        await interaction.response.defer()
        await self._chat.forget(job)
        await take_back(message, interaction.delete_original_response)
        if is_copy:
            await whisper_of(interaction)(Post(say("chat-deleted-copy")))
        else:
            await self._leave_nothing(job)

    async def confirm(self, interaction: discord.Interaction, job: Job) -> None:
        """Take somebody else's answer back, and write that down."""
        person = person_of(interaction)
        _check_administrator(person, job)
        await interaction.response.defer()
        with refusals():
            message = await _asked_about(interaction)
        await self._chat.forget(job)
        await self._audit.record(person, Deed.DELETED, job.id)
        await take_back(message, message.delete)
        await self._leave_nothing(job)
        await edit_of(interaction)(Post(say("chat-deleted")))

    async def _leave_nothing(self, job: Job) -> None:
        """Remove the job and its result, unless a program is still owed it."""
        owed = await (await self._queue.store_of(job.id)).deliveries(job.id)
        if all(one.is_over for one in owed if one.way is Way.WEBHOOK):
            await self._queue.delete(job.id, recall=True)


def _check_administrator(person: Person, job: Job) -> None:
    if not person.administers(job.guild):
        raise NotTheirs


def _question(message: discord.Message, job: Job) -> Post:
    said = say("chat-delete-ask", link=message.jump_url, owner=f"<@{job.owner}>")
    return asked_to_confirm(said, reply_id(SURELY, job.id), "adm:keep:")


async def _asked_about(interaction: discord.Interaction) -> discord.Message:
    """The answer to which the question links, as Discord's server kept it."""
    embeds = interaction.message.embeds if interaction.message else []
    found = _LINK.search(embeds[0].description or "") if embeds else None
    if found is None:
        raise Stale
    channel = interaction.client.get_partial_messageable(
        int(found[1]), guild_id=interaction.guild_id
    )
    return await channel.fetch_message(int(found[2]))


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    deleting = ChatDelete(client.services)
    client.on_press(DELETE, deleting.press)
    client.on_press(SURELY, deleting.confirm)
