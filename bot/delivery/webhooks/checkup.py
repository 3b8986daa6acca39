"""Whether the programs that are set as webhooks can be told of jobs: what `main.py doctor` and
`/setup check` say of them. Nothing is called for it: `/admin webhook test` does that.
"""

from dataclasses import dataclass

from bot.delivery.target import SealBroken
from bot.delivery.webhooks.hook import NotCallable, check_url, host_of
from bot.delivery.webhooks.outbox import Parts
from bot.operation.finding import Finding
from bot.queue.errors import StoreError
from bot.texts import say


@dataclass(frozen=True, slots=True)
class WebhookCheckup:
    """Each of its looks finds nothing where no webhook is set, or the store is away."""

    parts: Parts

    async def of_guild(self, guild: int) -> list[Finding]:
        """The webhook that its administrators have set."""
        try:
            kept = await self.parts.directory.guilds.get(guild)
            if kept is None:
                return []
            return [await self._judged(guild, kept.url, kept.off, "/admin webhook set")]
        except SealBroken:
            return [Finding(False, say("failure-seal"))]
        except StoreError:  # of which the queue's own finding tells
            return []

    async def of_settings(self) -> list[Finding]:
        """The webhook of the settings."""
        url = self.parts.settings.url
        if url is None:
            return []
        try:
            off = await self.parts.directory.why_off(url)
            return [await self._judged(None, url, off, "WEBHOOK_URL")]
        except StoreError:
            return []

    async def _judged(self, guild: int | None, url: str, off: str, setting: str) -> Finding:
        host = host_of(url)
        if off:
            return Finding(False, say("ready-webhook-off", host=host, why=off, setting=setting))
        try:
            check_url(url, allow_private=self.parts.settings.allow_private)
        except NotCallable as fault:
            why = str(fault)
            return Finding(False, say("ready-webhook-refused", host=host, why=why, setting=setting))
        last = await self.parts.journal.lines(guild, 1)
        if last and last[0].fault and last[0].host == host:
            return Finding(None, say("ready-webhook-failing", host=host, fault=last[0].fault))
        return Finding(True, say("ready-webhook", host=host))
