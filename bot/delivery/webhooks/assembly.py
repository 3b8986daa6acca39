"""The parts of webhooks, put together once for a process."""

import aiohttp

from bot.delivery.target import Sealer
from bot.delivery.webhooks.call import Caller
from bot.delivery.webhooks.checkup import WebhookCheckup
from bot.delivery.webhooks.desk import WebhookDesk
from bot.delivery.webhooks.directory import Directory, WebhookSettings
from bot.delivery.webhooks.guild_hooks import GuildHooks
from bot.delivery.webhooks.hosts import Hosts
from bot.delivery.webhooks.journal import Journal
from bot.delivery.webhooks.outbox import Parts, WebhookOutbox
from bot.queue.job import Clock
from bot.queue.job_queue import JobQueue
from bot.queue.store.base import Store
from bot.queue.webhook import OwesWebhooks


class Webhooks:
    """`owed` goes into the options of the queue, which then has outboxes and a desk.

    `session` is a closed one, and stays the caller's to close.
    """

    def __init__(
        self,
        settings: WebhookSettings,
        session: aiohttp.ClientSession,
        store: Store,
        sealer: Sealer,
        clock: Clock,
    ) -> None:
        self.guilds = GuildHooks(store, sealer, clock, allow_private=settings.allow_private)
        directory = Directory(settings, self.guilds, store, sealer, clock)
        caller = Caller(session, clock, settings.allow_private)
        self._parts = Parts(directory, caller, Journal(store, clock), Hosts(), settings)
        self._clock = clock
        self.owed: OwesWebhooks = directory.owed

    def outboxes(self, queue: JobQueue) -> tuple[WebhookOutbox, WebhookOutbox]:
        """Those of the queue's store, and of what runs without it."""
        stored, beside = (
            WebhookOutbox(queue, store, self._parts, self._clock)
            for store in (queue.store, queue.degraded.store)
        )
        return stored, beside

    def checkup(self) -> WebhookCheckup:
        """What tells whether they can be called."""
        return WebhookCheckup(self._parts)

    def desk(self, queue: JobQueue, outbox: WebhookOutbox) -> WebhookDesk:
        """What administrators call; `outbox` is told when something is due again."""
        return WebhookDesk(queue, self._parts, self._clock, outbox.poke)
