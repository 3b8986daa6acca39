"""Two buttons under an answer: have it made again, and have it go on."""

from collections.abc import Sequence
from functools import partial

import discord

from bot.client import Conveyor
from bot.delivery.failures.sentences import NotTheirs
from bot.jobs.chat import AGAIN, GO_ON, Chat
from bot.jobs.question import LONGEST_QUOTE, Question
from bot.queue.job import Job
from bot.queue.reply import File
from bot.services import Services
from bot.texts import say


class ChatButtons:
    """What each of them does. All raise `NotAllowed`, `Refusal` or `QueueError`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._chat = services.kind(Chat)

    async def again(self, interaction: discord.Interaction, job: Job) -> None:
        """Ask the same once more, as if it had not been answered."""
        _only_asker(interaction, job)
        question = self._chat.request(job)
        question = question.model_copy(update={"again": question.again or job.id})
        inputs = partial(self._files_of, job) if question.files else None
        private = _alone(interaction, job)
        await self._services.intake.command(
            interaction, self._chat, question, private=private, inputs=inputs, fresh=True
        )

    async def go_on(self, interaction: discord.Interaction, job: Job) -> None:
        """Ask for more of this answer."""
        _only_asker(interaction, job)
        question = self._chat.request(job)
        more = Question(
            text=say("chat-go-on"),
            model=question.model,
            conversation=question.conversation,
            after=job.id,
            quoted=self._chat.result_of(job).text[-LONGEST_QUOTE:],
        )
        private = _alone(interaction, job)
        await self._services.intake.command(interaction, self._chat, more, private=private)

    async def _files_of(self, job: Job) -> Sequence[File]:
        return self._chat.files_again(job, await self._services.queue.artifacts(job.id))


def _only_asker(interaction: discord.Interaction, job: Job) -> None:
    if interaction.user.id != job.owner:
        raise NotTheirs


def _alone(interaction: discord.Interaction, job: Job) -> bool:
    """Whether only this person sees what was pressed: the job's own answer, or a copy of it that
    they had shown to them, perhaps elsewhere.
    """
    message = interaction.message
    return job.private or (message is not None and message.flags.ephemeral)


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    buttons = ChatButtons(client.services)
    client.on_press(AGAIN, buttons.again)
    client.on_press(GO_ON, buttons.go_on)
