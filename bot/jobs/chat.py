"""An answer from a language model, shown as it is written."""

from typing import ClassVar

from pydantic import BaseModel

from bot.jobs.answering import Answering
from bot.jobs.prompts import Prompts
from bot.providers.breaker import Breaker
from bot.providers.chat import ChatMessage, ChatProvider, ChatRequest
from bot.providers.model_names import ModelNames
from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Job
from bot.queue.reply import Reply
from bot.queue.sameness import Asker


class Question(BaseModel):
    """What a person asked. `model` None: the provider's default. `system`: the server's prompt, as
    it was when the question was put.
    """

    text: str
    model: str | None = None
    system: str | None = None


class Answer(BaseModel):
    """What the model answered, and how many tokens that took, the question among them."""

    text: str
    tokens: int = 0


class Chat(JobType[Question, Answer]):
    """`/chat`: one question, one answer."""

    name: ClassVar[str] = "chat"
    queue: ClassVar[str] = "chat"
    degraded: ClassVar[bool] = True

    def __init__(
        self,
        provider: ChatProvider,
        *,
        prompts: Prompts | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._provider = provider
        self._prompts = prompts
        self._answering = Answering(provider, breaker)
        self.models = ModelNames(provider)

    async def prepare(self, request: Question, asker: Asker) -> Question:
        """The question, with the prompt of the server where it is put."""
        system = await self._prompts.of(asker.guild) if self._prompts else None
        return request.model_copy(update={"system": system})

    def notice(self) -> str:
        """Whether what answers is left alone for now."""
        return self._answering.notice()

    def title(self, request: Question) -> str:
        """The question."""
        return request.text

    async def check(self) -> str:
        """Say in one sentence whether what answers is there."""
        return await self._provider.check()

    async def run(self, ctx: JobContext, request: Question) -> Answer:
        """Stream the answer; what has come so far is the job's progress."""
        ctx.progress(stage="thinking")
        asked = ChatRequest(_conversation(request), request.model)
        said = await self._answering.answer(ctx, asked)
        return Answer(text=said.text, tokens=said.tokens)

    def present(self, job: Job, result: Answer) -> Reply:  # noqa: ARG002 - the answer says it all
        """The answer alone."""
        return Reply(result.text)


def _conversation(request: Question) -> tuple[ChatMessage, ...]:
    question = ChatMessage("user", request.text)
    return (ChatMessage("system", request.system), question) if request.system else (question,)
