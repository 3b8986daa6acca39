"""Which programs are told of a job, and where each of them is when its news is due.

A job's own webhook is stored with it, sealed. Those of its server and of the bot's settings are
references: a change of address or secret holds for what is owed already, and a removal ends it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.delivery.target import Sealer
from bot.delivery.webhooks.body import STATUS
from bot.delivery.webhooks.guild_hooks import GuildHooks
from bot.delivery.webhooks.hook import Hook, NotCallable, check
from bot.queue.deliveries import NewDelivery, Way
from bot.queue.errors import StoreError
from bot.queue.job import Clock, Job
from bot.queue.store.base import Records
from bot.queue.webhook import WebhookTarget
from bot.texts import say

SETTINGS_SCOPE, OFF = "webhook", "off"
"""The note of a webhook of the settings that was switched off."""


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """`WEBHOOK_*` in the bot's words; `secrets` sign for jobs that bring none of their own, too."""

    url: str | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    most_tries: int = 3
    base_delay_s: float = 1.0
    max_delay_s: float = 30.0
    allow_private: bool = False


class Debt(BaseModel):
    """What is stored as a delivery's target. Of `private` jobs, results are told only to `job`."""

    model_config = ConfigDict(frozen=True)

    to: Literal["job", "guild", "settings"]
    private: bool = False
    sealed: str | None = None


class NobodyThere(Exception):
    """What is owed cannot be told any more; the text says why."""


class Directory:
    """Finds webhooks. `owed` is what a queue's options take."""

    def __init__(
        self,
        settings: WebhookSettings,
        guilds: GuildHooks,
        records: Records,
        sealer: Sealer,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._records = records
        self._sealer = sealer
        self._clock = clock
        self.guilds = guilds

    async def owed(
        self, job: Job, own: WebhookTarget | None, *, private: bool
    ) -> Sequence[NewDelivery]:
        """See `OwesWebhooks`."""
        debts = []
        if own is not None:
            sealed = self._sealer.seal_text(self._own(own).model_dump_json())
            debts.append(Debt(to="job", sealed=sealed))
        if job.guild is not None and await self.guilds.may_have_one(job.guild):
            debts.append(Debt(to="guild", private=private))
        if self._settings.url is not None:
            debts.append(Debt(to="settings", private=private))
        return [
            NewDelivery(one.model_dump_json(exclude_defaults=True), way=Way.WEBHOOK)
            for one in debts
        ]

    def _own(self, target: WebhookTarget) -> Hook:
        check(target, allow_private=self._settings.allow_private)
        secrets = self._settings.secrets if target.secret is None else (target.secret,)
        if not secrets:
            raise NotCallable(say("webhook-unsigned"))
        return Hook(
            id="",
            url=target.url,
            secrets=() if target.secret is None else secrets,
            headers=dict(target.headers),
            method=target.method,
            timeout_s=target.timeout,
        )

    async def find(self, debt: Debt, job: Job) -> Hook:
        """The webhook as it is now. Raises `NobodyThere`, `SealBroken` or `StoreError`."""
        match debt.to:
            case "job":
                return self._opened(debt.sealed or "")
            case "guild":
                return await self._of_guild(job)
            case "settings":
                return await self._of_settings()

    def _opened(self, sealed: str) -> Hook:
        hook = Hook.model_validate_json(self._sealer.open_text(sealed))
        secrets = hook.secrets or self._settings.secrets
        if not secrets:
            raise NobodyThere("WEBHOOK_SECRET was removed, and this webhook has no secret")
        return hook.model_copy(update={"secrets": secrets})

    async def _of_guild(self, job: Job) -> Hook:
        kept = None if job.guild is None else await self.guilds.get_or_last(job.guild)
        if kept is None:
            raise NobodyThere("the server has no webhook any more")
        if kept.off:
            raise NobodyThere(f"the server's webhook is switched off: {kept.off}")
        if STATUS[job.state] not in kept.events:
            raise NobodyThere(f"the server's webhook is not told of {STATUS[job.state]} jobs")
        return kept.hook(self._clock())

    async def _of_settings(self) -> Hook:
        url = self._settings.url
        if url is None:
            raise NobodyThere("WEBHOOK_URL was removed")
        if why := await self.why_off(url):
            raise NobodyThere(f"the webhook of WEBHOOK_URL is switched off: {why}")
        return Hook(id=_id_of(url), url=url, secrets=self._settings.secrets)

    async def why_off(self, url: str) -> str:
        """Why the webhook of the settings is called no more at this address; empty: it is."""
        off_id, _, why = (await self._off_note()).partition(" ")
        return why if off_id == _id_of(url) else ""

    async def _off_note(self) -> str:
        try:
            return (await self._records.notes(SETTINGS_SCOPE)).get(OFF, "")
        except StoreError:  # while the store is away, programs are told all the same
            return ""

    async def switch_off(self, debt: Debt, job: Job, hook: Hook, why: str) -> None:
        """Its receiver wants no more. Raises `StoreError`."""
        if debt.to == "guild" and job.guild is not None:
            await self.guilds.switch_off(job.guild, hook.id, why)
        elif debt.to == "settings":
            await self._records.note(SETTINGS_SCOPE, OFF, f"{hook.id} {why}")


def _id_of(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()
