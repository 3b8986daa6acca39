"""A queued command that is used: its arguments are kept, and the person gets the job's ticket."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol, cast

import discord

from bot.services import Services
from bot.tasks.task import AnyCommand, Task
from bot.tasks.uploads import read_all


class Client(Protocol):
    """What the bot's client has for commands."""

    services: Services
    ending: bool


async def ask(task: Task, interaction: discord.Interaction, values: Mapping[str, Any]) -> None:
    """Answer this use of the task's command, with these arguments."""
    services = cast("Client", interaction.client).services
    kind = services.queue.registry[task.kind(cast("AnyCommand", interaction.command))]
    uploads = {one: values[one] for one in task.parameters.uploads if values[one] is not None}
    await services.intake.command(
        interaction,
        kind,
        task.parameters.keep(values),
        private=values.get("private", task.options.private),
        inputs=partial(read_all, uploads) if uploads else None,
    )
