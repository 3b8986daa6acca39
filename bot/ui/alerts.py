"""What administrators are told in the channel of alerts: a line each, many in one message. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.texts import say
from bot.ui.job_list import KIND_CHARACTERS, plain
from bot.ui.post import Post
from bot.ui.text import clean

LINES = 10
"""Of one message; further alerts are counted. Ten lines stay far below an embed's 4,096."""

REASON_CHARACTERS = 250

COLOUR = 0xD83C3E


@dataclass(frozen=True, slots=True)
class Alert:
    """A job that failed, or (with an `outcome`) one whose news reached nobody; without a job, a
    sentence about something else.
    """

    reason: str
    job: str = ""
    kind: str = ""
    user: int | None = None
    outcome: str = ""


def alert_post(alerts: Sequence[Alert], *, chosen: bool = False) -> Post:
    """One message about all of them; `chosen`: about none yet, this channel was just chosen."""
    if chosen:
        return Post(say("alerts-chosen"))
    lines = [_line(one) for one in alerts[:LINES]]
    if len(alerts) > LINES:
        lines.append(say("alerts-more", count=len(alerts) - LINES))
    embed = discord.Embed(title=say("alerts-title"), description="\n".join(lines), colour=COLOUR)
    return Post(embed=embed)


def _line(alert: Alert) -> str:
    reason = plain(" ".join(clean(alert.reason).split()), REASON_CHARACTERS)
    if not alert.job:
        return say("alerts-other", reason=reason)
    return say(
        "alerts-job",
        outcome=alert.outcome or "FAILED",
        kind=plain(alert.kind, KIND_CHARACTERS),
        user="" if alert.user is None else f" · <@{alert.user}>",
        reason=f" · {reason}" if reason else "",
        id=alert.job,
    )
