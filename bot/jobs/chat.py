"""An answer from a language model, shown as it is written."""

from typing import ClassVar

from pydantic import BaseModel

from bot.providers.chat import ChatMessage, ChatProvider, ChatRequest, ProviderError
from bot.queue.errors import JobError
from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Job
from bot.queue.reply import Reply


class Question(BaseModel):
    """What a person asked. `model` None: the provider's default."""

    text: str
    model: str | None = None


class Answer(BaseModel):
    """What the model answered."""

    text: str


class Chat(JobType[Question, Answer]):
    """`/chat`: one question, one answer."""

    name: ClassVar[str] = "chat"
    queue: ClassVar[str] = "chat"
    degraded: ClassVar[bool] = True

    def __init__(self, provider: ChatProvider) -> None:
        self._provider = provider

    async def check(self) -> str:
        """Say in one sentence whether what answers is there."""
        return await self._provider.check()

    async def run(self, ctx: JobContext, request: Question) -> Answer:
        """Stream the answer; what has come so far is the job's progress."""
        ctx.progress(stage="thinking")
        asked = ChatRequest((ChatMessage("user", request.text),), request.model)
        text = ""
        try:
            async for piece in self._provider.stream(asked):
                text += piece
                ctx.progress(message=text, stage="answering")
        except ProviderError as error:
            raise JobError(
                str(error),
                retryable=error.retryable,
                category=error.category,
                retry_after_s=error.retry_after_s,
            ) from error
        return Answer(text=text)

    def present(self, job: Job, result: Answer) -> Reply:  # noqa: ARG002 - the answer says it all
        """The answer alone."""
        return Reply(result.text)
