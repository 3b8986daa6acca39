"""An answer from a language model that knows what was said before, shown as it is written."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, TypeAlias

from bot.jobs.attachments import picture_of
from bot.jobs.conversation import in_words, messages
from bot.jobs.question import Answer, Question
from bot.jobs.recollection import Before, Recollection
from bot.providers.chat import ChatProvider, ChatRequest, ProviderError
from bot.queue.errors import JobError
from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Job
from bot.queue.reply import File, Reply
from bot.texts import say

Inputs: TypeAlias = Callable[[str], Awaitable[Sequence[File]]]
"""Brings the files that came with a job, by its id."""


class Chat(JobType[Question, Answer]):
    """`/chat`: a question, and its answer. Without a recollection each question stands alone."""

    name: ClassVar[str] = "chat"
    queue: ClassVar[str] = "chat"
    joinable: ClassVar[bool] = False  # each remembers what they asked themselves
    degraded: ClassVar[bool] = True

    def __init__(
        self,
        provider: ChatProvider,
        recollection: Recollection | None = None,
        inputs: Inputs | None = None,
    ) -> None:
        self._provider = provider
        self._inputs = inputs
        self.recollection = recollection

    def title(self, request: Question) -> str:
        """The question."""
        return request.text

    def cache_key(self, request: Question) -> str | None:
        """A first question with no more to it than its words; who answers is part of it."""
        if not request.first or request.files:
            return None
        return json.dumps([request.text, request.model, self._provider.describe()])

    async def check(self) -> str:
        """Say in one sentence whether what answers is there."""
        return await self._provider.check()

    async def run(self, ctx: JobContext, request: Question) -> Answer:
        """Stream the answer; what has come so far is the job's progress."""
        ctx.progress(stage="thinking")
        asked = await self._asked(ctx, request)
        text = ""
        try:
            async for piece in self._provider.stream(asked):
                text += piece
                ctx.progress(message=text, stage="answering")
        except ProviderError as error:
            raise _failed(error, asked) from error
        if self.recollection is not None:
            await self.recollection.remember(ctx.job, request, asked.messages[-1].content, text)
        return Answer(text=text)

    async def _asked(self, ctx: JobContext, request: Question) -> ChatRequest:
        before = Before([], request.quoted)
        if self.recollection is not None:
            before = await self.recollection.before(ctx, request)
        files = await self._files(ctx.job, request)
        pictures = [picture_of(file.data) for file in files]
        contents = (
            file.data.decode() if picture is None else None
            for file, picture in zip(files, pictures, strict=True)
        )
        asked = in_words(request.text, zip(request.files, contents, strict=True), before.quoted)
        shown = [picture for picture in pictures if picture is not None]
        return ChatRequest(messages(before.turns, asked, shown), request.model)

    async def _files(self, job: Job, request: Question) -> Sequence[File]:
        """What came with it, in order."""
        if not request.files:
            return ()
        kept = [] if self._inputs is None else await self._inputs(job.id)
        if len(kept) != len(request.files):
            raise JobError(say("chat-files-gone"), retryable=False, category="request")
        return sorted(kept, key=lambda file: file.name)

    def present(self, job: Job, result: Answer) -> Reply:  # noqa: ARG002 - the answer says it all
        """The answer alone."""
        return Reply(result.text)

    def partial(self, job: Job) -> Reply | None:  # noqa: ARG002 - the checkpoint says what went before
        """Nothing."""
        return None


def _failed(error: ProviderError, asked: ChatRequest) -> JobError:
    """A model that takes no pictures says so in many ways, or breaks."""
    said = str(error)
    if asked.messages[-1].pictures and error.category in {"rejected", "not_found", "unavailable"}:
        said = f"{said} {say('chat-pictures-refused')}"
    return JobError(
        said,
        retryable=error.retryable,
        category=error.category,
        retry_after_s=error.retry_after_s,
    )
