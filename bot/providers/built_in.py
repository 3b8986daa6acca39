"""The responder with no model behind it: says so, and lets people watch the queue at work."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass

from bot.providers.chat import ChatRequest
from bot.providers.errors import ProviderError
from bot.texts import say

PACE_S = 0.05
"""Seconds between two pieces of an answer; a word at a time then reads like somebody typing."""

_SLOW_STEPS = 80
_SLOW_BEATS = 10
_LONG_CHAPTERS = 5
_HUGE_CHAPTERS = 10

_INTRODUCTION = """\
This is Conveyor's built-in responder. There is no model behind it, so it cannot answer you. \
To get real answers, the bot's owner sets `CHAT_BASE_URL` to any OpenAI-compatible server, \
`CHAT_MODEL` to one of its models and, if the server wants one, \
`CHAT_API_KEY`, and restarts the bot."""

_PHRASES = """\
To see the queue at work, send one of these words alone:
- `long`: an answer of several messages with code, to see it split
- `huge`: an answer that becomes a file
- `slow`: an answer that takes about 40 seconds, to see progress and to try Cancel
- `fail`: breaks off after some words each time, to see it tried again
- `reject`: is refused, to see an error that is not tried again"""


@dataclass(frozen=True, slots=True)
class Script:
    """An answer cut into the pieces that are sent, `beats` paces apart; `failure` ends it."""

    pieces: tuple[str, ...]
    beats: int = 1
    failure: ProviderError | None = None


class BuiltIn:
    """A `ChatProvider` that needs nothing; the same request always gets the same answer."""

    name = "built_in"

    def __init__(self, *, pace_s: float = PACE_S) -> None:
        self._pace_s = pace_s

    def describe(self) -> str:
        """Say that no model answers."""
        return "Conveyor's built-in responder answers: no model, only a way to watch the queue."

    async def check(self) -> str:
        """Say how to get real answers."""
        return say("ready-built-in")

    async def stream(self, request: ChatRequest) -> AsyncGenerator[str, None]:
        """Yield the answer piece by piece; see `ChatProvider.stream`."""
        script = script_for(request)
        for piece in script.pieces:
            await asyncio.sleep(self._pace_s * script.beats)
            yield piece
        if script.failure:
            raise script.failure

    async def aclose(self) -> None:
        """Do nothing: it has started nothing."""


def is_demonstration(request: ChatRequest) -> bool:
    """Whether `request` is one of the words that show the queue at work."""
    return _word(request) in DEMONSTRATIONS


def script_for(request: ChatRequest) -> Script:
    """Decide what is said to `request`."""
    if is_demonstration(request):
        return DEMONSTRATIONS[_word(request)]()
    return Script(_words(f"{_INTRODUCTION}\n\n{_facts(request)}\n\n{_PHRASES}"))


def _asked(request: ChatRequest) -> str:
    return next((m.content for m in reversed(request.messages) if m.role == "user"), "")


def _word(request: ChatRequest) -> str:
    return _asked(request).strip().lower()


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\S+\s*", text))


def _facts(request: ChatRequest) -> str:
    asked = _asked(request)
    words, lines = len(asked.split()), len(asked.splitlines())
    turns = sum(message.role == "user" for message in request.messages)
    return (
        f"What it can say about your message: {_count(len(asked), 'character')},"
        f" {_count(words, 'word')} on {_count(lines, 'line')};"
        f" it is number {turns:,} of yours in this conversation."
    )


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _slow() -> tuple[str, ...]:
    intro = f"A slow answer in {_SLOW_STEPS} steps:"
    return (intro, *(f" {step}" for step in range(1, _SLOW_STEPS)), ". Done.")


def _long(chapters: int) -> tuple[str, ...]:
    intro = (
        "A long answer, made up line by line, to see what becomes of what one message cannot hold."
    )
    told = [_chapter(number, chapters) for number in range(1, chapters + 1)]
    return tuple("\n\n".join([intro, *told, "That is the end."]).splitlines(keepends=True))


def _chapter(number: int, chapters: int) -> str:
    prose = (
        f"This is chapter {number} of {chapters}. A job that was queued is run, shown and"
        " delivered, and if the bot restarts meanwhile, it is run again. Its result is seen once."
    )
    stations = "\n".join(
        f'    belt.append("chapter {number}, station {station}")  # runs, stops, runs again'
        for station in range(1, 13)
    )
    return (
        f"**Chapter {number}**\n{prose}\n\n```python\ndef chapter_{number}(belt):\n{stations}\n```"
    )


def _failure() -> ProviderError:
    return ProviderError(
        "The built-in responder broke off because it was asked to (`fail`)."
        " Send anything else to get an answer.",
        retryable=True,
        category="unavailable",
    )


def _rejection() -> ProviderError:
    return ProviderError(
        "The built-in responder refused because it was asked to (`reject`)."
        " Send anything else to get an answer.",
        retryable=False,
        category="rejected",
    )


DEMONSTRATIONS: Mapping[str, Callable[[], Script]] = {
    "long": lambda: Script(_long(_LONG_CHAPTERS)),
    "huge": lambda: Script(_long(_HUGE_CHAPTERS)),
    "slow": lambda: Script(_slow(), beats=_SLOW_BEATS),
    "fail": lambda: Script(
        _words("This answer is about to break off, so that"), failure=_failure()
    ),
    "reject": lambda: Script((), failure=_rejection()),
}
"""The words that, alone, show the queue at work, and what is said to each."""
