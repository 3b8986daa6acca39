"""The queue as its administrators see it: at a glance, in numbers, by people. Pure."""

from collections.abc import Sequence

import discord

from bot.delivery.administration.deeds import Busy, Overview
from bot.queue.figures import Recent, Spread
from bot.queue.health import Health, Level
from bot.queue.job import Priority
from bot.queue.states import State
from bot.queue.statistics import Counts, Statistics
from bot.texts import say
from bot.ui.status import DESCRIPTION_LIMIT, FIELD_LIMIT, STOPPED, WORKING, status_embed
from bot.ui.text import shorten
from bot.ui.words import size, span
from bot.wording import in_words

COLOURS = {Level.HEALTHY: WORKING, Level.DEGRADED: 0xE0A030, Level.CRITICAL: STOPPED}

KINDS_SHOWN = 10
PEOPLE_SHOWN = 25


def overview(seen: Overview) -> discord.Embed:
    """What `/queue status` shows, what is paused, and what is not well."""
    embed = status_embed(seen.status)
    embed.remove_field(len(embed.fields) - 1)  # one's own jobs are not the matter here
    embed.title = say("admin-queue-title")
    paused = ", ".join(sorted(seen.paused)) or say("admin-nothing")
    embed.add_field(name=say("admin-paused"), value=shorten(paused, FIELD_LIMIT), inline=False)
    if seen.health is not None:
        embed.colour = discord.Colour(COLOURS[seen.health.level])
        value = shorten(_health(seen.health), FIELD_LIMIT)
        embed.add_field(name=say("admin-health"), value=value, inline=False)
    return embed


def _health(health: Health) -> str:
    issues = [
        f"**{in_words(one.problem)}** {in_words(one.recommendation)}" for one in health.issues
    ]
    return "\n".join([say("admin-health-level", level=health.level.name), *issues])


def metrics(numbers: Statistics, queue: str | None) -> discord.Embed:
    """This moment and the last hour, of one queue or of all."""
    counts = numbers.by_state if queue is None else numbers.by_queue.get(queue, {})
    embed = discord.Embed(
        title=say("admin-metrics-title", queue=queue or say("admin-all-queues")),
        description=shorten(_counts(counts), DESCRIPTION_LIMIT) or say("admin-nothing"),
        colour=WORKING,
    )
    ages = [age for name, age in numbers.backlog_age_s.items() if queue in {None, name}]
    now = say(
        "admin-metrics-now",
        people=numbers.active_people,
        oldest=span(max(ages)) if ages else say("admin-nothing"),
        memory=size(numbers.memory_bytes),
    )
    embed.add_field(name=say("admin-metrics-moment"), value=now, inline=False)
    embed.add_field(name=say("admin-metrics-hour"), value=_hour(numbers.recent), inline=False)
    kinds = sorted(numbers.recent_by_kind.items(), key=lambda one: -one[1].ended)[:KINDS_SHOWN]
    by_kind = "\n".join(_kind(name, recent) for name, recent in kinds)
    if by_kind:
        value = shorten(by_kind, FIELD_LIMIT)
        embed.add_field(name=say("admin-metrics-kinds"), value=value, inline=False)
    lanes = [(priority, numbers.by_priority.get(priority, {})) for priority in Priority]
    by_priority = "\n".join(f"**{one.name.lower()}** · {_counts(n)}" for one, n in lanes if n)
    if by_priority:
        value = shorten(by_priority, FIELD_LIMIT)
        embed.add_field(name=say("admin-metrics-priorities"), value=value, inline=False)
    return embed


def _counts(counts: Counts) -> str:
    return " · ".join(
        f"{say('list-icon', state=state)} {state.lower()} {counts[state]:,}"
        for state in State
        if counts.get(state)
    )


def _hour(recent: Recent) -> str:
    return say(
        "admin-metrics-recent",
        perminute=round(recent.per_minute, 1),
        wait=_spread(recent.wait),
        ran=_spread(recent.duration),
        ended=recent.ended,
        cancelled=recent.cancelled,
        errors=_share(recent.error_rate),
        hits=_share(recent.hit_rate),
    )


def _kind(name: str, recent: Recent) -> str:
    return say(
        "admin-metrics-kind",
        kind=shorten(name, 40),
        ended=recent.ended,
        ran=_spread(recent.duration),
        errors=_share(recent.error_rate),
    )


def _spread(spread: Spread) -> str:
    if spread.p50_s is None or spread.p95_s is None:
        return say("admin-nothing")
    return say("admin-metrics-spread", half=span(spread.p50_s), most=span(spread.p95_s))


def _share(rate: float | None) -> str:
    return say("admin-nothing") if rate is None else f"{rate:.0%}"


def people(busy: Sequence[Busy]) -> discord.Embed:
    """Whoever has unfinished jobs, busiest first, and whoever asked today."""
    lines = [
        say(
            "admin-person",
            user=str(one.user),
            waiting=one.waiting,
            running=one.running,
            weight=f"{one.weight:g}",
            tokens=f"{one.tokens:,}",
        )
        for one in busy[:PEOPLE_SHOWN]
    ]
    if len(busy) > PEOPLE_SHOWN:
        lines.append(say("admin-people-more", count=len(busy) - PEOPLE_SHOWN))
    text = "\n".join(lines) or say("admin-people-none")
    return discord.Embed(title=say("admin-people-title"), description=text, colour=WORKING)
