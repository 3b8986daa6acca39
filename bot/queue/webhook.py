"""Programs that are told how a job ended, as whoever enqueues it names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.queue.deliveries import NewDelivery
from bot.queue.job import Job

TIMEOUT_S = 10.0
"""How long one try may take in all where nothing else is said."""


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """An address that is called when the job has ended. `timeout` in seconds, for a whole try.

    `secret` signs what is sent (`whsec_` and base64); None: the one of the bot's settings does.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "POST"
    timeout: float = TIMEOUT_S
    secret: str | None = field(default=None, repr=False)


class OwesWebhooks(Protocol):
    """Which programs will be told of a job; what it answers is stored with the job, so it holds no
    secret in the open.
    """

    async def __call__(
        self, job: Job, own: WebhookTarget | None, *, private: bool
    ) -> Sequence[NewDelivery]:
        """`own` is what the job itself names. Raises `ValueError` if that cannot be called."""
