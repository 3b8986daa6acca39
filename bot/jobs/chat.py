"""An answer from a language model, shown as it is written."""

import math
import time
from typing import ClassVar

from pydantic import BaseModel

from bot.jobs.prompts import Prompts
from bot.providers.breaker import Breaker, Resting
from bot.providers.chat import ChatMessage, ChatProvider, ChatRequest, Ended, ProviderError
from bot.providers.model_names import ModelNames
from bot.providers.tokens import estimated
from bot.queue.errors import JobError, Snooze
from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Clock, Job
from bot.queue.reply import Reply
from bot.queue.sameness import Asker
from bot.texts import say

PATIENCE_S = 3600.0
"""How long a question waits for a provider that is left alone: an answer that comes even later
would surprise more than it helps.
"""


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
        prompts: Prompts | None = None,
        breaker: Breaker | None = None,
        clock: Clock = time.time,
    ) -> None:
        self._provider = provider
        self._prompts = prompts
        self._breaker = breaker or Breaker()
        self._clock = clock
        self.models = ModelNames(provider)

    async def prepare(self, request: Question, asker: Asker) -> Question:
        """The question, with the prompt of the server where it is put."""
        system = await self._prompts.of(asker.guild) if self._prompts else None
        return request.model_copy(update={"system": system})

    def notice(self) -> str:
        """Whether the provider is left alone for now."""
        rest_s = self._breaker.rest_s
        return "" if rest_s is None else say("chat-rests", seconds=math.ceil(rest_s))

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
        text, ended = "", Ended()
        try:
            with self._breaker.call() as call:
                async for piece in self._provider.stream(asked):
                    call.answering()
                    if isinstance(piece, Ended):
                        ended = piece
                        continue
                    text += piece
                    ctx.progress(message=text, stage="answering")
        except Resting as resting:
            raise self._later(ctx, resting) from resting
        except ProviderError as error:
            raise _failed(error) from error
        turns = (message.content for message in asked.messages)
        return Answer(text=text, tokens=ended.tokens or estimated(*turns, text))

    def _later(self, ctx: JobContext, resting: Resting) -> Exception:
        """The question waits for the provider, though not for ever."""
        if self._clock() - ctx.job.created_at > PATIENCE_S:
            return JobError(str(resting), retryable=False, category=resting.category)
        ctx.progress(stage=say("chat-waits"))
        return Snooze(resting.retry_after_s or 0)

    def present(self, job: Job, result: Answer) -> Reply:  # noqa: ARG002 - the answer says it all
        """The answer alone."""
        return Reply(result.text)


def _conversation(request: Question) -> tuple[ChatMessage, ...]:
    question = ChatMessage("user", request.text)
    return (ChatMessage("system", request.system), question) if request.system else (question,)


def _failed(error: ProviderError) -> JobError:
    return JobError(
        str(error),
        retryable=error.retryable,
        category=error.category,
        retry_after_s=error.retry_after_s,
    )
