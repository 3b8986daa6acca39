"""Who did what, and what failed, as administrators read it. Pure."""

from collections.abc import Sequence

import discord

from bot.delivery.administration.audit import AuditLine, Deed
from bot.delivery.failures.book import Failure
from bot.texts import say
from bot.ui.admin_jobs import COLOUR
from bot.ui.job_list import plain
from bot.ui.post import Button, Post

ON_A_PAGE = 10

REASON_CHARACTERS = 200
"""What is shown of a reason: ten lines stay far below an embed's 4,096."""


def audit_page(lines: Sequence[AuditLine], *, older: bool, newest: bool) -> Post:
    """A page of deeds; `older`: there are more behind it."""
    text = "\n".join(map(_deed, lines)) or say("audit-none")
    buttons = []
    if not newest:
        buttons.append(Button(say("audit-newest"), "adm:audit:"))
    if older:
        buttons.append(Button(say("list-older"), f"adm:audit:{lines[-1].id}"))
    embed = discord.Embed(title=say("audit-title"), description=text, colour=COLOUR)
    return Post(embed=embed, buttons=tuple(buttons))


def _deed(line: AuditLine) -> str:
    what = line.what.lower() if line.deed is Deed.PRIORITISED else line.what
    return say(
        "audit-line",
        deed=line.deed.name,
        at=str(int(line.at)),
        user=str(line.by),
        on=plain(line.on, 100),
        what=plain(what, 100),
        why=f" ({plain(line.why, REASON_CHARACTERS)})" if line.why else "",
    )


def failure(found: Failure) -> Post:
    """One failure without its trace, which only the log and the journal have."""
    embed = discord.Embed(
        title=say("error-title", error=found.error), description=found.told, colour=COLOUR
    )
    about = say(
        "error-about", at=str(int(found.at)), user=str(found.user), where=_where(found, 150)
    )
    embed.add_field(name=say("error-what"), value=about, inline=False)
    if found.job:
        embed.add_field(name=say("error-job"), value=f"`{plain(found.job, 100)}`", inline=False)
    embed.set_footer(text=found.id)
    return Post(embed=embed)


def _where(found: Failure, most: int) -> str:
    where = plain(found.where, most)
    return where if found.guild is not None else say("error-in-private", where=where)


def failure_list(found: Sequence[Failure]) -> Post:
    """The last failures, to choose one's reference from."""
    lines = [
        say(
            "error-line",
            id=one.id,
            at=str(int(one.at)),
            where=_where(one, 60),
            error=one.error,
            user=str(one.user),
        )
        for one in found
    ]
    text = "\n".join(lines) or say("error-none")
    return Post(embed=discord.Embed(title=say("error-list"), description=text, colour=COLOUR))
