"""What administrators do with their server's webhook."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.delivery.webhooks.body import body
from bot.delivery.webhooks.call import Answer
from bot.delivery.webhooks.checkup import WebhookCheckup
from bot.delivery.webhooks.directory import Debt
from bot.delivery.webhooks.guild_hooks import GuildHook
from bot.delivery.webhooks.journal import Line
from bot.delivery.webhooks.outbox import Parts
from bot.queue.deliveries import Again, Way
from bot.queue.errors import TaskNotFoundError
from bot.queue.ids import new_id
from bot.queue.job import Clock, Job
from bot.queue.job_queue import JobQueue
from bot.queue.states import State
from bot.queue.store.base import SettleDelivery

TEST = "webhook_test"
"""The type of the job that a test tells of, which never was."""


@dataclass(frozen=True, slots=True)
class WebhookDesk:
    """Every call may raise `StoreError`, and `SealBroken` where a webhook must be read."""

    queue: JobQueue
    parts: Parts
    clock: Clock
    poke: Callable[[], None]

    async def set(self, guild: int, url: str, events: Sequence[str], by: int) -> GuildHook:
        """Set it; its new secret is told now and never again. Raises `NotCallable`."""
        return await self.parts.directory.guilds.set(guild, url, events, by)

    async def show(self, guild: int) -> GuildHook | None:
        """The one that is set."""
        return await self.parts.directory.guilds.get(guild)

    async def remove(self, guild: int) -> None:
        """Tell it nothing more, not even what is owed already."""
        await self.parts.directory.guilds.remove(guild)

    async def log(self, guild: int | None, limit: int) -> list[Line]:
        """The last tries for a server, newest first; None: for the webhook of the settings."""
        return await self.parts.journal.lines(guild, limit)

    @property
    def checkup(self) -> WebhookCheckup:
        """What tells whether webhooks can be called."""
        return WebhookCheckup(self.parts)

    async def test(self, guild: int, by: int) -> Answer | None:
        """Tell it of a job that never was, now and once; None: there is no webhook."""
        kept = await self.show(guild)
        if kept is None:
            return None
        now = self.clock()
        job = Job(new_id(), TEST, "", "{}", State.COMPLETED, owner=by, guild=guild)
        job = job._replace(created_at=now, started_at=now, finished_at=now, attempt=1)
        said = body(job, self.queue.registry, private=True)
        return await self.parts.caller.call(kept.hook(now), f"msg_test_{job.id}", said)

    async def redeliver(self, guild: int, job_id: str) -> int:
        """Tell a finished job's webhooks once more, those of the settings aside; how many are.

        Raises `TaskNotFoundError`, also for a job of another server.
        """
        job = await self.queue.get(job_id)
        if job.guild != guild:
            raise TaskNotFoundError(job_id)
        store = await self.queue.store_of(job_id)
        owed = [one for one in await store.deliveries(job_id) if one.way is Way.WEBHOOK]
        again = [
            SettleDelivery(one.id, None, Again())
            for one in owed
            if one.is_over and Debt.model_validate_json(one.target).to != "settings"
        ]
        due = sum(await store.deliveries_settle(again))
        self.poke()
        return due
