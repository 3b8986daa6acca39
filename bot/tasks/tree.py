"""The bot's commands: each queued one is a kind of work for as long as it is among them."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import discord
from discord import app_commands
from discord.abc import Snowflake
from discord.utils import MISSING

from bot.queue.handlers import AnyJobType
from bot.queue.job_queue import JobQueue
from bot.tasks.asking import Client
from bot.tasks.kind import TaskKind
from bot.tasks.task import AnyCommand, task_of

Root = app_commands.Command[Any, ..., Any] | app_commands.ContextMenu | app_commands.Group


class TaskTree(app_commands.CommandTree[Any]):
    """Cogs, groups and single commands all come and go through here."""

    def add_command(
        self,
        command: Root,
        /,
        *,
        guild: Snowflake | None = MISSING,
        guilds: Sequence[Snowflake] = MISSING,
        override: bool = False,
    ) -> None:
        """See the library; `ValueError` if another kind of work has the name already."""
        super().add_command(command, guild=guild, guilds=guilds, override=override)
        for one in _each(command):
            self._register(one)

    def remove_command(  # type: ignore[override]  # one body for the library's three overloads
        self,
        command: str,
        /,
        *,
        guild: Snowflake | None = None,
        type: discord.AppCommandType = discord.AppCommandType.chat_input,  # noqa: A002
    ) -> Root | None:
        """See the library; jobs of a queued command wait until it is there again."""
        removed = super().remove_command(command, guild=guild, type=type)
        if not self._bot.ending:
            for one in _each(removed):
                self._forget(one)
        return removed

    def _register(self, command: AnyCommand) -> None:
        task = task_of(command)
        if task is not None and self._kind_of(command) is None:
            self._queue.register(TaskKind(task, command, self.client, self._queue))

    def _forget(self, command: AnyCommand) -> None:
        if (kind := self._kind_of(command)) is not None:
            self._queue.registry.forget(kind)

    def _kind_of(self, command: AnyCommand) -> AnyJobType | None:
        kinds = (one for one in self._queue.registry if isinstance(one, TaskKind))
        return next((one for one in kinds if one.command is command), None)

    @property
    def _queue(self) -> JobQueue:
        return self._bot.services.queue

    @property
    def _bot(self) -> Client:
        return cast("Client", self.client)


def _each(command: Root | None) -> Iterator[AnyCommand]:
    if isinstance(command, app_commands.Group):
        for one in command.walk_commands():
            if isinstance(one, app_commands.Command):
                yield one
    elif command is not None:
        yield command
