"""The responder with no model behind it: says so, and lets people watch the queue at work."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.providers.chat import ChatRequest, Ended
from bot.providers.errors import ProviderError
from bot.texts import say

PACE_S = 0.05
"""Seconds between two pieces of an answer; a word at a time then reads like somebody typing."""

_SLOW_STEPS = 80
_SLOW_BEATS = 10
_LONG_CHAPTERS = 5
_HUGE_CHAPTERS = 10


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
        return say("responder-described")

    async def check(self) -> str:
        """Say how to get real answers."""
        return say("ready-built-in")

    async def models(self) -> Sequence[str]:
        """There are none."""
        return ()

    async def stream(self, request: ChatRequest) -> AsyncGenerator[str | Ended, None]:
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
    parts = say("responder-is"), _facts(request), say("responder-phrases")
    return Script(_words("\n\n".join(parts)))


def _asked(request: ChatRequest) -> str:
    return next((m.content for m in reversed(request.messages) if m.role == "user"), "")


def _word(request: ChatRequest) -> str:
    return _asked(request).strip().lower()


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\S+\s*", text))


def _facts(request: ChatRequest) -> str:
    asked = _asked(request)
    return say(
        "responder-facts",
        characters=len(asked),
        words=len(asked.split()),
        lines=len(asked.splitlines()),
        turns=sum(message.role == "user" for message in request.messages),
    )


def _slow() -> tuple[str, ...]:
    steps = (f" {step}" for step in range(1, _SLOW_STEPS))
    return (say("responder-slow", steps=_SLOW_STEPS), *steps, say("responder-slow-end"))


def _long(chapters: int) -> tuple[str, ...]:
    told = [_chapter(number, chapters) for number in range(1, chapters + 1)]
    whole = "\n\n".join([say("responder-long"), *told, say("responder-long-end")])
    return tuple(whole.splitlines(keepends=True))


def _chapter(number: int, chapters: int) -> str:
    prose = say("responder-chapter", number=number, chapters=chapters)
    stations = "\n".join(
        f'    belt.append("chapter {number}, station {station}")  # runs, stops, runs again'
        for station in range(1, 13)
    )
    return f"{prose}\n\n```python\ndef chapter_{number}(belt):\n{stations}\n```"


def _failure() -> ProviderError:
    return ProviderError(
        say("responder-broke-off"),
        retryable=True,
        category="protocol",
    )


def _rejection() -> ProviderError:
    return ProviderError(
        say("responder-refused"),
        retryable=False,
        category="rejected",
    )


DEMONSTRATIONS: Mapping[str, Callable[[], Script]] = {
    "long": lambda: Script(_long(_LONG_CHAPTERS)),
    "huge": lambda: Script(_long(_HUGE_CHAPTERS)),
    "slow": lambda: Script(_slow(), beats=_SLOW_BEATS),
    "fail": lambda: Script(_words(say("responder-breaks-off")), failure=_failure()),
    "reject": lambda: Script((), failure=_rejection()),
}
"""The words that, alone, show the queue at work, and what is said to each."""
