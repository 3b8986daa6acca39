"""Whether a streamed answer is whole: only one that ended, within bounds, with text, passes."""

from pydantic import ValidationError

from bot.providers.errors import ProviderError
from bot.providers.http_failures import failure_inside, refusal
from bot.providers.openai_wire import Payload
from bot.providers.payloads import TooLargeError

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

    def take(self, payload: str) -> str:
        """Return the text that this payload adds, or raise what it says has gone wrong."""
        self._heard = True
        if payload.strip() == "[DONE]":
            self.complete = True
            return ""
        parsed = _parse(payload)
        if parsed.error:
            raise failure_inside("chat", parsed.error, model=self._model)
        self._finish_reason = parsed.finish_reason
        # Nothing that matters follows a finish reason, and some servers then keep the line open.
        self.complete = self._finish_reason is not None
        self._room -= len(parsed.text)
        if self._room < 0:
            raise TooLargeError
        self._blank = self._blank and not parsed.text.strip()
        return parsed.text

    def conclude(self) -> None:
        """Raise `ProviderError` unless the whole answer is there and says something."""
        if not self._heard:
            raise _no_answer()
        if not self.complete:
            raise _cut_off()
        if self._blank and self._finish_reason == "content_filter":
            raise refusal("chat", 400, code="content_filter")
        if self._blank:
            raise _nothing()


def runaway() -> ProviderError:
    """Make the error of an answer that is larger than any sensible one."""
    return ProviderError(
        "The chat provider's answer did not come to an end, so it was stopped. Ask for something"
        " shorter.",
        retryable=False,
        category="protocol",
    )


def _parse(payload: str) -> Payload:
    try:
        return Payload.model_validate_json(payload)
    except ValidationError:
        raise _no_answer() from None


def _no_answer() -> ProviderError:
    return ProviderError(
        "The chat provider sent something that is no answer, so it was given up. It can be tried"
        " again; if it keeps happening, the bot's owner should check that CHAT_BASE_URL is the"
        " address of an OpenAI-compatible server.",
        retryable=True,
        category="protocol",
    )


def _cut_off() -> ProviderError:
    return ProviderError(
        "The chat provider's answer broke off in the middle, so it is not complete. It can be"
        " tried again.",
        retryable=True,
        category="protocol",
    )


def _nothing() -> ProviderError:
    return ProviderError(
        "The chat provider answered with no text at all. It can be tried again; if it keeps"
        " happening, word the question differently.",
        retryable=True,
        category="empty",
    )
