"""What one decorated command is: its body, what it takes, and how its jobs are to be treated."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from discord import app_commands

from bot.queue.job import Priority
from bot.queue.reply import Reply
from bot.tasks.arguments import Parameters

Body = Callable[..., Coroutine[Any, Any, Reply | str]]
AnyCommand = app_commands.Command[Any, ..., Any] | app_commands.ContextMenu

MARK = "queued_task"
"""The attribute by which a command's callback is known to be one."""


@dataclass(frozen=True, slots=True)
class TaskOptions:
    """See `queued_task`."""

    name: str | None = None
    private: bool = False
    queue: str = "default"
    priority: Priority = Priority.DEFAULT
    timeout: float | None = None
    max_attempts: int | None = None
    cost: float = 1
    max_running: int | None = None
    cache_ttl: float | None = None
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """`in_class`: the body's first parameter is the cog or group that the command belongs to."""

    body: Body
    in_class: bool
    parameters: Parameters
    options: TaskOptions

    def kind(self, command: AnyCommand) -> str:
        """What the jobs of this command are called, in every process and version."""
        return self.options.name or command.qualified_name


def task_of(command: object) -> Task | None:
    """The task of this command, if it is one."""
    found = getattr(getattr(command, "callback", None), MARK, None)
    return found if isinstance(found, Task) else None
