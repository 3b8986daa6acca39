"""Whether a streamed answer is whole: only one that ended, within bounds, with text, passes."""

from contextlib import suppress

from pydantic import ValidationError

from bot.providers.chat import Ended
from bot.providers.errors import ProviderError
from bot.providers.http_failures import failure_inside, refusal
from bot.providers.openai_wire import Payload
from bot.providers.payloads import TooLargeError
from bot.texts import say

MAX_TEXT = 1024 * 1024
"""Characters of one answer; a model that writes more than that runs in circles."""


class Answer:
    """What one answer has said so far, and whether that is all of it."""

    def __init__(self, model: str | None, max_text: int) -> None:
        self._model = model
        self._room = max_text
        self._heard = False
        self._blank = True
        self._finish_reason: str | None = None
        self.complete = False
        self._closed = False
        self.tokens: int | None = None

    def take(self, payload: str) -> str:
        """Return the text that this payload adds, or raise what it says has gone wrong."""
        self._heard = True
        if payload.strip() == "[DONE]":
            self.complete = self._closed = True
            return ""
        parsed = _parse(payload)
        if parsed.error:
            raise failure_inside("chat", parsed.error, model=self._model)
        self._finish_reason = parsed.finish_reason
        self.tokens = parsed.tokens or self.tokens
        # Nothing that matters follows a finish reason, and some servers then keep the line open.
        self.complete = self._finish_reason is not None
        self._room -= len(parsed.text)
        if self._room < 0:
            raise TooLargeError
        self._blank = self._blank and not parsed.text.strip()
        return parsed.text

    @property
    def may_count(self) -> bool:
        """Whether the count of tokens may still come."""
        return self.tokens is None and not self._closed

    def hear_count(self, payload: str) -> None:
        """Take what comes after the end, of which only that count matters: nothing there can spoil
        the answer.
        """
        self._closed = payload.strip() == "[DONE]"
        with suppress(ValidationError):
            self.tokens = Payload.model_validate_json(payload).tokens

    @property
    def ended(self) -> Ended:
        """What the provider said of its end."""
        return Ended(self.tokens, cut_short=self._finish_reason == "length")

    def conclude(self) -> None:
        """Raise `ProviderError` unless the whole answer is there and says something."""
        if not self._heard:
            raise no_answer()
        if not self.complete:
            raise _cut_off()
        if self._blank and self._finish_reason == "content_filter":
            raise refusal("chat", 400, code="content_filter")
        if self._blank:
            raise _nothing()


def runaway() -> ProviderError:
    """Make the error of an answer that is larger than any sensible one."""
    return ProviderError(
        say("provider-endless"),
        retryable=False,
        category="protocol",
    )


def _parse(payload: str) -> Payload:
    try:
        return Payload.model_validate_json(payload)
    except ValidationError:
        raise no_answer() from None


def no_answer() -> ProviderError:
    """Make the error of something that is no answer at all."""
    return ProviderError(
        say("provider-no-answer"),
        retryable=True,
        category="protocol",
    )


def _cut_off() -> ProviderError:
    return ProviderError(
        say("provider-broke-off"),
        retryable=True,
        category="protocol",
    )


def _nothing() -> ProviderError:
    return ProviderError(
        say("provider-empty"),
        retryable=True,
        category="empty",
    )
