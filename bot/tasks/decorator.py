"""`@queued_task`: one decorator makes any app command a queued one."""

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar, get_args, overload

import discord
from discord.utils import is_inside_class

from bot.queue.handlers import JobContext
from bot.queue.job import Priority
from bot.queue.reply import Reply
from bot.tasks.arguments import parameters_of
from bot.tasks.asking import ask
from bot.tasks.task import MARK, Body, Task, TaskOptions

P = ParamSpec("P")
S = TypeVar("S")
Does: TypeAlias = Coroutine[Any, Any, Reply] | Coroutine[Any, Any, str]
Asks: TypeAlias = Coroutine[Any, Any, None]
Interaction: TypeAlias = "discord.Interaction[Any]"


class Decorator(Protocol):
    """Takes a body, alone or in a class; gives the callback of a command."""

    @overload
    def __call__(  # type: ignore[overload-overlap]  # a class may be a context
        self, body: Callable[Concatenate[JobContext, P], Does], /
    ) -> Callable[Concatenate[Interaction, P], Asks]: ...

    @overload
    def __call__(
        self, body: Callable[Concatenate[S, JobContext, P], Does], /
    ) -> Callable[Concatenate[S, Interaction, P], Asks]: ...


@overload
def queued_task(  # type: ignore[overload-overlap]  # as above
    body: Callable[Concatenate[JobContext, P], Does], /
) -> Callable[Concatenate[Interaction, P], Asks]: ...


@overload
def queued_task(
    body: Callable[Concatenate[S, JobContext, P], Does], /
) -> Callable[Concatenate[S, Interaction, P], Asks]: ...


@overload
def queued_task(
    *,
    name: str | None = ...,
    private: bool = ...,
    queue: str = ...,
    priority: Priority = ...,
    timeout: float | None = ...,
    max_attempts: int | None = ...,
    cost: float = ...,
    max_running: int | None = ...,
    cache_ttl: float | None = ...,
    degraded: bool = ...,
) -> Decorator: ...


def queued_task(body: Any = None, /, **options: Any) -> Any:
    """Make the callback of an app command the body of a job; stands right below the command.

    The body takes a `JobContext` where a callback has its interaction, and returns a `Reply` or a
    text. Its tickets are `private` where the person said so in a parameter of that name. `name` is
    what its jobs are called (the command's qualified name); results are handed to others who ask
    the same for `cache_ttl` seconds (None: never). All other options are those of `JobType`.
    Raises `TypeError` for what cannot be queued, with what to write instead.
    """
    decorate = functools.partial(_decorated, TaskOptions(**options))
    return decorate if body is None else decorate(body)


def _decorated(options: TaskOptions, body: Body) -> Callable[..., Asks]:
    if not inspect.isfunction(body):
        raise TypeError(
            f"{body!r} is no function. Put @queued_task right below the command's line."
        )
    try:
        return _callback(body, options)
    except TypeError as error:
        raise TypeError(f"{body.__qualname__} cannot be a queued task. {error}") from error


def _callback(body: Body, options: TaskOptions) -> Callable[..., Asks]:
    """What the library takes for the command's callback: it has an interaction, and asks."""
    signature = _signature(body)
    before, ctx, *rest = _parts(body, signature)
    task = Task(body, bool(before), parameters_of(body.__name__, rest), options)
    _check(task, signature)
    interaction = ctx.replace(name="interaction", annotation=discord.Interaction)
    shown = signature.replace(
        parameters=[*before, interaction, *rest], return_annotation=inspect.Signature.empty
    )

    @functools.wraps(body)
    async def callback(*args: Any, **kwargs: Any) -> None:
        values = shown.bind(*args, **kwargs).arguments
        await ask(task, values["interaction"], values)

    vars(callback).update({"__signature__": shown, MARK: task})
    return callback


def _signature(body: Body) -> inspect.Signature:
    if not inspect.iscoroutinefunction(body):
        raise TypeError("Write it with `async def`.")
    try:
        return inspect.signature(body, eval_str=True)
    except NameError as error:
        raise TypeError(
            f"Its type hints cannot be read: {error}. Import what they name at the top of the "
            "module, not under TYPE_CHECKING."
        ) from error


def _parts(body: Body, signature: inspect.Signature) -> tuple[Any, ...]:
    """What stands before the context (self, or nothing), the context, and each argument."""
    given = list(signature.parameters.values())
    first = int(is_inside_class(body))
    hint = given[first].annotation if len(given) > first else None
    if not (inspect.isclass(hint) and issubclass(hint, JobContext)):
        raise TypeError(
            f"Its {'second' if first else 'first'} parameter must be the job's context "
            "(`ctx: JobContext`): the body runs in a worker, where there is no interaction."
        )
    return given[:first], given[first], *given[first + 1 :]


def _check(task: Task, signature: inspect.Signature) -> None:
    hint = signature.return_annotation
    if hint is not inspect.Signature.empty and not set(get_args(hint) or [hint]) <= {Reply, str}:
        raise TypeError("It must return a Reply or a str: what people see of its result.")
    private = signature.parameters.get("private")
    if private is not None and private.annotation is not bool:
        raise TypeError("Its parameter `private` says who sees the answer, so it must be a bool.")
    if task.options.cache_ttl is not None and task.parameters.uploads:
        raise TypeError("What it makes of files cannot be kept for others: leave out `cache_ttl`.")
