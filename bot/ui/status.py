"""The queue at a glance, for everyone. Pure."""

import discord

from bot.queue.states import State
from bot.queue.status import OwnJob, QueueLine, QueueStatus
from bot.texts import say
from bot.ui.text import shorten
from bot.ui.words import counted, span

DESCRIPTION_LIMIT, FIELD_LIMIT = 4096, 1024
"""Characters of an embed's description and of a field (Discord's documentation on messages)."""

WORKING, STOPPED = 0x3BA55D, 0xD83C3E


def status_embed(status: QueueStatus) -> discord.Embed:
    """Waiting and running by queue, the worker, the typical wait, one's own jobs."""
    embed = discord.Embed(
        title=say("queue-title"),
        description=shorten("\n".join(map(_line, status.lines)), DESCRIPTION_LIMIT)
        or say("queue-no-kinds"),
        colour=WORKING if status.working else STOPPED,
    )
    worker = say("queue-working") if status.working else say("queue-stopped")
    embed.add_field(name=say("queue-worker"), value=worker)
    embed.add_field(name=say("queue-completed"), value=f"{status.completed:,}")
    embed.add_field(name=say("queue-failed"), value=f"{status.failed:,}")
    if status.notices:
        said = shorten("\n".join(status.notices), FIELD_LIMIT)
        embed.add_field(name=say("queue-notices"), value=said, inline=False)
    own = "\n".join(map(_own, status.own)) or say("queue-yours-none")
    embed.add_field(name=say("queue-yours"), value=shorten(own, FIELD_LIMIT), inline=False)
    return embed


def _line(line: QueueLine) -> str:
    said = say(
        "queue-line",
        name=line.name,
        waiting=line.waiting,
        running=str(line.running),
        slots=str(line.slots),
    )
    if line.pace.wait_s is None:
        return said
    return f"{said} · {say('queue-typical-wait', span=span(line.pace.wait_s))}"


def _own(own: OwnJob) -> str:
    return f"`{own.job.id}` {own.job.type} · {_place(own)}"


def _place(own: OwnJob) -> str:
    if own.job.state is State.PROCESSING:
        return say("queue-own-running")
    if own.job.state is State.PARKED:
        return say("queue-own-parked")
    if own.ahead is None:
        return say("queue-own-at", at=str(int(own.job.run_at)))
    return say("queue-own-ahead", ahead=counted(own.ahead)) if own.ahead else say("queue-own-next")
