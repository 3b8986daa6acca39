"""What a job looks like while it lives, and when it ended without a result. Pure."""

import math

import discord

from bot.queue.job import Job, Progress
from bot.queue.outlook import Outlook
from bot.queue.slots import OF_OWNER
from bot.queue.states import FINISHED, State
from bot.ui.post import Button, Post
from bot.ui.text import shorten, tail

BAR_CELLS = 16
POSITION_CAP = 1000
"""Positions are exact up to here (DESIGN §3)."""
PARTIAL_CHARACTERS = 3500
"""What is shown of an answer that is still being written; an embed holds 4,096."""
TITLE_LIMIT = 256
"""Characters of an embed's title (Discord's documentation on messages)."""
STAGE_CHARACTERS = 100
"""What is shown of a stage."""
ERROR_CHARACTERS = 1000
"""What is shown of an error's sentence."""
NOT_DURABLE = "*The queue's storage is away: this runs without it, and would be lost in a restart.*"

_LOOKS = {
    State.SCHEDULED: ("🕒", "Scheduled", 0x5B8DEF),
    State.PENDING: ("🎟️", "Queued", 0x5B8DEF),
    State.PARKED: ("🎟️", "Queued", 0x5B8DEF),
    State.PROCESSING: ("⚙️", "Working", 0xE0A030),
    State.RETRYABLE: ("🔁", "Trying again", 0xE0A030),
    State.COMPLETED: ("✅", "Done", 0x3BA55D),
    State.CANCELLED: ("🚫", "Cancelled", 0x80848E),
    State.DISCARDED: ("❌", "Failed", 0xD83C3E),
}


def ticket(job: Job, outlook: Outlook | None = None, reader: int | None = None) -> Post:
    """The ticket of a job, with the buttons that its state allows.

    `reader` is whose ticket it is (None: the job's owner).
    """
    icon, word, colour = _LOOKS[job.state]
    stopping = job.state is State.PROCESSING and job.cancel_requested_at is not None
    lines = _lines(job, outlook, is_own=reader in {None, job.owner})
    embed = discord.Embed(
        title=shorten(f"{icon} {'Cancelling' if stopping else word} · {job.type}", TITLE_LIMIT),
        description="\n".join([*_warning(job), *lines]) or None,
        colour=colour,
    )
    embed.set_footer(text=f"job {job.id}")
    return Post(embed=embed, buttons=() if job.state in FINISHED else buttons(job.id))


def left_ticket(job: Job) -> Post:
    """The ticket of somebody who cancelled what others wait for too."""
    icon, word, colour = _LOOKS[State.CANCELLED]
    embed = discord.Embed(
        title=shorten(f"{icon} {word} · {job.type}", TITLE_LIMIT),
        description="Cancelled by you. It goes on for others who asked for the same.",
        colour=colour,
    )
    embed.set_footer(text=f"job {job.id}")
    return Post(embed=embed)


def buttons(job_id: str) -> tuple[Button, ...]:
    """Cancel and Refresh."""
    return (
        Button("Cancel", f"job:cancel:{job_id}", discord.ButtonStyle.danger),
        Button("Refresh", f"job:refresh:{job_id}"),
    )


def _warning(job: Job) -> list[str]:
    return [] if job.durable or job.state in FINISHED else [NOT_DURABLE]


def _lines(job: Job, outlook: Outlook | None, *, is_own: bool) -> list[str]:
    match job.state:
        case State.PENDING:
            return _waiting(outlook)
        case State.PARKED:
            return [_parked(job, is_own=is_own)]
        case State.SCHEDULED:
            return [f"It runs <t:{math.ceil(job.run_at)}:R>."]
        case State.RETRYABLE:
            return [
                f"Attempt {job.attempt} of {job.max_attempts}: {_error(job)}",
                f"The next attempt starts <t:{math.ceil(job.run_at)}:R>.",
            ]
        case State.PROCESSING:
            return _running(job)
        case State.CANCELLED:
            return [_error(job) or "It was cancelled.", "Nothing more will come of it."]
        case State.DISCARDED:
            return [_error(job), "You can simply ask again."]
        case State.COMPLETED:
            return []


def _error(job: Job) -> str:
    return shorten(job.error or "", ERROR_CHARACTERS)


def _parked(job: Job, *, is_own: bool) -> str:
    if not (job.parked_on or "").startswith(OF_OWNER):
        return "It waits for its turn of a limit that it shares with other jobs."
    if is_own:
        return "It waits for your other jobs: one of them must end first."
    return "It waits for other jobs of whoever asked for it first."


def _waiting(outlook: Outlook | None) -> list[str]:
    if outlook is None or outlook.ahead == 0:
        return []
    are = "job is" if outlook.ahead == 1 else "jobs are"
    lines = [f"**{counted(outlook.ahead)}** {are} ahead of yours."]
    if outlook.done_at is not None:
        lines.append(f"Ready about <t:{math.ceil(outlook.done_at)}:R>.")
    return lines


def counted(ahead: int) -> str:
    """How many jobs are ahead, as people are told it: "12", or "1,000+" where counting stops."""
    return f"{ahead:,}{'+' if ahead >= POSITION_CAP else ''}"


def _running(job: Job) -> list[str]:
    lines = []
    if job.attempt > 1:
        lines.append(f"Attempt {job.attempt} of {job.max_attempts}.")
    if job.started_at is not None:
        lines.append(f"Started <t:{math.floor(job.started_at)}:R>.")
    progress = job.progress or Progress()
    if progress.total > 0:
        lines.append(f"`{bar(progress)}` {100 * _share(progress):.0f} %")
    if progress.stage:
        lines.append(f"*{shorten(progress.stage, STAGE_CHARACTERS)}*")
    if progress.message:
        lines += ["", tail(progress.message, PARTIAL_CHARACTERS)]
    return lines


def bar(progress: Progress) -> str:
    """A bar of `BAR_CELLS` block characters."""
    full = round(BAR_CELLS * _share(progress))
    return "█" * full + "░" * (BAR_CELLS - full)


def _share(progress: Progress) -> float:
    return min(1.0, max(0.0, progress.current / progress.total)) if progress.total > 0 else 0.0
