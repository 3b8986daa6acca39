"""What a job looks like while it lives, and when it ended without a result. Pure."""

import math

import discord

from bot.queue.job import Job, Progress
from bot.queue.outlook import Outlook
from bot.queue.slots import OF_OWNER
from bot.queue.states import FINISHED, State
from bot.texts import say
from bot.ui.post import Button, Place, Post
from bot.ui.text import shorten, tail
from bot.ui.words import counted, span
from bot.wording import in_words

BAR_CELLS = 16
PARTIAL_CHARACTERS = 3500
"""What is shown of an answer that is still being written; an embed holds 4,096."""
KIND_CHARACTERS = 200
"""What is shown of a kind's name; an embed's title holds 256."""
STAGE_CHARACTERS = 100
"""What is shown of a stage."""
ERROR_CHARACTERS = 1000
"""What is shown of an error's sentence."""

_COLOURS = {
    State.SCHEDULED: 0x5B8DEF,
    State.PENDING: 0x5B8DEF,
    State.PARKED: 0x5B8DEF,
    State.PROCESSING: 0xE0A030,
    State.RETRYABLE: 0xE0A030,
    State.COMPLETED: 0x3BA55D,
    State.CANCELLED: 0x80848E,
    State.DISCARDED: 0xD83C3E,
}


def ticket(
    job: Job,
    outlook: Outlook | None = None,
    reader: int | None = None,
    *,
    fades: bool = False,
) -> Post:
    """The ticket of a job, with the buttons that its state allows.

    `reader` is whose ticket it is (None: the job's owner); one that `fades` will soon stand still.
    """
    stopping = job.state is State.PROCESSING and job.cancel_requested_at is not None
    lines = [*_warning(job), *_lines(job, outlook, is_own=reader in {None, job.owner})]
    if fades and job.state not in FINISHED:
        lines.append(say("ticket-fades"))
    embed = _embed(job, job.state, "CANCELLING" if stopping else job.state, lines)
    return Post(embed=embed, buttons=_buttons(job))


def left_ticket(job: Job) -> Post:
    """The ticket of somebody who cancelled what others wait for too."""
    return Post(embed=_embed(job, State.CANCELLED, State.CANCELLED, [say("ticket-left")]))


def elsewhere_ticket(job: Job, where: str) -> Post:
    """The ticket of a completed job whose result is not in its place but `where` (see `Place`)."""
    lines = [say("ticket-result-went", where=where.replace(" ", "-")), *_took(job)]
    label = say("ticket-show") if where == Place.KEPT else say("ticket-show-again")
    embed = _embed(job, job.state, job.state, lines)
    return Post(embed=embed, buttons=(Button(label, f"job:show:{job.id}"),))


def _embed(job: Job, looks: State, word: str, lines: list[str]) -> discord.Embed:
    embed = discord.Embed(
        title=say("ticket-title", state=word, kind=shorten(job.type, KIND_CHARACTERS)),
        description="\n".join(lines) or None,
        colour=_COLOURS[looks],
    )
    embed.set_footer(text=say("ticket-footer", id=job.id))
    return embed


def _buttons(job: Job) -> tuple[Button, ...]:
    """Cancel and Refresh while it lives, Retry when it ended in vain."""
    if job.state not in FINISHED:
        return (
            Button(say("ticket-cancel"), f"job:cancel:{job.id}", discord.ButtonStyle.danger),
            Button(say("ticket-refresh"), f"job:refresh:{job.id}"),
        )
    if job.state is State.COMPLETED or not job.durable:
        return ()
    return (Button(say("ticket-retry"), f"job:retry:{job.id}", discord.ButtonStyle.primary),)


def _warning(job: Job) -> list[str]:
    return [] if job.durable or job.state in FINISHED else [say("ticket-not-durable")]


def _lines(job: Job, outlook: Outlook | None, *, is_own: bool) -> list[str]:
    match job.state:
        case State.PENDING:
            return _waiting(outlook)
        case State.PARKED:
            return [_parked(job, is_own=is_own)]
        case State.SCHEDULED:
            return [*_stage(job), say("ticket-scheduled", at=_next_second(job.run_at))]
        case State.RETRYABLE:
            return _between_attempts(job)
        case State.PROCESSING:
            return _running(job)
        case State.CANCELLED:
            return [_error(job) or say("ticket-cancelled"), *_way_back(job)]
        case State.DISCARDED:
            return [_error(job), *_took(job), *_way_back(job)]
        case State.COMPLETED:
            return []


def _way_back(job: Job) -> list[str]:
    if job.state is State.CANCELLED:
        return [say("ticket-nothing-more") if job.durable else say("ticket-nothing-more-ever")]
    return [say("ticket-try-again") if job.durable else say("ticket-ask-again")]


def _took(job: Job) -> list[str]:
    if job.started_at is None or job.finished_at is None or job.finished_at < job.started_at + 1:
        return []  # nobody was kept waiting
    return [say("ticket-took", span=span(job.finished_at - job.started_at))]


def _between_attempts(job: Job) -> list[str]:
    tried = say(
        "ticket-attempt-failed", attempt=job.attempt, most=job.max_attempts, error=_error(job)
    )
    return [tried, say("ticket-next-attempt", at=_next_second(job.run_at))]


def _next_second(moment: float) -> str:
    return str(math.ceil(moment))


def _error(job: Job) -> str:
    return shorten(in_words(job.error or ""), ERROR_CHARACTERS)


def _parked(job: Job, *, is_own: bool) -> str:
    if not (job.parked_on or "").startswith(OF_OWNER):
        return say("ticket-parked-shared")
    return say("ticket-parked-own") if is_own else say("ticket-parked-first-asker")


def _waiting(outlook: Outlook | None) -> list[str]:
    if outlook is None or outlook.ahead == 0:
        return []
    lines = [say("ticket-ahead", ahead=counted(outlook.ahead), count=outlook.ahead)]
    if outlook.done_at is not None:
        lines.append(say("ticket-ready-about", at=_next_second(outlook.done_at)))
    return lines


def _running(job: Job) -> list[str]:
    lines = []
    if job.attempt > 1:
        lines.append(say("ticket-attempt", attempt=job.attempt, most=job.max_attempts))
    if job.started_at is not None:
        lines.append(say("ticket-started", at=str(math.floor(job.started_at))))
    progress = job.progress or Progress()
    if progress.total > 0:
        percent = f"{100 * _share(progress):.0f}"
        lines.append(say("ticket-bar", bar=bar(progress), percent=percent))
    lines += _stage(job)
    if progress.message:
        lines += ["", tail(progress.message, PARTIAL_CHARACTERS)]
    return lines


def _stage(job: Job) -> list[str]:
    stage = job.progress.stage if job.progress else ""
    return [f"*{shorten(stage, STAGE_CHARACTERS)}*"] if stage else []


def bar(progress: Progress) -> str:
    """A bar of `BAR_CELLS` block characters."""
    full = round(BAR_CELLS * _share(progress))
    return "█" * full + "░" * (BAR_CELLS - full)


def _share(progress: Progress) -> float:
    return min(1.0, max(0.0, progress.current / progress.total)) if progress.total > 0 else 0.0
