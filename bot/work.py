"""All kinds of work, each with what it needs, and what goes on beside them."""

import logging
import time
from collections.abc import Coroutine

import aiohttp
import discord

from bot.configured import chat_provider_of, exports_folder_of, image_provider_of
from bot.jobs.bulk_role.kind import BulkRole
from bot.jobs.chat import Chat
from bot.jobs.export import Export
from bot.jobs.exporting.leftovers import Leftovers
from bot.jobs.image import Drawing
from bot.jobs.member_activity import MemberActivity
from bot.jobs.memory import Memory
from bot.jobs.prompts import Prompts
from bot.jobs.recollection import Recollection
from bot.queue.job_queue import JobQueue
from config.settings import Settings, SqliteDatabase

logger = logging.getLogger(__name__)


class Work:
    """Registers every kind with the queue. `outside` is the session for addresses that a provider
    names; both sessions stay the caller's to close.
    """

    def __init__(
        self,
        settings: Settings,
        session: aiohttp.ClientSession,
        outside: aiohttp.ClientSession,
        client: discord.Client,
        queue: JobQueue,
    ) -> None:
        exports = exports_folder_of(settings)
        self._is_lasting = isinstance(settings.queue.database_url, SqliteDatabase)
        self._memory = Memory(queue.store, time.time)
        self._leftovers = Leftovers(exports, Export.name, queue)
        queue.events.subscribe(self._leftovers.hear)
        self._chats = chat_provider_of(settings, session)
        recollection = Recollection(queue, self._memory, Chat.name)
        prompts, inputs = Prompts(queue.store), queue.inputs
        for kind in (
            Chat(self._chats, prompts=prompts, recollection=recollection, inputs=inputs),
            Drawing(image_provider_of(settings, session, outside), inputs),
            MemberActivity(client, queue.store, time.time),
            BulkRole(client, inputs),
            Export(client, exports),
        ):
            queue.register(kind)

    def introduce(self) -> None:
        """Say in the log what answers."""
        logger.info(self._chats.describe())

    def duties(self) -> list[Coroutine[None, None, None]]:
        """What goes on until it is cancelled: memories fade, and leftovers are taken away."""
        return [self._memory.run(), self._leftovers.run()]

    async def aclose(self) -> None:
        """End what the kinds of work have started, once nothing runs any more."""
        if not self._is_lasting:
            await self._leftovers.clear()
        await self._chats.aclose()
