"""An answer from a language model that knows what was said before, shown as it is written."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, TypeAlias

from bot.jobs.answering import Answering
from bot.jobs.attachments import picture_of
from bot.jobs.conversation import in_words, messages
from bot.jobs.prompts import Prompts
from bot.jobs.question import Answer, Question
from bot.jobs.recollection import Before, Recollection
from bot.providers.breaker import Breaker
from bot.providers.chat import ChatProvider, ChatRequest
from bot.providers.model_names import ModelNames
from bot.queue.errors import JobError
from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Job
from bot.queue.reply import HIDDEN, File, Reply, ReplyButton
from bot.queue.sameness import Asker
from bot.texts import say

AGAIN, GO_ON, DELETE = "chat-again", "chat-go-on", "chat-delete"
"""What the buttons under an answer are called."""

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
        *,
        prompts: Prompts | None = None,
        breaker: Breaker | None = None,
        recollection: Recollection | None = None,
        inputs: Inputs | None = None,
    ) -> None:
        self._provider = provider
        self.prompts = prompts
        self._answering = Answering(provider, breaker)
        self._inputs = inputs
        self.recollection = recollection
        self.models = ModelNames(provider)

    async def prepare(self, request: Question, asker: Asker) -> Question:
        """The question, with the prompt of the server where it is put, and whether it is first."""
        system = await self.prompts.of(asker.guild) if self.prompts else None
        first = request.first
        if self.recollection is not None and not first:
            first = await self.recollection.is_first(request, asker.owner)
        return request.model_copy(update={"system": system, "first": first})

    def notice(self) -> str:
        """Whether what answers is left alone for now."""
        return self._answering.notice()

    def title(self, request: Question) -> str:
        """The question."""
        return request.text

    def cache_key(self, request: Question) -> str | None:
        """A first question with no more to it than its words; who answers is part of it."""
        if not request.first or request.files:
            return None
        asked = [request.text, request.model, request.system, self._provider.describe()]
        return json.dumps(asked)

    async def check(self) -> str:
        """Say in one sentence whether what answers is there."""
        return await self._provider.check()

    async def run(self, ctx: JobContext, request: Question) -> Answer:
        """Stream the answer; what has come so far is the job's progress."""
        ctx.progress(stage="thinking")
        files = await self._files(ctx.job, request)
        asked = await self._asked(ctx, request, files)
        said = await self._answering.answer(ctx, asked)
        for file in files:
            ctx.attach(f"{HIDDEN}{file.name}", file.data)
        if self.recollection is not None:
            question = asked.messages[-1].content
            await self.recollection.remember(ctx.job, request, question, said.text)
        return Answer(text=said.text, tokens=said.tokens, cut_short=said.cut_short)

    async def _asked(
        self, ctx: JobContext, request: Question, files: Sequence[File]
    ) -> ChatRequest:
        before = Before([], request.quoted)
        if self.recollection is not None:
            before = await self.recollection.before(ctx, request)
        pictures = [picture_of(file.data) for file in files]
        contents = (
            file.data.decode() if picture is None else None
            for file, picture in zip(files, pictures, strict=True)
        )
        asked = in_words(request.text, zip(request.files, contents, strict=True), before.quoted)
        shown = [picture for picture in pictures if picture is not None]
        told = messages(before.turns, asked, shown, request.system)
        return ChatRequest(told, request.model)

    async def _files(self, job: Job, request: Question) -> Sequence[File]:
        """What came with it, in order."""
        came = () if self._inputs is None or not request.files else await self._inputs(job.id)
        return _all_of(request, came)

    def files_again(self, job: Job, kept: Sequence[File]) -> Sequence[File]:
        """What came with this answered question, as what comes with the same one; `kept` are its
        artifacts, for inputs are forgotten when a job is completed. Raises `JobError`.
        """
        files = [File(file.name.removeprefix(HIDDEN), file.data) for file in kept]
        return _all_of(self.request(job), files)

    async def forget(self, job: Job) -> None:
        """Remember nothing of this question and its answer. Raises `StoreError`."""
        conversation = self.request(job).conversation
        if self.recollection is not None and conversation is not None:
            await self.recollection.memory.forget(conversation, job.id)

    def present(self, job: Job, result: Answer) -> Reply:  # noqa: ARG002 - the answer says it all
        """The answer, whether it is all of it, and what can be done about it."""
        text = f"{result.text}\n-# {say('chat-cut-short')}" if result.cut_short else result.text
        buttons = (
            ReplyButton(say("chat-again"), AGAIN),
            ReplyButton(say("chat-more"), GO_ON),
            ReplyButton(say("chat-delete"), DELETE),
        )
        return Reply(text, buttons=buttons)

    def partial(self, job: Job) -> Reply | None:  # noqa: ARG002 - what is kept names turns
        """Nothing."""
        return None


def _all_of(request: Question, files: Sequence[File]) -> Sequence[File]:
    """These files in their order, if they are all that came with the question."""
    if len(files) != len(request.files):
        raise JobError(say("chat-files-gone"), retryable=False, category="request")
    return sorted(files, key=lambda file: file.name)
