"""How a change of roles is told: while it runs, when it was stopped, when it is done. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

import discord

from bot.jobs.bulk_role.request import FAILED, Action, Changed, Course, Outcome, Problem
from bot.jobs.tables import csv_bytes
from bot.queue.job import Job
from bot.texts import say
from bot.texts.typed import as_typed

PROBLEMS_SHOWN = 10
"""People who could not be changed that the text names; the table has all."""

TABLE_FROM = 11
"""From so many people on, a table says what became of each."""

TABLE = "bulk-role.csv"


LONGEST_REASON = 512
"""Characters of a reason in Discord's audit log (its documentation)."""


def audit_reason(job: Job, why: str, asker: discord.Member | None) -> str:
    """What Discord's audit log says of each change."""
    name = str(job.owner) if asker is None else f"{asker} ({asker.id})"
    said = say("bulk-role-audit", asker=name, id=job.id)
    return (f"{why} · {said}" if why else said)[:LONGEST_REASON]


def progress(course: Course, total: int, ready_at: float | None) -> str:
    """One line; `ready_at` in unix seconds."""
    counts = course.counts
    return say(
        "bulk-role-progress",
        at=course.at,
        total=total,
        done=counts[Outcome.DONE],
        rest=_rest(counts),
        ready="" if ready_at is None else say("bulk-role-ready", at=str(int(ready_at))),
    )


def _rest(counts: Counter[Outcome]) -> str:
    """Those that were not changed, if there are any."""
    skipped = counts[Outcome.HAD] + counts[Outcome.EXCLUDED]
    failed = sum(counts[one] for one in FAILED)
    parts = [say("bulk-role-skipped", count=skipped)] if skipped else []
    parts += [say("bulk-role-failed", count=failed)] if failed else []
    return "".join(f" · {part}" for part in parts)


def summary(action: Action, role_name: str, counts: Mapping[Outcome, int]) -> list[str]:
    """How many were changed, and how many were so already, in sentences."""
    done, had = counts.get(Outcome.DONE, 0), counts.get(Outcome.HAD, 0)
    excluded = counts.get(Outcome.EXCLUDED, 0)
    role = as_typed(role_name)
    lines = [say("bulk-role-changed", action=action, role=role, count=done)]
    lines += [say("bulk-role-was-so", action=action, count=had)] if had else []
    lines += [say("bulk-role-excluded", count=excluded)] if excluded else []
    return lines


def done(result: Changed) -> str:
    """All of it, in the end."""
    lines = summary(result.action, result.role_name, result.counts)
    if result.failed:
        lines.append(say("bulk-role-problems", count=result.failed))
    lines += [say("bulk-role-problem", person=str(p.person), why=p.why) for p in result.problems]
    if result.failed > len(result.problems):
        lines.append(say("bulk-role-more", count=result.failed - len(result.problems)))
    return "\n".join(lines)


def stopped(action: Action, role_name: str, course: Course, total: int) -> str:
    """How far it came."""
    failed = sum(course.counts[one] for one in FAILED)
    lines = [say("bulk-role-stopped", at=course.at, total=total)]
    lines += summary(action, role_name, course.counts)
    lines += [say("bulk-role-problems", count=failed)] if failed else []
    lines += [say("bulk-role-in-flight")] if course.changing else []
    return "\n".join(lines)


def problems(people: Sequence[int], course: Course) -> list[Problem]:
    """The first of those who could not be changed."""
    found = zip(people, course.outcomes, strict=True)
    failed = [Problem(person=person, why=why) for person, why in found if why in FAILED]
    return failed[:PROBLEMS_SHOWN]


def table(people: Sequence[int], course: Course) -> bytes:
    """What became of each; also a file of people for another command."""
    rows = zip(people, course.outcomes, strict=True)
    return csv_bytes(("id", "outcome"), [(str(person), why.value) for person, why in rows])
