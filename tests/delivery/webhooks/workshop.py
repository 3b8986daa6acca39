"""A queue whose work does what the test says, with the outboxes that tell programs of it."""

import asyncio
from dataclasses import dataclass

from bot.delivery.target import Sealer
from bot.delivery.webhooks.assembly import Webhooks
from bot.delivery.webhooks.closed import closed_session
from bot.delivery.webhooks.directory import WebhookSettings
from bot.delivery.webhooks.outbox import WebhookOutbox
from bot.queue.deliveries import Delivery, Way
from bot.queue.job import Clock, Job
from bot.queue.job_queue import JobQueue
from bot.queue.options import QueueOptions
from bot.queue.retry import RetryPolicy
from bot.queue.store.base import Store
from bot.queue.worker import WorkerOptions
from tests.delivery.webhooks.receiver import GUARD_S, SECRET
from tests.queue.kinds import Text, Work
from tests.queue.watching import Diary

KEY = "the key of these tests, long enough"
GUILD, ADMIN = 81384788765712384, 5

OPEN = WebhookSettings(secrets=(SECRET,), base_delay_s=1, max_delay_s=30, allow_private=True)
"""Receivers of tests are on this machine."""


@dataclass
class Workshop:
    """One process's parts. Nothing is told but by `tell`, unless its outboxes run."""

    store: Store
    offset: Clock
    settings: WebhookSettings = OPEN
    kind: Work | None = None

    async def open(self) -> "Workshop":
        self.sealer = Sealer(KEY)
        self.session = closed_session(allow_private=self.settings.allow_private)
        hooks = Webhooks(self.settings, self.session, self.store, self.sealer, self.offset)
        worker = WorkerOptions({"work": 8}, retry=RetryPolicy(base_s=0))
        self.queue = JobQueue(self.store, QueueOptions(worker, webhooks=hooks.owed), self.offset)
        self.work = self.kind or Work()
        self.queue.register(self.work)
        self.diary = Diary(self.queue)
        self.outbox, self.beside = hooks.outboxes(self.queue)
        self.desk = hooks.desk(self.queue, self.outbox)
        self.guilds = hooks.guilds
        self._duties: list[asyncio.Task[None]] = []
        await self.queue.start()
        return self

    def run(self, outbox: WebhookOutbox | None = None) -> None:
        """Tell by itself from now on."""
        self._duties.append(asyncio.create_task((outbox or self.outbox).run()))

    async def close(self) -> None:
        await self.outbox.stop(0)
        await self.beside.stop(0)
        for duty in self._duties:
            duty.cancel()
        await asyncio.gather(*self._duties, return_exceptions=True)
        await self.queue.stop(0)
        await self.session.close()

    async def do(self, text="done", guild: int | None = None, **more) -> Job:
        """Have a job done; the job at its end."""
        asked = await self.queue.enqueue(self.work, Text(text=text), guild=guild, **more)
        return await self.ended(asked.job.id)

    async def ended(self, job_id: str) -> Job:
        async with asyncio.timeout(GUARD_S):
            while (job := await self.queue.get(job_id)).finished_at is None:
                await self.diary.next()
        return job

    async def tell(self) -> None:
        """Tell everything that is due."""
        await self.outbox.stop(GUARD_S)

    async def deliveries(self, job: Job) -> list[Delivery]:
        owed = await (await self.queue.store_of(job.id)).deliveries(job.id)
        return [one for one in owed if one.way is Way.WEBHOOK]

    async def delivery(self, job: Job) -> Delivery:
        """The only one."""
        (delivery,) = await self.deliveries(job)
        return delivery

    async def alerts(self, guild=GUILD) -> list[str]:
        return [one.text for one in await self.store.entries(f"alerts {guild}")]
