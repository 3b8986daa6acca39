"""What cogs may call: the parts of the running bot, put together in `bot.app`."""

from dataclasses import dataclass

from bot.delivery.actions import Actions
from bot.delivery.intake import Intake
from bot.delivery.webhooks.desk import WebhookDesk
from bot.jobs.chat import Chat
from bot.queue.job_queue import JobQueue


@dataclass(frozen=True, slots=True)
class Services:
    """The queue, the way into it, what people may do to jobs, the kinds of work, and whom
    programs hear from."""

    queue: JobQueue
    intake: Intake
    actions: Actions
    chat: Chat
    webhooks: WebhookDesk
