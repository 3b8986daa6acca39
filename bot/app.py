"""The one place where the parts are put together, opened and closed in order."""

import asyncio
import logging
import signal
import time
from collections.abc import Coroutine

import aiohttp

from bot.client import Conveyor
from bot.configured import options_of, sealer_of, store_of, webhook_settings_of
from bot.connection import log_in, stay_connected
from bot.delivery.acknowledging import Acknowledging
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
from bot.delivery.tickets import Tickets
from bot.delivery.webhooks.assembly import Webhooks
from bot.delivery.webhooks.closed import closed_session
from bot.garbage import spare_the_collector
from bot.jobs.tokens.quota import Quota
from bot.operation import pulse, readiness, systemd
from bot.operation.job_log import log_jobs
from bot.queue.job_queue import JobQueue
from bot.queue.worker import YIELD_S
from bot.services import Services
from bot.work import Work
from config.redaction import Redactor
from config.settings import Settings

logger = logging.getLogger(__name__)

SHARE_FOR_JOBS = 0.7
"""How much of the grace period running jobs get; the rest is for bringing their results."""


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
        self._work = Work(settings, session, webhook_session, self.client, self.queue)
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
        acknowledging = Acknowledging(self.queue, calls, self._tickets, outbox, degraded)
        intake = Intake(self.queue, calls, acknowledging, sealer, failures)
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
        self._work.introduce()
        systemd.tell(systemd.READY)
        alive = asyncio.create_task(systemd.keep_alive())
        try:
            async with self.client, pulse.answering(self._pulse_folder, self._report):
                await self._run(stop)
        finally:
            await self.queue.stop(0)
            await self._work.aclose()
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
        spare_the_collector()
        await self.queue.start()
        running = [
            self._tickets.run(),
            self._alerts.run(),
            self._expiry.run(),
            self._quota.run(),
            self.client.command_sync.run(),
            *self._work.duties(),
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
