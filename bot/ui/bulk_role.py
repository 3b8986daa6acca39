"""The question before roles are changed: for how many, or what stands in its way. Pure."""

import discord

from bot.jobs.bulk_role.people_file import Named
from bot.jobs.bulk_role.survey import NAMES_SHOWN, Survey, Wanted
from bot.texts import say
from bot.texts.typed import as_typed
from bot.ui.admin_jobs import DANGER, asked_to_confirm
from bot.ui.post import Post
from bot.ui.text import clean, shorten

NAME_CHARACTERS = 40

PER_PERSON_S = 1.0
"""Discord lets ten changes of roles pass in ten seconds and server: measured by people, documented
nowhere.
"""

SHORT_S = 60.0
"""What takes less is not worth a word."""


def question(survey: Survey, plan_id: str, run_at: float | None, now: float) -> Post:
    """What would be done, with Confirm and Keep; `run_at` and `now` in unix seconds."""
    lines = [_what(survey), _names(survey), *_beside(survey), *_when(survey, run_at, now)]
    asked = "\n".join(line for line in lines if line)
    wanted = survey.wanted
    return asked_to_confirm(
        asked, f"bulk-role:yes:{plan_id}", f"bulk-role:no:{plan_id}", clean(wanted.reason)
    )


def nothing_to_do(survey: Survey) -> Post:
    """Why there is nothing to confirm."""
    if survey.hindrances:
        lines = [say("bulk-role-hindered"), *(f"• {one}" for one in survey.hindrances)]
    elif survey.named is not None and not survey.named.people:
        lines = [say("bulk-role-file-empty"), *_beside(survey)]
    else:
        lines = [say("bulk-role-nobody", action=survey.wanted.action), *_beside(survey)]
    return Post(embed=discord.Embed(description="\n".join(lines), colour=DANGER))


def _what(survey: Survey) -> str:
    wanted = survey.wanted
    return say(
        "bulk-role-ask",
        action=wanted.action,
        role=wanted.role.mention,
        count=len(survey.people),
        whom=_whom(wanted),
    )


def _whom(wanted: Wanted) -> str:
    if wanted.everybody:
        return say("bulk-role-whom-all")
    if wanted.having is None:
        return say("bulk-role-whom-file")
    role = wanted.having.mention
    if wanted.file is None:
        return say("bulk-role-whom-having", role=role)
    return say("bulk-role-whom-both", role=role)


def _names(survey: Survey) -> str:
    names = [plain(name) for name in survey.names]
    more = len(survey.people) - NAMES_SHOWN
    some = ", ".join(names)
    return say("bulk-role-names-more", names=some, more=more) if more > 0 else some


def plain(name: str) -> str:
    """A name as text, whatever is in it."""
    return as_typed(shorten(clean(name), NAME_CHARACTERS))


def _beside(survey: Survey) -> list[str]:
    """Who is left out, and what of a file could not be read."""
    lines = []
    if survey.already:
        lines.append(say("bulk-role-already", action=survey.wanted.action, count=survey.already))
    if survey.absent:
        lines.append(say("bulk-role-absent", count=len(survey.absent)))
    return lines if survey.named is None else [*lines, *_of_the_file(survey.named)]


def _of_the_file(named: Named) -> list[str]:
    lines = [say("bulk-role-repeated", count=named.repeated)] if named.repeated else []
    if named.nonsense:
        lines.append(say("bulk-role-nonsense", count=named.nonsense))
        lines += [
            say("bulk-role-nonsense-line", number=str(number), line=plain(line))
            for number, line in named.first_nonsense
        ]
    return lines


def _when(survey: Survey, run_at: float | None, now: float) -> list[str]:
    lines = [] if run_at is None else [say("bulk-role-at", at=str(int(run_at)))]
    takes_s = len(survey.people) * PER_PERSON_S
    if takes_s >= SHORT_S:
        ready = (run_at or now) + takes_s
        lines.append(say("bulk-role-takes", at=str(int(ready))))
    return [*lines, say("bulk-role-seen")]
