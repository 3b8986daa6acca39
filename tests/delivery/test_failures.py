"""Every error has its sentence: what happened and what to do next, never what the program says."""

import importlib
import inspect
import logging
import pkgutil
from types import SimpleNamespace

import discord
import pytest
from discord import app_commands

import bot
import cogs
import config
from bot.delivery.failures.sentences import LONGEST_SENTENCE, told
from bot.delivery.target import SealBroken
from bot.queue.errors import JobError, QueueFull, UserLimitReached

UNEXPECTED = "Something went wrong on my side."
OWN = "This is said by whoever raised it. Try this next."
REFUSED = "Discord did not take what I sent."
AWAY = "The database could not be used, so nothing was done."

SENTENCES = {
    "CallFailed": UNEXPECTED,
    "ChoicesFailed": UNEXPECTED,
    "CommitUnknown": "it may not have been done",
    "ExtensionFault": UNEXPECTED,  # it stops the start, which says it on the terminal
    "Gone": OWN,
    "IntentsRefused": UNEXPECTED,  # these stop the start, which says them on the terminal
    "InvalidStateTransitionError": "so that cannot be done with it any more",
    "JobError": OWN,
    "LeadsInside": UNEXPECTED,  # webhooks turn these two into a line of their log
    "NobodyThere": UNEXPECTED,
    "NotAcceptable": REFUSED,
    "NotAllowed": OWN,
    "NotAnAdministrator": OWN,
    "NotCallable": OWN,
    "NotDiscord": UNEXPECTED,
    "NotInHand": "taken over by another run",
    "NotNow": "Discord is too busy",
    "NotAPicture": UNEXPECTED,  # who looks at a picture turns it into a sentence
    "NotStarted": UNEXPECTED,  # the built-in responder answers instead
    "NotTaken": OWN,
    "NotTheirs": "Use it yourself to get your own.",
    "ProviderError": OWN,
    "QueueError": OWN,
    "QueueFull": "The queue is full: 7 jobs are waiting.",
    "QuotaReached": OWN,
    "Refusal": REFUSED,
    "Resting": OWN,
    "SchemaTooNew": "the bot needs to be updated",
    "SealBroken": "ENCRYPTION_KEY_OLD",
    "ServersNotKnown": OWN,
    "SettingError": UNEXPECTED,
    "Snooze": UNEXPECTED,
    "Stale": "from an older version of the bot",
    "StoreError": AWAY,
    "StoreUnavailable": AWAY,
    "TaskNotFoundError": "There is no such job here",
    "TokenRefused": UNEXPECTED,
    "TooLarge": "too large to be sent",
    "TooLargeError": UNEXPECTED,  # providers turn it into one of their own
    "TooMuch": UNEXPECTED,  # exports turn these two into sentences of their own
    "_Closed": UNEXPECTED,
    "TouchesAll": OWN,
    "Unfit": UNEXPECTED,  # what reads files turns it into NotTaken
    "UnknownJobType": "does not know this kind of work",
    "UserLimitReached": "You have 7 unfinished jobs",
    "WayClosed": "look at my permissions",
}

RESPONSE = SimpleNamespace(status=400, reason="Bad Request", headers={})

OF_THE_LIBRARY = {
    app_commands.CheckFailure("The check functions failed."): "You may not use this here",
    app_commands.NoPrivateMessage(): "This works only in a server.",
    app_commands.MissingRole("mod"): "needs a role",
    app_commands.MissingAnyRole(["mod"]): "needs a role",
    app_commands.MissingPermissions(["manage_roles"]): "(manage roles)",
    app_commands.BotMissingPermissions(
        ["manage_roles"]
    ): "I lack permissions for this here: manage",
    app_commands.CommandOnCooldown(app_commands.Cooldown(1, 9), 8.6): "in 9 seconds",
    app_commands.CommandNotFound("old", []): "This command is from an older version",
    app_commands.CommandSignatureMismatch(SimpleNamespace(name="x")): "This command has changed",
    app_commands.TransformerError(
        "no **id**", discord.AppCommandOptionType.string, app_commands.Transformer()
    ): r"“no \*\*id\*\*” is not something",
    app_commands.AppCommandError("?"): UNEXPECTED,
    discord.Forbidden(RESPONSE, "Missing Access"): "look at my permissions",
    discord.HTTPException(RESPONSE, "Invalid Form Body"): REFUSED,
    discord.DiscordServerError(RESPONSE, ""): "Discord is too busy",
    discord.RateLimited(61.0): "Discord is too busy",
    TimeoutError(): "This took too long",
    ZeroDivisionError("a bug"): UNEXPECTED,
}


def classes() -> dict[str, type[BaseException]]:
    """Every exception class that the program has."""
    found = {}
    for package in (bot, cogs, config):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            for one in vars(importlib.import_module(module.name)).values():
                if inspect.isclass(one) and issubclass(one, BaseException):
                    found[one] = one.__module__.split(".")[0]
    names = {package.__name__ for package in (bot, cogs, config)}
    return {one.__name__: one for one, package in found.items() if package in names}


MADE_OF = {
    "InvalidStateTransitionError": ("COMPLETED", "cancel"),
    "NotTheirs": (),
    "QueueFull": (7,),
    "UserLimitReached": (7,),
}


def an(error: type[BaseException]) -> BaseException:
    """One of this class, whatever it is made of."""
    if error.__name__ in MADE_OF:
        return error(*MADE_OF[error.__name__])
    one = error.__new__(error)
    one.args = (OWN,)
    return one


def test_every_class_of_the_program_has_its_row():
    assert classes().keys() == SENTENCES.keys()


@pytest.mark.parametrize("name", SENTENCES)
def test_a_class_of_the_program_has_its_sentence(name):
    sentence = told(an(classes()[name])).sentence
    assert SENTENCES[name] in sentence
    assert sentence == OWN or OWN not in sentence


@pytest.mark.parametrize("error", OF_THE_LIBRARY, ids=lambda error: type(error).__name__)
def test_a_class_of_the_library_has_its_sentence(error):
    sentence = told(error).sentence
    assert OF_THE_LIBRARY[error] in sentence
    assert not str(error) or str(error) not in sentence


def test_what_a_command_raised_counts_not_what_it_is_wrapped_in():
    command = SimpleNamespace(name="chat")
    wrapped = app_commands.CommandInvokeError(command, JobError(OWN))
    assert told(wrapped).sentence == OWN


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (QueueFull(1), logging.INFO),
        (UserLimitReached(1), logging.INFO),
        (app_commands.MissingPermissions(["administrator"]), logging.WARNING),
        (SealBroken("x"), logging.ERROR),
        (ZeroDivisionError(), logging.ERROR),
    ],
)
def test_only_faults_are_errors_in_the_log(error, level):
    assert told(error).level == level


def test_a_sentence_fits_and_has_no_control_characters():
    sentence = told(JobError("\x00" + "long " * 1000)).sentence
    assert len(sentence) <= LONGEST_SENTENCE
    assert "\x00" not in sentence


def test_an_error_without_words_is_not_silent():
    assert told(JobError(" \x00")).sentence.startswith(UNEXPECTED)
