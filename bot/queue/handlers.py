"""A kind of work is one class: what it is called, what it takes, what it does, what people see."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Generic, TypeVar, get_args

from pydantic import BaseModel, JsonValue, TypeAdapter

from bot.queue.errors import UnknownJobType
from bot.queue.job import Job, Priority, Progress
from bot.queue.reply import Reply

RequestT = TypeVar("RequestT", bound=BaseModel)
ResultT = TypeVar("ResultT", bound=BaseModel)

LOG_LINES = 100
"""How many of a job's last log lines are kept."""

_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


class JobContext:
    """What a running handler may say about itself. All calls return at once.

    What is said is shown at once in this process and stored with the next heartbeat.
    """

    def __init__(self, job: Job, told: Callable[[Job, Progress], None]) -> None:
        self.job = job
        self.saved: JsonValue = (
            None if job.checkpoint is None else _JSON.validate_json(job.checkpoint)
        )
        self._told = told
        self._progress: Progress | None = None
        self._checkpoint: str | None = None
        self._log: tuple[str, ...] | None = None

    def progress(
        self, current: float = 0, total: float = 0, message: str = "", stage: str = ""
    ) -> None:
        """Show how far the run has come; each call replaces the one before."""
        self._progress = Progress(current, total, message, stage)
        self._told(self.job, self._progress)

    def log(self, text: str) -> None:
        """Keep a line with the job; the last `LOG_LINES` stay."""
        lines = self.job.log if self._log is None else self._log
        self._log = (*lines, text)[-LOG_LINES:]

    def checkpoint(self, data: JsonValue) -> None:
        """Keep `data` so that a repeated run finds it in `saved`."""
        self.saved = data
        self._checkpoint = _JSON.dump_json(data).decode()

    def take_changes(self) -> tuple[Progress | None, str | None, tuple[str, ...] | None]:
        """What was said since the last take: progress, checkpoint, log (None: nothing)."""
        changes = (self._progress, self._checkpoint, self._log)
        self._progress = self._checkpoint = None
        return changes

    @property
    def has_changes(self) -> bool:
        """Whether something was said that is not stored yet."""
        return self._progress is not None or self._checkpoint is not None


class JobType(ABC, Generic[RequestT, ResultT]):
    """Base of all kinds of work. None means the setting of the same purpose."""

    name: ClassVar[str]
    queue: ClassVar[str] = "default"
    priority: ClassVar[Priority] = Priority.DEFAULT
    timeout: ClassVar[float | None] = None
    """Seconds that one attempt may take."""
    max_attempts: ClassVar[int | None] = None

    request_model: ClassVar[type[BaseModel]]
    result_model: ClassVar[type[BaseModel]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for base in getattr(cls, "__orig_bases__", ()):
            models = get_args(base)
            if len(models) == 2:
                cls.request_model, cls.result_model = models

    @abstractmethod
    async def run(self, ctx: JobContext, request: RequestT) -> ResultT:
        """Do the work. May run more than once; raises `JobError` or `Snooze`."""

    @abstractmethod
    def present(self, job: Job, result: ResultT) -> Reply:
        """What people see of the result; pure."""

    def reply(self, job: Job) -> Reply:
        """What people see of this completed job."""
        result = self.result_model.model_validate_json(job.result or "")
        return self.present(job, result)  # type: ignore[arg-type]


AnyJobType = JobType[Any, Any]


class Registry:
    """The kinds of work that this process knows."""

    def __init__(self) -> None:
        self._types: dict[str, AnyJobType] = {}

    def register(self, job_type: AnyJobType) -> None:
        """Add a kind; its name must be new."""
        if job_type.name in self._types:
            raise ValueError(f"Two kinds of job are called {job_type.name!r}.")
        self._types[job_type.name] = job_type

    def __getitem__(self, name: str) -> AnyJobType:
        try:
            return self._types[name]
        except KeyError:
            raise UnknownJobType(name) from None

    def __iter__(self) -> Iterator[AnyJobType]:
        return iter(self._types.values())
