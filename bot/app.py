"""The one place where the parts are put together, opened and closed in order."""

import asyncio
import gc
import logging
import os
import signal
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path

import aiohttp

from bot.client import Conveyor
from bot.connection import log_in, stay_connected
from bot.delivery.actions import Actions
from bot.delivery.administration.alerts import Alerts
from bot.delivery.administration.assembly import admin_desk
from bot.delivery.budget.edit_budget import EditBudget
from bot.delivery.discord_calls import DiscordCalls
from bot.delivery.expiry import Expiry
from bot.delivery.failures.book import FailureBook
from bot.delivery.failures.desk import FailureDesk
from bot.delivery.intake import Intake
from bot.delivery.outbox import Outbox
from bot.delivery.rounds import Rounds
from bot.delivery.showing import Showing
from bot.delivery.target import Sealer
from bot.delivery.tickets import Tickets
from bot.delivery.webhooks.assembly import Webhooks
from bot.delivery.webhooks.closed import closed_session
from bot.delivery.webhooks.directory import WebhookSettings
from bot.jobs.bulk_role.kind import BulkRole
from bot.jobs.chat import Chat
from bot.jobs.export import Export
from bot.jobs.exporting.leftovers import Leftovers
from bot.jobs.image import Drawing
from bot.jobs.member_activity import MemberActivity
from bot.jobs.memory import Memory
from bot.jobs.prompts import Prompts
from bot.jobs.recollection import Recollection
from bot.jobs.tokens.quota import Quota
from bot.operation import pulse, readiness, systemd
from bot.operation.job_log import log_jobs
from bot.operation.log_context import about_job
from bot.providers.built_in import BuiltIn
from bot.providers.chat import ChatProvider
from bot.providers.image import ImageProvider
from bot.providers.local.model import LocalModel, find_model
from bot.providers.openai_compatible import OpenAICompatible
from bot.providers.openai_images import OpenAIImages
from bot.providers.renderer import Renderer
from bot.queue.gate import Gate
from bot.queue.job_queue import JobQueue
from bot.queue.options import QueueOptions
from bot.queue.retention import Retention
from bot.queue.retry import RetryPolicy
from bot.queue.store.base import Limits, Store
from bot.queue.store.memory import MemoryStore
from bot.queue.store.sqlite import SqliteStore
from bot.queue.webhook import OwesWebhooks
from bot.queue.worker import YIELD_S, WorkerOptions
from bot.services import Services
from config.redaction import Redactor
from config.settings import Settings, SqliteDatabase

logger = logging.getLogger(__name__)

OBJECTS_BETWEEN_COLLECTIONS = 10_000
"""New objects after which the collector looks for cycles; one command makes some hundreds."""

SHARE_FOR_JOBS = 0.7
"""How much of the grace period running jobs get; the rest is for bringing their results."""


def store_of(settings: Settings) -> Store:
    """The store that the settings name, not yet open."""
    database = settings.queue.database_url
    return SqliteStore(database.path) if isinstance(database, SqliteDatabase) else MemoryStore()


def chat_provider_of(settings: Settings, session: aiohttp.ClientSession) -> ChatProvider:
    """The server that the settings name, else the extra's model, else the built-in responder."""
    chat = settings.chat
    if chat.base_url is not None:
        return OpenAICompatible(session, chat.base_url, api_key=chat.api_key, model=chat.model)
    model_file = find_model()
    return BuiltIn() if model_file is None else LocalModel(session, model_file, BuiltIn())


def image_provider_of(
    settings: Settings, session: aiohttp.ClientSession, outside: aiohttp.ClientSession
) -> ImageProvider:
    """The server that the settings name, or the built-in renderer."""
    image = settings.image
    if image.base_url is None:
        return Renderer()
    return OpenAIImages(session, outside, image.base_url, api_key=image.api_key, model=image.model)


def sealer_of(settings: Settings) -> Sealer:
    """What encrypts under the key of the settings; they must have a token."""
    key, old = settings.encryption.key, settings.encryption.key_old
    return Sealer(
        (settings.discord.required_token() if key is None else key).get_secret_value(),
        [] if old is None else [old.get_secret_value()],
    )


def exports_folder_of(settings: Settings) -> Path:
    """Where exports lie while they are made: beside the database, for whichever process goes on."""
    database = settings.queue.database_url
    if isinstance(database, SqliteDatabase):
        return database.path.with_name(f"{database.path.name}-exports")
    return Path(tempfile.gettempdir()) / f"conveyor-{os.getpid()}-exports"


def webhook_settings_of(settings: Settings) -> WebhookSettings:
    """The settings in the webhooks' own words."""
    webhook = settings.webhook
    secrets = (webhook.secret, webhook.secret_old)
    return WebhookSettings(
        url=None if webhook.url is None else webhook.url.get_secret_value(),
        secrets=tuple(one.get_secret_value() for one in secrets if one is not None),
        most_tries=webhook.max_retries,
        base_delay_s=webhook.base_delay,
        max_delay_s=webhook.max_delay,
        allow_private=webhook.allow_private,
    )


def options_of(
    settings: Settings, webhooks: OwesWebhooks | None = None, gate: Gate | None = None
) -> QueueOptions:
    """The settings in the queue's own words."""
    queue = settings.queue
    return QueueOptions(
        worker=WorkerOptions(
            concurrency=queue.concurrency,
            lease_s=queue.visibility_timeout,
            retry=RetryPolicy(
                queue.retry_base_delay, queue.retry_backoff_multiplier, queue.max_retry_delay
            ),
            batch=queue.batch_size,
            begun=about_job,
        ),
        limits=Limits(queue.max_size, queue.max_active_per_user),
        max_attempts=queue.max_attempts,
        timeout_s=queue.job_timeout,
        max_losses=queue.max_losses,
        per_owner=queue.max_running_per_user,
        ageing_s=queue.ageing_seconds,
        cache_ttl_s=settings.cache.ttl,
        retention=Retention(
            queue.retention_completed,
            queue.retention_failed,
            queue.retention_max,
            settings.cache.max_size,
        ),
        webhooks=webhooks,
        gate=gate,
    )


class App:
    """All parts of one running bot."""

    def __init__(
        self,
        settings: Settings,
        session: aiohttp.ClientSession,
        webhook_session: aiohttp.ClientSession,
        *,
        sync_anew: bool = False,
    ) -> None:
        self._settings = settings
        self._sync_anew = sync_anew
        self._pulse_folder = pulse.folder_of(settings.queue.database_url)
        self._token = settings.discord.required_token().get_secret_value()
        discord = settings.discord
        self._budget = EditBudget(settings.progress.interval)
        self.client = Conveyor(discord.intents, discord.guilds, self._budget.trace())
        self.client.add_listener(self._budget.meet, "on_interaction")
        store, sealer = store_of(settings), sealer_of(settings)
        webhooks = Webhooks(
            webhook_settings_of(settings), webhook_session, store, sealer, time.time
        )
        self._quota = Quota(store, settings.chat.tokens_per_user_per_day, time.time)
        self.queue = JobQueue(store, options_of(settings, webhooks.owed, self._quota))
        self.queue.events.subscribe(self._quota.hear)
        log_jobs(self.queue.events)
        self._chat_provider = chat_provider_of(settings, session)
        self._memory = Memory(store, time.time)
        exports = exports_folder_of(settings)
        for kind in (
            Chat(
                self._chat_provider,
                prompts=Prompts(store),
                recollection=Recollection(self.queue, self._memory, Chat.name),
                inputs=self.queue.inputs,
            ),
            Drawing(image_provider_of(settings, session, webhook_session), self.queue.inputs),
            MemberActivity(self.client, store, time.time),
            BulkRole(self.client, self.queue.inputs),
            Export(self.client, exports),
        ):
            self.queue.register(kind)
        self._leftovers = Leftovers(exports, Export.name, self.queue)
        self.queue.events.subscribe(self._leftovers.hear)

        calls = DiscordCalls(self.client)
        self._tickets = Tickets(self.queue, calls, sealer, self._budget, time.time)
        self._expiry = Expiry(self.queue, self._tickets.addresses, time.time)
        outbox, degraded = (
            Outbox(self.queue, store, calls, self._tickets, sealer, time.time)
            for store in (self.queue.store, self.queue.degraded.store)
        )
        programs, beside = webhooks.outboxes(self.queue)
        self._outboxes: list[Rounds] = [outbox, degraded, programs, beside]
        redact = Redactor(settings.secrets()).redact
        book = FailureBook(self.queue.store, time.time, redact)
        failures = FailureDesk(book)
        intake = Intake(self.queue, calls, self._tickets, outbox, degraded, sealer, failures)
        owners = frozenset(discord.owner_ids)
        showing = Showing(self.queue, self._tickets.presenting)
        self._alerts = Alerts(self.queue, calls, time.time)
        self.services = Services(
            self.queue,
            intake,
            Actions(self.queue, self._tickets),
            showing,
            failures,
            admin_desk(
                self.queue,
                showing,
                book,
                time.time,
                owners,
                self.client.servers,
                self._quota.today,
            ),
            self._alerts,
            webhooks.desk(self.queue, programs),
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`, then end calmly.

        Raises `ExtensionFault`, `StoreError`, `TokenRefused`, `IntentsRefused` or `NotDiscord`.
        """
        await self.queue.open()
        logger.info(self._chat_provider.describe())
        systemd.tell(systemd.READY)
        alive = asyncio.create_task(systemd.keep_alive())
        try:
            async with self.client, pulse.answering(self._pulse_folder, self._report):
                await self._run(stop)
        finally:
            await self.queue.stop(0)
            if not isinstance(self._settings.queue.database_url, SqliteDatabase):
                await self._leftovers.clear()
            await self._chat_provider.aclose()
            alive.cancel()

    async def _run(self, stop: asyncio.Event) -> None:
        folder = self._settings.extensions.folder
        await self.client.load(self.services, extensions=folder, sync_anew=self._sync_anew)
        await _unless(stop, log_in(self.client, self._token, self._settings.discord.api_url))
        if not stop.is_set():
            await self._serve(stop)

    async def _report(self) -> pulse.Report:
        """What `main.py health` is told."""
        health = await self.queue.health()
        shards = self.client.shards.values()
        findings = [readiness.connection(shards), *readiness.queue(health)]
        said = tuple((one.good, one.text) for one in findings)
        return pulse.Report(alive=health.reachable, findings=said)

    async def _serve(self, stop: asyncio.Event) -> None:
        _spare_the_collector()
        await self.queue.start()
        running = [
            self._tickets.run(),
            self._alerts.run(),
            self._expiry.run(),
            self._leftovers.run(),
            self._quota.run(),
            self.client.command_sync.run(),
            self._memory.run(),
            *(outbox.run() for outbox in self._outboxes),
        ]
        duties = [duty_of(one) for one in running]
        try:
            await _unless(stop, stay_connected(self.client))
        finally:
            await self._end_calmly()
            for duty in duties:
                duty.cancel()
            await asyncio.gather(*duties, return_exceptions=True)

    async def _end_calmly(self) -> None:
        systemd.tell(systemd.STOPPING)
        grace_s = self._settings.shutdown.grace
        jobs_s = max(0.0, grace_s * SHARE_FOR_JOBS - YIELD_S)
        logger.info("ending: running jobs get up to %g s", jobs_s)
        await self.queue.stop_working(jobs_s)
        bringing_s = grace_s * (1 - SHARE_FOR_JOBS) / 2
        await asyncio.gather(*(outbox.stop(bringing_s) for outbox in self._outboxes))
        await self._budget.stop()


def duty_of(work: Coroutine[None, None, None]) -> asyncio.Task[None]:
    """Work that goes on until it is cancelled; if a fault ends it before, the log says so."""
    duty = asyncio.create_task(work)
    duty.add_done_callback(_ended)
    return duty


def _ended(duty: asyncio.Task[None]) -> None:
    error = None if duty.cancelled() else duty.exception()
    if error is not None:
        logger.critical("%r has ended: restart the bot", duty.get_coro(), exc_info=error)


def _spare_the_collector() -> None:
    """What was loaded by now lives as long as the process: the garbage collector need not look at
    it again and again (docs/decisions.md has the figure).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


async def _unless(stop: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Do the work until it ends or `stop` is set; what it raises is raised here."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    done, pending = await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    if working in done:
        working.result()


async def run_bot(settings: Settings, *, sync_anew: bool = False) -> None:
    """Run the bot until SIGTERM or SIGINT; `sync_anew`: tell Discord all commands once more."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    every = aiohttp.TCPConnector(limit=0)  # the queue's slots are the bound, not a hundred sockets
    async with (
        aiohttp.ClientSession(connector=every) as session,
        closed_session(allow_private=settings.webhook.allow_private) as webhook_session,
    ):
        await App(settings, session, webhook_session, sync_anew=sync_anew).run(stop)
