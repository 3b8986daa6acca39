"""The queue at a glance, for everyone. Pure."""

import discord

from bot.queue.states import State
from bot.queue.status import OwnJob, QueueLine, QueueStatus
from bot.ui.text import shorten
from bot.ui.ticket import counted

DESCRIPTION_LIMIT, FIELD_LIMIT = 4096, 1024
"""Characters of an embed's description and of a field (Discord's documentation on messages)."""

WORKING, STOPPED = 0x3BA55D, 0xD83C3E


def status_embed(status: QueueStatus) -> discord.Embed:
    """Waiting and running by queue, the worker, the typical wait, one's own jobs."""
    embed = discord.Embed(
        title="The queue",
        description=shorten("\n".join(map(_line, status.lines)), DESCRIPTION_LIMIT)
        or "No kind of work is set up.",
        colour=WORKING if status.working else STOPPED,
    )
    embed.add_field(name="Worker", value="🟢 running" if status.working else "🔴 stopped")
    embed.add_field(name="Completed", value=f"{status.completed:,}")
    embed.add_field(name="Failed", value=f"{status.failed:,}")
    own = "\n".join(map(_own, status.own)) or "You have nothing in the queue."
    embed.add_field(name="Yours", value=shorten(own, FIELD_LIMIT), inline=False)
    return embed


def _line(line: QueueLine) -> str:
    wait = "" if line.pace.wait_s is None else f" · typical wait {_span(line.pace.wait_s)}"
    return (
        f"**{line.name}** · {line.waiting:,} waiting · {line.running} of {line.slots} running{wait}"
    )


def _own(own: OwnJob) -> str:
    job = own.job
    if job.state is State.PROCESSING:
        place = "running"
    elif job.state is State.PARKED:
        place = "waits for its turn"
    elif own.ahead is None:
        place = f"<t:{int(job.run_at)}:R>"
    else:
        place = "next" if own.ahead == 0 else f"{counted(own.ahead)} ahead"
    return f"`{job.id}` {job.type} · {place}"


def _span(seconds: float) -> str:
    if seconds < 1:
        return "under 1 s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"
