"""One call of a webhook: signed after the Standard Webhooks scheme, and bounded in every way."""

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO

import aiohttp
from standardwebhooks import Webhook
from yarl import URL

from bot.delivery.webhooks.closed import LeadsInside
from bot.delivery.webhooks.hook import Hook, NotCallable, check_url
from bot.providers.retry_after import retry_after
from bot.queue.job import Clock
from bot.texts import say

MOST_READ = 4096
"""Bytes of an answer that are read; nothing is done with them."""

GONE = 410


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one call, `ms` after it began. `fault` says why it counts as unheard.

    `status` is None if no answer came, and `silent` if time ran out on it.
    """

    status: int | None = None
    fault: str = ""
    retry_after_s: float = 0.0
    silent: bool = False
    ms: int = 0

    @property
    def heard(self) -> bool:
        """Whether the receiver has taken it."""
        return not self.fault

    @property
    def gone(self) -> bool:
        """Whether the receiver wants no more, ever."""
        return self.status == GONE


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls webhooks through a closed session."""

    session: aiohttp.ClientSession
    clock: Clock
    allow_private: bool = False

    async def call(self, hook: Hook, message_id: str, body: str) -> Answer:
        """Say it once; raises nothing."""
        began = time.monotonic()
        answer = await self._answer(hook, message_id, body)
        return replace(answer, ms=round((time.monotonic() - began) * 1000))

    async def _answer(self, hook: Hook, message_id: str, body: str) -> Answer:
        try:
            check_url(hook.url, allow_private=self.allow_private)
            status, wait_s = await self._send(hook, message_id, body)
        except (NotCallable, LeadsInside) as refusal:
            return Answer(fault=str(refusal))
        except TimeoutError:
            return Answer(fault=say("webhook-silent", seconds=hook.timeout_s), silent=True)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Answer(fault=say("webhook-unreachable", error=type(error).__name__))
        if 200 <= status < 300:
            return Answer(status)
        return Answer(status, say("webhook-refused", status=str(status)), wait_s)

    async def _send(self, hook: Hook, message_id: str, body: str) -> tuple[int, float]:
        """Status, and the seconds after which the receiver wants to be asked again."""
        now = datetime.fromtimestamp(self.clock(), UTC)
        async with self.session.request(
            hook.method,
            URL(hook.url),
            data=BytesIO(body.encode()),
            headers={**hook.headers, **_headers(hook, message_id, body, now)},
            timeout=aiohttp.ClientTimeout(total=hook.timeout_s),
            allow_redirects=False,
        ) as response:
            wait_s = retry_after(response.headers.get("Retry-After"), now) or 0.0
            with suppress(aiohttp.ClientError, TimeoutError):  # the status says all
                await response.content.read(MOST_READ)
            return response.status, wait_s


def _headers(hook: Hook, message_id: str, body: str, now: datetime) -> dict[str, str]:
    signatures = [Webhook(secret).sign(message_id, now, body) for secret in hook.secrets]
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
