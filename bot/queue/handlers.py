"""A kind of work is one class: what it is called, what it takes, what it does, what people see."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, ClassVar, Generic, Literal, TypeVar, get_args

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from bot.queue.controls import LOG_LINES
from bot.queue.declared import refuse_odd_numbers
from bot.queue.duty import PAUSE_S
from bot.queue.errors import JobError, UnknownJobType
from bot.queue.job import Job, Priority, Progress
from bot.queue.reply import File, Reply
from bot.queue.sameness import Asker
from bot.queue.sentences import sentence
from bot.queue.store.base import Beat
from bot.queue.store.texts import storable

RequestT = TypeVar("RequestT", bound=BaseModel)
ResultT = TypeVar("ResultT", bound=BaseModel)

_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


class JobContext:
    """What a running handler may say about itself. All calls but `settle` return at once.

    What is said is shown at once in this process and stored with the next heartbeat. `job` is
    the job as this run sees it, with all that was said. Once the run is over, nothing counts that
    is said.
    """

    def __init__(
        self,
        job: Job,
        told: Callable[[Job, Progress], None],
        beat_now: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.job = job
        self._confirmed = job
        self._told = told
        self._beat_now = beat_now
        self._attached: dict[str, File] = {}
        self._closed = False

    @property
    def saved(self) -> JsonValue:
        """What the last checkpoint kept, also one of an earlier run; None before the first."""
        kept = self.job.checkpoint
        return None if kept is None else _JSON.validate_json(kept)

    def progress(
        self, current: float = 0, total: float = 0, message: str = "", stage: str = ""
    ) -> None:
        """Show how far the run has come; each call replaces the one before.

        Raises here what is no number or text: in a beat it would fail all runs of the process.
        """
        progress = Progress(float(current), float(total), storable(message), storable(stage))
        if not self._closed:
            self.job = self.job._replace(progress=progress)
            self._told(self.job, progress)

    def log(self, text: str) -> None:
        """Keep a line with the job; the last `LOG_LINES` stay."""
        line = storable(text)
        if not self._closed:
            self.job = self.job._replace(log=(*self.job.log, line)[-LOG_LINES:])

    def attach(self, name: str, data: bytes) -> None:
        """Keep a file with the job; one of the same name is replaced. Survives retries.

        It comes with the result, unless its name begins with `HIDDEN`.
        """
        file = File(storable(name), bytes(data))
        if not self._closed:
            self._attached[file.name] = file
            self.job = self.job._replace(attached=self.job.attached + 1)

    def checkpoint(self, data: JsonValue) -> None:
        """Keep `data` so that a repeated run finds it in `saved`."""
        kept = _JSON.dump_json(data).decode()
        if not self._closed:
            self.job = self.job._replace(checkpoint=kept)

    async def settle(self) -> None:
        """Until the store has all that was said: a run after any crash finds it.

        For what must not be done twice, before it is done. It waits for a store that is away, and
        raises `CancelledError` in a run that is over.
        """
        while not self._closed:
            if self._beat_now is None or not self.has_unconfirmed:
                return
            await self._beat_now()
            if self.has_unconfirmed:
                await asyncio.sleep(PAUSE_S)
        raise asyncio.CancelledError

    def close(self) -> None:
        """The run is over."""
        self._closed = True

    @property
    def has_unconfirmed(self) -> bool:
        """Whether something was said that the store has not confirmed."""
        job, known = self.job, self._confirmed
        return (
            job.progress is not known.progress
            or job.checkpoint is not known.checkpoint
            or job.log is not known.log
            or bool(self._attached)
        )

    def beat(self) -> Beat:
        """A sign of life, with all that the store has not confirmed. Callable from any thread."""
        job, known = self.job, self._confirmed
        return Beat(
            job.id,
            job.token,
            progress=None if job.progress is known.progress else job.progress,
            checkpoint=None if job.checkpoint is known.checkpoint else job.checkpoint,
            log=None if job.log is known.log else job.log,
            artifacts=tuple(self._attached.copy().values()),
        )

    def confirm(self, beat: Beat) -> None:
        """The store has this beat; what it carried need not be sent again."""
        known = self._confirmed
        self._confirmed = known._replace(
            progress=beat.progress or known.progress,
            checkpoint=beat.checkpoint or known.checkpoint,
            log=beat.log or known.log,
        )
        for file in beat.artifacts:
            if self._attached.get(file.name) is file:
                del self._attached[file.name]

    def take_back(self) -> None:
        """The store will never have what it has not confirmed: it was not said."""
        known = self._confirmed
        self.job = self.job._replace(
            progress=known.progress, checkpoint=known.checkpoint, log=known.log
        )
        self._attached.clear()


class JobType(ABC, Generic[RequestT, ResultT]):
    """Base of all kinds of work. None means the setting of the same purpose."""

    name: ClassVar[str]
    queue: ClassVar[str] = "default"
    priority: ClassVar[Priority] = Priority.DEFAULT
    timeout: ClassVar[float | None] = None
    """Seconds that one attempt may take."""
    max_attempts: ClassVar[int | None] = None
    cost: ClassVar[float] = 1
    """How many turns one job takes."""
    max_running: ClassVar[int | None] = None
    """Jobs of this kind that may be ready or running at once, in all processes; None: no bound."""
    max_running_per_key: ClassVar[int] = 1
    """Those of one `limit_key`; at least 1."""
    cache_ttl: ClassVar[float | None] = None
    """Seconds that a result may be given to others who ask the same (see `cache_key`); 0: never."""
    joinable: ClassVar[bool] = True
    """Whether who asks the same joins the job that is active. Else each is done for itself, however
    equal; a result that is there already still serves others (see `cache_key`)."""
    degraded: ClassVar[bool] = False
    """Whether it may run while the store is away, where a restart would lose it."""
    on_expiry: ClassVar[Literal["keep", "cancel"]] = "keep"
    """What becomes of a job that still waits when its person can no longer be answered in place."""

    cancelled_partly: ClassVar[bool] = False
    """Whether people see the partial result of a cancelled job too: what was done stays done."""

    request_model: ClassVar[type[BaseModel]]
    result_model: ClassVar[type[BaseModel]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for base in getattr(cls, "__orig_bases__", ()):
            models = get_args(base)
            if len(models) == 2:
                cls.request_model, cls.result_model = models

    def request(self, job: Job) -> RequestT:
        """What the job asks for; raises a `JobError` that ends it, for it would fail again."""
        try:
            return self.request_model.model_validate_json(job.payload)  # type: ignore[return-value]
        except ValidationError as error:
            raise JobError(
                sentence("end-unreadable"), retryable=False, category="request"
            ) from error

    def dedup_key(self, request: RequestT) -> str | None:  # noqa: ARG002 - for kinds that have one
        """What makes two requests the same work: who asks again while it is active joins it.

        The queue adds the kind, the guild, and for private answers the person. None: never.
        """
        return None

    def cache_key(self, request: RequestT) -> str | None:  # noqa: ARG002 - for kinds that have one
        """What makes a result good for another request, in the same scope as `dedup_key`."""
        return None

    def limit_key(self, request: RequestT, guild: int | None) -> str | None:  # noqa: ARG002
        """What this job shares with others of which only `max_running_per_key` may run at once."""
        return None

    async def prepare(self, request: RequestT, asker: Asker) -> RequestT:  # noqa: ARG002 - for kinds that do
        """The request as it is stored: with what is to be as it was when it was asked.

        Somebody waits for the ticket meanwhile. Raises `QueueError` to refuse.
        """
        return request

    def notice(self) -> str:
        """What people should know of this kind just now, in a sentence; empty: nothing."""
        return ""

    def title(self, request: RequestT) -> str:  # noqa: ARG002 - for kinds that have one
        """What was asked, as lists show it to those who may see the job; pure."""
        return ""

    @abstractmethod
    async def run(self, ctx: JobContext, request: RequestT) -> ResultT:
        """Do the work. May run more than once; raises `JobError` or `Snooze`."""

    @abstractmethod
    def present(self, job: Job, result: ResultT) -> Reply:
        """What people see of the result; pure."""

    def result_of(self, job: Job) -> ResultT:
        """The result of this completed job; raises `ValidationError` if it cannot be read."""
        return self.result_model.model_validate_json(job.result or "")  # type: ignore[return-value]

    def reply(self, job: Job) -> Reply:
        """What people see of this completed job."""
        return self.present(job, self.result_of(job))

    def webhook_data(self, job: Job, result: ResultT) -> JsonValue:  # noqa: ARG002 - for kinds that shape it
        """What programs are told of the result, as `result.data`; pure."""
        told: JsonValue = result.model_dump(mode="json")
        return told

    def partial(self, job: Job) -> Reply | None:
        """What people see of a job that was given up: what its last checkpoint kept; pure.

        None: nothing. A kind whose checkpoints are not for people's eyes answers that.
        """
        kept = None if job.checkpoint is None else _JSON.validate_json(job.checkpoint)
        return None if kept in (None, "", [], {}) else Reply(_readable(kept))


def _readable(kept: JsonValue) -> str:
    """A text as it is; anything else as JSON, which nothing in it can break out of."""
    if isinstance(kept, str):
        return kept
    text = json.dumps(kept, indent=2, ensure_ascii=False).replace("`", "\\u0060")
    return f"```json\n{text}\n```"


AnyJobType = JobType[Any, Any]
KindT = TypeVar("KindT", bound=AnyJobType)


class Registry:
    """The kinds of work that this process knows."""

    def __init__(self) -> None:
        self._types: dict[str, AnyJobType] = {}

    def register(self, job_type: AnyJobType) -> None:
        """Add a kind; its name must be new, and it must be able to work with its numbers."""
        refuse_odd_numbers(job_type, job_type.name)
        if job_type.name in self._types:
            raise ValueError(f"Two kinds of job are called {job_type.name!r}.")
        self._types[job_type.name] = job_type

    def forget(self, job_type: AnyJobType) -> None:
        """Remove a kind, if it is here."""
        if self._types.get(job_type.name) is job_type:
            del self._types[job_type.name]

    def __getitem__(self, name: str) -> AnyJobType:
        try:
            return self._types[name]
        except KeyError:
            raise UnknownJobType(name) from None

    def of(self, cls: type[KindT]) -> KindT:
        """The kind of this class, or of one made from it; raises `UnknownJobType`."""
        found = self[cls.name]
        if not isinstance(found, cls):
            raise UnknownJobType(cls.name)
        return found

    def __contains__(self, name: str) -> bool:
        return name in self._types

    def __iter__(self) -> Iterator[AnyJobType]:
        return iter(self._types.values())
