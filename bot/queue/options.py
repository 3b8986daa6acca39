"""How a queue behaves where nothing else is said."""

from dataclasses import dataclass, field

from bot.queue.declared import refuse_nothing
from bot.queue.gate import Gate
from bot.queue.retention import Retention
from bot.queue.store.base import Limits
from bot.queue.webhook import OwesWebhooks
from bot.queue.worker import WorkerOptions


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """How a queue behaves where a kind of work says nothing; `ValueError` for what cannot work.
    Times in seconds.

    `per_owner`: jobs of one person that may be ready or running in each queue; more are parked.
    None: no bound. With an infinite `ageing_s` nothing rises.
    `webhooks` says which programs are told of a job; None: none. `gate` may refuse new jobs.
    """

    worker: WorkerOptions = field(default_factory=WorkerOptions)
    limits: Limits = field(default_factory=Limits)
    max_attempts: int = 3
    timeout_s: float = 300
    max_losses: int = 10
    per_owner: int | None = None
    ageing_s: float = 300
    cache_ttl_s: float = 3600
    retention: Retention = field(default_factory=Retention)
    webhooks: OwesWebhooks | None = None
    gate: Gate | None = None

    def __post_init__(self) -> None:
        refuse_nothing(self, "max_attempts", "timeout_s", "max_losses", "ageing_s")
        if self.per_owner is not None and self.per_owner < 1:
            raise ValueError(
                f"With {self.per_owner} jobs of each person at once, nobody's job would ever run. "
                "Allow at least 1, or None for any number."
            )
