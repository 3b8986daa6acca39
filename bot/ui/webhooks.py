"""A server's webhook and its last calls, as administrators see them; never its path or secret."""

from collections.abc import Sequence

from bot.delivery.webhooks.call import Answer
from bot.delivery.webhooks.guild_hooks import GuildHook
from bot.delivery.webhooks.journal import Line
from bot.texts import say
from bot.ui.text import MESSAGE_LIMIT, shorten


def newly_set(hook: GuildHook) -> str:
    """The only message that ever shows the secret."""
    text = say("webhook-set", host=hook.host, events=_events(hook), secret=hook.secret)
    return text if hook.older_secret is None else f"{text}\n{say('webhook-rotated')}"


def shown(hook: GuildHook | None, lines: Sequence[Line], own: Sequence[Line] = ()) -> str:
    """What is set, whether it is called, and what came of the last calls; `own` are those of the
    webhook of the settings.
    """
    if hook is None:
        parts = [say("webhook-none")]
    else:
        when = f"<t:{int(hook.set_at)}:R>"
        parts = [
            say(
                "webhook-shown",
                host=hook.host,
                events=_events(hook),
                person=str(hook.set_by),
                when=when,
            )
        ]
        if hook.off:
            parts.append(say("webhook-off", why=hook.off))
    told = [_line(line) for line in lines] or [say("webhook-quiet")]
    if own:
        told += ["", say("webhook-settings"), *(_line(line) for line in own)]
    return shorten("\n".join([*parts, "", *told]), MESSAGE_LIMIT)


def tested(answer: Answer | None) -> str:
    """What came of a test."""
    if answer is None:
        return say("webhook-none")
    if answer.heard:
        return say("webhook-test-heard", status=str(answer.status), ms=answer.ms)
    return say("webhook-test-failed", fault=answer.fault, ms=answer.ms)


def redelivered(count: int) -> str:
    """How many are told once more."""
    return say("webhook-redelivered", count=count) if count else say("webhook-nothing-to-redeliver")


def _events(hook: GuildHook) -> str:
    return ", ".join(hook.events)


def _line(line: Line) -> str:
    when = f"<t:{int(line.at)}:R>"
    if line.fault:
        return say(
            "webhook-line-failed",
            when=when,
            host=line.host,
            fault=line.fault,
            ms=line.ms,
            attempt=line.attempt,
            job=line.job,
        )
    return say(
        "webhook-line-heard",
        when=when,
        host=line.host,
        status=str(line.status),
        ms=line.ms,
        attempt=line.attempt,
        job=line.job,
    )
