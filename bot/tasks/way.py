"""What it takes to keep one argument in a store and to have it back in a worker."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import discord


@dataclass(frozen=True, slots=True)
class Restoring:
    """Where an argument is restored: by whom, for which server and option of the command.

    `files`: the bytes that were stored with the job, by option.
    """

    client: discord.Client
    guild_id: int | None
    option: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Way:
    """How the arguments of one type hint are kept.

    `stored` is the type that pydantic writes and reads, `keep` makes it of what Discord gave, and
    `restore` gives the argument again, or raises a `JobError` for people. None is no business of a
    way: it is kept as it is.
    """

    stored: Any
    keep: Callable[[Any], Any]
    restore: Callable[[Restoring, Any], Awaitable[Any]]
