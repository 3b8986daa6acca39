"""What the log says of all that is done in a task: which job, and who asked for it where.

Bound to the task (contextvars), so every line that is written there carries it, also those of
libraries, and so do tasks that are begun there.
"""

from collections.abc import Mapping

import discord
from structlog.contextvars import bind_contextvars, clear_contextvars

from bot.queue.job import Job


def about_job(job: Job) -> None:
    """From here on this task does this job, and nothing for whoever began the task."""
    _about({"job": job.id, "kind": job.type, "user": job.owner, "guild": job.guild})


def also_about_job(job_id: str) -> None:
    """What this task answers has led to this job."""
    bind_contextvars(job=job_id)


def about_delivery(job_id: str, delivery_id: str) -> None:
    """From here on this task brings the news of this job."""
    _about({"job": job_id, "delivery": delivery_id})


def about_interaction(interaction: discord.Interaction, job_id: str | None = None) -> None:
    """From here on this task answers a command or a press; never says what was asked."""
    data: Mapping[str, object] = interaction.data or {}
    _about(
        {
            "interaction": interaction.id,
            "guild": interaction.guild_id,
            "user": interaction.user.id,
            "command": data.get("name"),
            "pressed": data.get("custom_id"),
            "job": job_id,
        }
    )


def about_message(message: discord.Message) -> None:
    """From here on this task answers a message; never says what was asked."""
    guild = message.guild.id if message.guild else None
    _about({"message": message.id, "guild": guild, "user": message.author.id})


def _about(values: Mapping[str, object]) -> None:
    clear_contextvars()
    bind_contextvars(**{name: value for name, value in values.items() if value is not None})
