"""The kind of work that one queued command is: its body runs with the arguments restored."""

from dataclasses import asdict
from typing import ClassVar

import discord
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from bot.queue.errors import JobError, Severity
from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.reply import File, Reply
from bot.queue.store.texts import storable
from bot.tasks.arguments import Arguments
from bot.tasks.finding import connected
from bot.tasks.task import AnyCommand, Task
from bot.tasks.uploads import MIB, MOST_BYTES
from bot.texts import say


class Made(BaseModel):
    """A file of an answer."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    name: str
    data: bytes


class Answer(BaseModel):
    """What a body returned."""

    text: str
    files: tuple[Made, ...] = ()


class TaskKind(JobType[Arguments, Answer]):
    """The jobs of one command of this client."""

    name: ClassVar[str] = "queued task"

    def __init__(
        self, task: Task, command: AnyCommand, client: discord.Client, queue: JobQueue
    ) -> None:
        # each command is a kind of its own: what a class says of its kind, the instance says here
        own = {"name": task.kind(command), "request_model": task.parameters.model}
        vars(self).update(asdict(task.options) | own)
        self.command = command
        self._task = task
        self._client = client
        self._queue = queue

    def request(self, job: Job) -> Arguments:
        """See `JobType.request`; says which arguments do not fit."""
        try:
            return super().request(job)
        except JobError as error:
            if not (options := _unfit(error.__cause__)):
                raise
            changed = say("task-options-changed", command=self.name, options=", ".join(options))
            raise JobError(changed, retryable=False, category="request") from error

    def cache_key(self, request: Arguments) -> str | None:
        """All arguments, where results are kept for others at all."""
        return None if self._task.options.cache_ttl is None else request.model_dump_json()

    async def run(self, ctx: JobContext, request: Arguments) -> Answer:
        """Restore the arguments once the client is connected, then run the body."""
        parameters, job = self._task.parameters, ctx.job
        await connected(self._client, job.timeout_s)
        kept = await self._queue.inputs(job.id) if parameters.uploads else []
        files = {file.name: file.data for file in kept}
        arguments = await parameters.restore(request, self._client, job.guild, files)
        belongs_to = [getattr(self.command, "binding", None)] if self._task.in_class else []
        return self._answer(await self._task.body(*belongs_to, ctx, **arguments))

    def _answer(self, said: object) -> Answer:
        reply = Reply(said) if isinstance(said, str) else said
        if not isinstance(reply, Reply):
            raise _faulty(say("task-no-answer", command=self.name))
        size = sum(file.size for file in reply.files)
        if size > MOST_BYTES:
            mib, most = f"{size / MIB:.1f}", MOST_BYTES // MIB
            raise _faulty(say("task-answer-too-large", command=self.name, size=mib, most=most))
        files = tuple(Made(name=storable(file.name), data=file.read()) for file in reply.files)
        return Answer(text=storable(reply.text), files=files)

    def present(self, job: Job, result: Answer) -> Reply:  # noqa: ARG002 - the answer says it all
        """The answer as the body gave it."""
        return Reply(result.text, tuple(File(one.name, one.data) for one in result.files))

    def webhook_data(self, job: Job, result: Answer) -> JsonValue:  # noqa: ARG002 - as above
        """The text, and what files there are: up to 14 MiB of base64 would hold up everything."""
        files: list[JsonValue] = [{"name": one.name, "size": len(one.data)} for one in result.files]
        return {"text": result.text, "files": files}


def _faulty(sentence: str) -> JobError:
    """The body has a fault, which another run would only show again."""
    return JobError(sentence, retryable=False, category="answer", severity=Severity.HIGH)


def _unfit(fault: BaseException | None) -> list[str]:
    """The arguments that a stored request has too many, too few or wrong."""
    faults = fault.errors() if isinstance(fault, ValidationError) else []
    return sorted({str(one["loc"][0]) for one in faults if one["loc"]})
