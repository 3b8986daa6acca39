"""One job with all that is known of it, for those who may see it. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import discord

from bot.queue.deliveries import LEFT, NEVER_SEEN, Delivery, DeliveryState
from bot.queue.job import Failure, Job
from bot.queue.outlook import Outlook
from bot.queue.states import FINISHED, State
from bot.texts import say
from bot.ui.job_list import plain
from bot.ui.post import Button, Post
from bot.ui.text import clean, shorten
from bot.ui.ticket import ticket
from bot.wording import in_words

TITLE_CHARACTERS = 500
"""What is shown of what was asked."""

ERRORS, ERROR_CHARACTERS = 3, 250
"""The last so many attempts that failed, and what is shown of each."""

LOG_LINES, LOG_CHARACTERS = 8, 100
"""The last so many lines of the log, and what is shown of each. Each field of these stays within
the 1,024 characters that Discord takes of one, and they leave 1,500 of `EMBED_CHARACTERS`.
"""

WAYS, REASON_CHARACTERS = 3, 100
"""Deliveries that are told of, and what is shown of why one was given up."""

EMBED_CHARACTERS = 6000
"""What Discord takes of an embed in all."""


@dataclass(frozen=True, slots=True)
class Detail:
    """What one person may know of a job.

    `whole`: they may know what it is about. `owed` are the deliveries of which they may know;
    `back` names the page of their list that they came from.
    """

    job: Job
    title: str
    whole: bool
    reader: int
    owed: Sequence[Delivery] = ()
    outlook: Outlook | None = None
    back: str | None = None


def job_detail(detail: Detail, shown: Post) -> Post:
    """The ticket as it is now, with all that is known beside it; `shown` is what has come of it."""
    job = detail.job
    embed = ticket(job, detail.outlook, reader=detail.reader).embed or discord.Embed()
    for name, text in _fields(detail):
        embed.add_field(name=name, value=text, inline=False)
    if (excess := len(embed) - EMBED_CHARACTERS) > 0:
        embed.description = shorten(embed.description or "", len(embed.description or "") - excess)
    return replace(shown, embed=embed, buttons=(*_buttons(detail, shown), *shown.buttons))


def _buttons(detail: Detail, shown: Post) -> tuple[Button, ...]:
    """What its state allows; the way to the result, if that is not all here (a panel has no place
    beside the job's own), and the way back to the list.
    """
    job, at = detail.job, detail.back or ALONE
    buttons = []
    if job.state not in FINISHED:
        danger = discord.ButtonStyle.danger
        buttons.append(Button(say("ticket-cancel"), f"tasks:cancel:{at}:{job.id}", danger))
        buttons.append(Button(say("ticket-refresh"), f"tasks:view:{at}:{job.id}"))
    elif job.state is not State.COMPLETED and job.durable:
        primary = discord.ButtonStyle.primary
        buttons.append(Button(say("ticket-retry"), f"tasks:retry:{at}:{job.id}", primary))
    elif job.state is State.COMPLETED and detail.whole and not _is_here(detail, shown):
        buttons.append(Button(say("ticket-show"), f"job:show:{job.id}"))
    if detail.back is not None:
        buttons.append(Button(say("detail-back"), f"tasks:at:{detail.back}"))
    return tuple(buttons)


def _is_here(detail: Detail, shown: Post) -> bool:
    return detail.back is None and shown.embed is None


ALONE = "alone"
"""In custom ids: not from a list."""


def _fields(detail: Detail) -> list[tuple[str, str]]:
    job = detail.job
    fields = [
        (say("detail-asked"), plain(detail.title, TITLE_CHARACTERS)),
        (say("detail-about"), _about(detail)),
        (say("detail-went"), "\n".join(_went(one, detail.reader) for one in detail.owed[:WAYS])),
        (say("detail-errors"), "\n".join(_failure(one) for one in job.errors[-ERRORS:])),
        (say("detail-log"), _log(job.log)),
    ]
    return [(name, text) for name, text in fields if text]


def _about(detail: Detail) -> str:
    job = detail.job
    lines = [say("detail-asked-at", at=str(math.floor(job.created_at)))]
    if job.owner not in {None, detail.reader}:
        lines.append(say("detail-asked-by", user=str(job.owner)))
    if not detail.whole:
        lines.append(say("detail-private"))
    if job.attempt:
        most = str(job.max_attempts)
        lines.append(say("detail-attempts", attempt=str(job.attempt), most=most))
    if job.losses:
        lines.append(say("detail-losses", count=job.losses))
    if job.finished_at is not None:
        lines.append(say("detail-ended-at", at=str(math.floor(job.finished_at))))
    return "\n".join(lines)


def _went(delivery: Delivery, reader: int) -> str:
    if delivery.owner == reader:
        return _place(delivery)
    return say("detail-went-of", user=str(delivery.owner), place=_place(delivery))


def _place(delivery: Delivery) -> str:
    if delivery.note == LEFT:
        return say("detail-went-left")
    if delivery.note == NEVER_SEEN:
        return say("detail-went-unseen")
    if delivery.state is DeliveryState.ABANDONED:
        return say("detail-went-nowhere", reason=plain(delivery.note, REASON_CHARACTERS))
    if delivery.state is not DeliveryState.DELIVERED:
        return say("detail-went-not-yet")
    return say("detail-went-to", place=delivery.note.replace(" ", "-"))


def _failure(failure: Failure) -> str:
    error = shorten(clean(in_words(failure.error)) or "?", ERROR_CHARACTERS)
    return say(
        "detail-error",
        attempt=str(failure.attempt),
        at=str(math.floor(failure.at)),
        error=" ".join(error.split()),
    )


def _log(lines: Sequence[str]) -> str:
    """The last lines, in a block that nothing in them can break out of."""
    if not lines:
        return ""
    shown = [" ".join(clean(one).split())[:LOG_CHARACTERS] for one in lines[-LOG_LINES:]]
    return "```\n" + "\n".join(shown).replace("`", "ˋ") + "\n```"
