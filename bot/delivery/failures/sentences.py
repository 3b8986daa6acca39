"""One sentence for each way in which a request can fail, and how loudly the log hears of it. Pure.

A class that is not known here is a fault of the program: nothing of it is shown to people.
"""

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import discord
from discord import app_commands

from bot.delivery.administration.deeds import NotAnAdministrator, TouchesAll
from bot.delivery.discord_calls import NotAcceptable, NotNow, Refusal, TooLarge, WayClosed
from bot.delivery.sight import NotAllowed
from bot.delivery.target import SealBroken
from bot.delivery.webhooks.hook import NotCallable
from bot.providers.errors import ProviderError
from bot.queue.errors import (
    CommitUnknown,
    InvalidStateTransitionError,
    JobError,
    NotInHand,
    QueueError,
    QueueFull,
    SchemaTooNew,
    StoreError,
    TaskNotFoundError,
    UnknownJobType,
    UserLimitReached,
)
from bot.texts import say
from bot.texts.typed import as_typed
from bot.ui.text import clean, shorten

LONGEST_SENTENCE = 1500
"""Characters of what an error says itself; the reference must fit below it."""

LONGEST_QUOTE = 100
"""Characters of what somebody typed, where it is repeated."""


class Told(NamedTuple):
    """What a person reads, and the level at which it is logged. From ERROR on, with a trace."""

    sentence: str
    level: int = logging.INFO


class Stale(Exception):
    """A button or a form was used that this version of the bot does not know."""


class NotTheirs(NotAllowed):
    """Somebody used the button of somebody else."""

    def __init__(self) -> None:
        super().__init__(say("failure-not-yours"))


def told(error: BaseException) -> Told:
    """What to say of this error, whatever the library wrapped it in."""
    error = unwrapped(error)
    rule = next(_RULES[kind] for kind in type(error).__mro__ if kind in _RULES)
    said = rule(error)
    return said._replace(sentence=shorten(said.sentence, LONGEST_SENTENCE))


def unwrapped(error: BaseException) -> BaseException:
    """What really happened inside a command."""
    return error.original if isinstance(error, app_commands.CommandInvokeError) else error


def _its_own_words(error: BaseException) -> Told:
    return Told(clean(str(error)).strip() or say("failure-unexpected"))


def _unexpected(_: BaseException) -> Told:
    return Told(say("failure-unexpected"), logging.ERROR)


def _mistyped(error: app_commands.TransformerError) -> Told:
    value = as_typed(clean(str(error.value))).strip()
    return Told(say("failure-value", value=shorten(value, LONGEST_QUOTE)))


def _missing(permissions: list[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in permissions)


_RULES: dict[type[BaseException], Callable[[Any], Told]] = {
    BaseException: _unexpected,
    NotAllowed: _its_own_words,
    NotCallable: _its_own_words,
    NotAnAdministrator: lambda error: _its_own_words(error)._replace(level=logging.WARNING),
    TouchesAll: lambda error: _its_own_words(error)._replace(level=logging.WARNING),
    JobError: _its_own_words,
    ProviderError: _its_own_words,
    QueueError: _its_own_words,
    TaskNotFoundError: lambda _: Told(say("failure-no-job")),
    InvalidStateTransitionError: lambda error: Told(
        say("failure-state", state=str(error.state).lower())
    ),
    QueueFull: lambda error: Told(say("failure-queue-full", size=error.size)),
    UserLimitReached: lambda error: Told(say("failure-your-limit", limit=error.limit)),
    UnknownJobType: lambda _: Told(say("failure-kind-unknown"), logging.ERROR),
    NotInHand: lambda _: Told(say("failure-not-in-hand"), logging.ERROR),
    StoreError: lambda _: Told(say("failure-store-away"), logging.ERROR),
    CommitUnknown: lambda _: Told(say("failure-commit-unknown"), logging.ERROR),
    SchemaTooNew: lambda _: Told(say("failure-store-newer"), logging.ERROR),
    SealBroken: lambda _: Told(say("failure-seal"), logging.ERROR),
    Stale: lambda _: Told(say("failure-stale")),
    Refusal: lambda _: Told(say("failure-discord-refused"), logging.WARNING),
    NotNow: lambda _: Told(say("failure-discord-busy"), logging.WARNING),
    WayClosed: lambda _: Told(say("failure-discord-forbidden"), logging.WARNING),
    NotAcceptable: lambda _: Told(say("failure-discord-refused"), logging.WARNING),
    TooLarge: lambda _: Told(say("failure-too-large"), logging.WARNING),
    discord.HTTPException: lambda _: Told(say("failure-discord-refused"), logging.ERROR),
    discord.DiscordServerError: lambda _: Told(say("failure-discord-busy"), logging.WARNING),
    discord.RateLimited: lambda _: Told(say("failure-discord-busy"), logging.WARNING),
    discord.Forbidden: lambda _: Told(say("failure-discord-forbidden"), logging.WARNING),
    TimeoutError: lambda _: Told(say("failure-too-slow"), logging.ERROR),
    app_commands.CheckFailure: lambda _: Told(say("failure-not-allowed"), logging.WARNING),
    app_commands.NoPrivateMessage: lambda _: Told(say("failure-only-in-servers")),
    app_commands.MissingRole: lambda _: Told(say("failure-role"), logging.WARNING),
    app_commands.MissingAnyRole: lambda _: Told(say("failure-role"), logging.WARNING),
    app_commands.MissingPermissions: lambda error: Told(
        say("failure-permissions", names=_missing(error.missing_permissions)), logging.WARNING
    ),
    app_commands.BotMissingPermissions: lambda error: Told(
        say("failure-bot-permissions", names=_missing(error.missing_permissions)), logging.WARNING
    ),
    app_commands.CommandOnCooldown: lambda error: Told(
        say("failure-cooldown", seconds=max(1, round(error.retry_after)))
    ),
    app_commands.CommandNotFound: lambda _: Told(say("failure-command-unknown")),
    app_commands.CommandSignatureMismatch: lambda _: Told(say("failure-command-changed")),
    app_commands.TransformerError: _mistyped,
}
