"""What the queue says of its own accord: plain English, of which each sentence can be told from all
others, so that whoever has a catalogue of texts can say it in better words, or in another language.

They are stored and logged as they stand, readable by whoever uses the queue alone.
"""

import re
from collections.abc import Mapping
from functools import cache
from string import Formatter
from types import MappingProxyType
from typing import NamedTuple

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "end-late": "It took longer than {seconds} seconds.",
        "end-stubborn": "It did not stop.",
        "end-interrupted": "It was interrupted from within.",
        "end-cancelled": "It was cancelled.",
        "end-unreadable": "The stored request cannot be read by this version. Please ask again.",
        "end-unforeseen": "Something inside this job went wrong ({fault}).",
        "end-lost": "The worker died {times} times while it ran this job, so it was given up.",
        "end-unkept": "The bot was stopped before this was done, and it could not be kept because "
        "the queue's storage was away.",
        "end-result-unstored": "Its result could not be stored, so it was given up. {fault}",
        "end-unstored": "Its end could not be stored, so it was given up. {fault}",
        "issue-silent": "The store has been silent for {seconds} seconds.",
        "issue-away": "The store does not answer, so no job is accepted or run: {fault}",
        "issue-away-do": "See that the disk has space and that this process may write to what "
        "QUEUE_DATABASE_URL names; work goes on by itself once it answers.",
        "issue-stopped": "This process runs no jobs; {waiting} waiting.",
        "issue-stopped-do": "Start the bot again; what waits is kept. If it stops while jobs still "
        "run, give them more time with SHUTDOWN_GRACE.",
        "issue-full": "{waiting} of {most} places are taken, and new jobs are refused.",
        "issue-nearly-full": "{waiting} of {most} places are taken; soon new jobs will be refused.",
        "issue-full-do": "Let more jobs run at once with QUEUE_CONCURRENCY, or let more wait with "
        "QUEUE_MAX_SIZE; QUEUE_MAX_ACTIVE_PER_USER bounds what one person may ask for.",
        "issue-paused": "The queue {queue} is paused, and a job of it has waited {minutes} minutes "
        "for its turn.",
        "issue-paused-do": "Resume it as soon as what it was paused for is over.",
        "issue-backlog": "A job of the queue {queue} has been ready for {minutes} minutes "
        "({running} running).",
        "issue-backlog-busy-do": "Let more run at once: QUEUE_CONCURRENCY={setting}, if what they "
        "call on bears it.",
        "issue-backlog-idle-do": "Its slots are not full, so see whether a process works on it "
        "(QUEUE_CONCURRENCY={setting}).",
        "issue-strange": "This process does not know the kind {kind}; {waiting} of it waiting.",
        "issue-strange-do": "They run as soon as a process works that knows it: start the version "
        "of the bot that has it, or discard them.",
        "issue-noticed-do": "It goes on by itself; if it does not, read the log for the cause.",
        "issue-failing": "{percent} % of the {ended} jobs of the kind {kind} that ended in the "
        "last hour were given up.",
        "issue-failing-do": "Read the errors of its discarded jobs. If the cause passes by itself, "
        "raise QUEUE_MAX_ATTEMPTS; if they run out of time, QUEUE_JOB_TIMEOUT.",
        "issue-retrying": "{retrying} of {unfinished} unfinished jobs failed and wait to be tried "
        "again.",
        "issue-retrying-do": "See whether what they call on answers. If it needs long to recover, "
        "raise QUEUE_RETRY_BASE_DELAY or QUEUE_MAX_ATTEMPTS, so that they are not given up before.",
        "issue-slow": "One in twenty jobs of the kind {kind} runs for {seconds} s or more, and all "
        "are stopped at {limit} s.",
        "issue-slow-do": "Raise QUEUE_JOB_TIMEOUT, or lower QUEUE_CONCURRENCY if they slow each "
        "other down.",
        "issue-slow-own-do": "Raise the timeout of the kind {kind}, or lower QUEUE_CONCURRENCY if "
        "they slow each other down.",
        "issue-parked": "Jobs of the queue {queue} are held back ({parked}), although {free} of "
        "its slots stand empty.",
        "issue-parked-do": "Let one person run more at once with QUEUE_MAX_RUNNING_PER_USER.",
        "issue-rarely-cached": "The cache answered {percent} % of {lookups} requests in the last "
        "hour.",
        "issue-rarely-cached-do": "If people ask the same again, but later or amid much else, "
        "raise CACHE_TTL or CACHE_MAX_SIZE; if they do not, all is well.",
    }
)
"""Every sentence by its name, with the names of its values in braces."""


class Meaning(NamedTuple):
    """Which sentence it is, and its values as they were said."""

    name: str
    values: Mapping[str, str]


def sentence(name: str, /, **values: str | float) -> str:
    """The sentence with these values in their places; `KeyError` if it or a value is unknown."""
    return SENTENCES[name].format(**values)


def meaning(text: str) -> Meaning | None:
    """Which sentence of the queue this text is; None for what somebody else has said."""
    for name, pattern in _patterns().items():
        if found := pattern.fullmatch(text):
            return Meaning(name, found.groupdict())
    return None


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {name: _pattern(template) for name, template in SENTENCES.items()}


def _pattern(template: str) -> re.Pattern[str]:
    parts = (
        re.escape(before) + (f"(?P<{value}>.*)" if value else "")
        for before, value, _, _ in Formatter().parse(template)
    )
    return re.compile("".join(parts), re.DOTALL)
