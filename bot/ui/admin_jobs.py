"""A server's jobs for its administrators: pages that can be turned and filtered, one job with what
may be done to it, and the question before something is destroyed. Pure: all that a button needs to
know stands in its id or in the message.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import discord

from bot.queue.job import Job
from bot.queue.states import FINISHED, WAITING, State
from bot.queue.store.base import JobFilter
from bot.texts import say
from bot.ui.job_list import KIND_CHARACTERS, LINE_CHARACTERS, NEWEST, choice, plain
from bot.ui.post import Button, Menu, Post
from bot.ui.text import shorten

ANY = "any"

STATES: Mapping[str, frozenset[State]] = MappingProxyType(
    {
        "waiting": WAITING,
        "running": frozenset({State.PROCESSING}),
        "completed": frozenset({State.COMPLETED}),
        "failed": frozenset({State.DISCARDED}),
        "cancelled": frozenset({State.CANCELLED}),
        ANY: frozenset(),
    }
)
"""What may be chosen as a state, in the words of people."""

LONGEST_KIND = 28
"""Characters: a kind's name must fit into a button's id, which takes 100, beside a state, a person
and a job.
"""

LONGEST_REASON = 200

COLOUR, DANGER = 0x5B8DEF, 0xD83C3E

_WANTED = re.compile(r"(\w+):(\d*):(.*)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs are listed: of a state in the words of people, of a person, of a kind."""

    state: str = ANY
    user: int | None = None
    kind: str = ""

    def filter(self) -> JobFilter:
        """As the store understands it."""
        return JobFilter(owner=self.user, type=self.kind or None, states=STATES[self.state])

    @property
    def code(self) -> str:
        """As it stands in a button's id."""
        return f"{self.state}:{self.user or ''}:{self.kind}"

    @classmethod
    def read(cls, code: str) -> "Wanted":
        """What stands in a button's id; what nobody wrote like that wants any."""
        found = _WANTED.fullmatch(code)
        if found is None or found[1] not in STATES:
            return cls()
        return cls(found[1], int(found[2]) if found[2] else None, found[3])


@dataclass(frozen=True, slots=True)
class GuildPage:
    """Jobs with what was asked (as far as it may be seen), newest first."""

    wanted: Wanted
    jobs: Sequence[tuple[Job, str]]
    newer: bool = False
    older: bool = False

    @property
    def name(self) -> str:
        """How custom ids name it."""
        return self.jobs[0][0].id if self.newer and self.jobs else NEWEST


def guild_jobs(page: GuildPage, now: float) -> Post:
    """The page, with a menu to choose one."""
    code = page.wanted.code
    turns = [Button(say("list-refresh"), f"adm:jobs-at:{page.name}:{code}")]
    if not page.jobs:
        return Post(embed=_embed(page, say("admin-jobs-none")), buttons=tuple(turns))
    first, last = page.jobs[0][0].id, page.jobs[-1][0].id
    if page.older:
        turns.insert(0, Button(say("list-older"), f"adm:jobs-older:{last}:{code}"))
    if page.newer:
        turns.insert(0, Button(say("list-newer"), f"adm:jobs-newer:{first}:{code}"))
    choices = {job.id: choice(job, title, now) for job, title in page.jobs}
    return Post(
        embed=_embed(page, "\n".join(_line(job, title) for job, title in page.jobs)),
        buttons=tuple(turns),
        menu=Menu(f"adm:job-at:{page.name}:{code}", say("list-choose"), choices),
    )


def _embed(page: GuildPage, text: str) -> discord.Embed:
    embed = discord.Embed(title=say("admin-jobs-title"), description=text, colour=COLOUR)
    wanted = page.wanted
    if wanted != Wanted():
        embed.set_footer(
            text=say(
                "admin-jobs-filter",
                state=wanted.state,
                kind=wanted.kind or ANY,
                user=str(wanted.user or ANY),
            )
        )
    return embed


def _line(job: Job, title: str) -> str:
    about = title or (say("list-private") if job.private else "")
    return say(
        "admin-jobs-line",
        state=job.state,
        kind=shorten(job.type, KIND_CHARACTERS),
        at=str(int(job.created_at)),
        user="" if job.owner is None else f" · <@{job.owner}>",
        about=say("list-about", about=plain(about, LINE_CHARACTERS)) if about else "",
        id=job.id,
    )


def with_admin_buttons(job: Job, shown: Post, back: str = "") -> Post:
    """One job as it is shown, with what its administrator may do besides seeing its result; `back`
    names the list before.
    """
    buttons = [one for one in shown.buttons if one.custom_id == f"job:show:{job.id}"]
    if job.state not in FINISHED:
        danger = discord.ButtonStyle.danger
        buttons.append(Button(say("ticket-cancel"), f"adm:cancel:{job.id}", danger))
        buttons.append(Button(say("ticket-refresh"), f"adm:view:{job.id}"))
    elif job.state is not State.COMPLETED:
        buttons.append(
            Button(say("ticket-retry"), f"adm:retry:{job.id}", discord.ButtonStyle.primary)
        )
    if back:
        buttons.append(Button(say("detail-back"), f"adm:jobs-at:{back}"))
    return replace(shown, buttons=tuple(buttons), menu=None)


def asked_to_cancel(job: Job, why: str = "") -> Post:
    """Whether a job that others wait for is really to be cancelled."""
    owner = say("admin-nobody") if job.owner is None else f"<@{job.owner}>"
    kind = shorten(job.type, KIND_CHARACTERS)
    question = say("admin-cancel-ask", kind=kind, id=job.id, owner=owner)
    return asked_to_confirm(question, f"adm:yes-cancel:{job.id}", "adm:keep:", why)


def asked_to_confirm(question: str, confirm: str, keep: str, why: str = "") -> Post:
    """Whether something is really meant; `confirm` and `keep` are the ids of the two buttons."""
    embed = discord.Embed(description=question, colour=DANGER)
    if why:
        embed.add_field(name=say("admin-reason"), value=why, inline=False)
    return Post(
        embed=embed,
        buttons=(
            Button(say("admin-confirm"), confirm, discord.ButtonStyle.danger),
            Button(say("admin-keep"), keep),
        ),
    )


def reason_in(message: discord.Message | None) -> str:
    """The reason that stands in such a question, as Discord's server kept it."""
    fields = message.embeds[0].fields if message and message.embeds else []
    return next((one.value or "" for one in fields if one.name == say("admin-reason")), "")
