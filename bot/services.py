"""What cogs may call: the parts of the running bot, put together in `bot.app`."""

from dataclasses import dataclass

from bot.delivery.actions import Actions
from bot.delivery.administration.alerts import Alerts
from bot.delivery.administration.desk import AdminDesk
from bot.delivery.failures.desk import FailureDesk
from bot.delivery.intake import Intake
from bot.delivery.showing import Showing
from bot.delivery.webhooks.desk import WebhookDesk
from bot.queue.handlers import KindT
from bot.queue.job_queue import JobQueue


@dataclass(frozen=True, slots=True)
class Services:
    """The queue, the way into it, what people may do to jobs and see of them, the kinds of work,
    who answers for what fails, what administrators may do and are told, and what programs hear.
    """

    queue: JobQueue
    intake: Intake
    actions: Actions
    showing: Showing
    failures: FailureDesk
    admin: AdminDesk
    alerts: Alerts
    webhooks: WebhookDesk

    def kind(self, cls: type[KindT]) -> KindT:
        """The kind of work of this class, as this bot has it. Raises `UnknownJobType`."""
        return self.queue.registry.of(cls)
