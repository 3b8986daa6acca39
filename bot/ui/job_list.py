"""Jobs in lists: a line each, pages of one's own, choices for whoever types. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.queue.job import Job
from bot.texts import say
from bot.texts.typed import as_typed
from bot.ui.post import Button, Menu, Post
from bot.ui.text import shorten
from bot.ui.words import span

ON_A_PAGE = 10
"""Jobs of one page."""

CHOICE_CHARACTERS = 100
"""Of a choice while typing, and of one in a menu (Discord's documentation on commands)."""

KIND_CHARACTERS = 40
LINE_CHARACTERS = 150
"""What is shown of a kind's name and of a title; ten lines stay far below an embed's 4,096."""

NEWEST = "-"
"""The page that has the newest jobs, in custom ids; other pages are named after their first."""

_COLOUR = 0x5B8DEF


@dataclass(frozen=True, slots=True)
class Page:
    """Titles of jobs, newest first, and whether there are others before and after them."""

    jobs: Sequence[tuple[Job, str]]
    newer: bool = False
    older: bool = False

    @property
    def name(self) -> str:
        """How custom ids name it."""
        return self.jobs[0][0].id if self.newer and self.jobs else NEWEST


def choice(job: Job, title: str, now: float) -> str:
    """A job in a few words, within `CHOICE_CHARACTERS`; `now` in unix seconds."""
    kind, age = shorten(job.type, KIND_CHARACTERS), span(max(0.0, now - job.created_at))
    about = title or (say("list-private") if job.private else "")
    frame = say("list-choice", state=job.state, kind=kind, about="", age=age)
    if not about:
        return frame
    room = CHOICE_CHARACTERS - len(frame) - len(say("list-about", about=""))
    about = say("list-about", about=_cut(about, room))
    return say("list-choice", state=job.state, kind=kind, about=about, age=age)


def _cut(text: str, limit: int) -> str:
    """The beginning of one line of plain text; nothing of it is markup."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def job_list(page: Page, now: float) -> Post:
    """A page of one's own jobs, with a menu to choose one; it can be turned."""
    if not page.jobs:
        return Post(embed=_embed(say("list-empty")))
    first, last = page.jobs[0][0].id, page.jobs[-1][0].id
    turns = [Button(say("list-refresh"), f"tasks:at:{page.name}")]
    if page.older:
        turns.insert(0, Button(say("list-older"), f"tasks:older:{last}"))
    if page.newer:
        turns.insert(0, Button(say("list-newer"), f"tasks:newer:{first}"))
    choices = {job.id: choice(job, title, now) for job, title in page.jobs}
    return Post(
        embed=_embed("\n".join(_line(job, title) for job, title in page.jobs)),
        buttons=tuple(turns),
        menu=Menu(f"tasks:choose:{page.name}", say("list-choose"), choices),
    )


def _embed(text: str) -> discord.Embed:
    return discord.Embed(title=say("list-title"), description=text, colour=_COLOUR)


def _line(job: Job, title: str) -> str:
    return say(
        "list-line",
        state=job.state,
        kind=shorten(job.type, KIND_CHARACTERS),
        at=str(int(job.created_at)),
        about=say("list-about", about=plain(title, LINE_CHARACTERS)) if title else "",
    )


def plain(text: str, limit: int) -> str:
    """The beginning of a line of text, in which nothing is markup any more."""
    return as_typed(_cut(text, limit))
