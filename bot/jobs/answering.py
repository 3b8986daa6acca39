"""Has a provider answer within a job: shown as it is written, counted, and waited for while the
provider is left alone.
"""

import math
from dataclasses import dataclass

from bot.providers.breaker import Breaker, Resting
from bot.providers.chat import ChatProvider, ChatRequest, Ended, ProviderError
from bot.providers.tokens import estimated
from bot.queue.errors import JobError, Snooze
from bot.queue.handlers import JobContext
from bot.texts import say

PATIENCE_S = 3600.0
"""How long a question waits for a provider that is left alone: an answer that comes even later
would surprise more than it helps.
"""


@dataclass(frozen=True, slots=True)
class Said:
    """A whole answer. `tokens`: what it and the conversation before it took, as the provider
    counts, else estimated. `cut_short`: it would go on.
    """

    text: str
    tokens: int
    cut_short: bool


class Answering:
    """One provider, and what this process knows of its health."""

    def __init__(self, provider: ChatProvider, breaker: Breaker | None = None) -> None:
        self._provider = provider
        self._breaker = breaker or Breaker()

    def notice(self) -> str:
        """Whether the provider is left alone for now, in a sentence; empty: no."""
        rest_s = self._breaker.rest_s
        return "" if rest_s is None else say("chat-rests", seconds=math.ceil(rest_s))

    async def answer(self, ctx: JobContext, asked: ChatRequest) -> Said:
        """The whole answer. Raises `JobError`, or `Snooze` while the provider is left alone."""
        try:
            with self._breaker.call() as call:
                text, ended = "", Ended()
                async for piece in self._provider.stream(asked):
                    call.answering()
                    if isinstance(piece, Ended):
                        ended = piece
                    else:
                        text += piece
                        ctx.progress(message=text, stage="answering")
        except Resting as resting:
            raise self._later(ctx, resting) from resting
        except ProviderError as error:
            raise _failed(error, asked) from error
        turns = (message.content for message in asked.messages)
        return Said(text, ended.tokens or estimated(*turns, text), ended.cut_short)

    def _later(self, ctx: JobContext, resting: Resting) -> Exception:
        """The question waits, though not for ever."""
        job = ctx.job
        if (job.started_at or job.created_at) - job.created_at > PATIENCE_S:
            return JobError(str(resting), retryable=False, category=resting.category)
        ctx.progress(stage=say("chat-waits"))
        return Snooze(resting.retry_after_s or 0)


def _failed(error: ProviderError, asked: ChatRequest) -> JobError:
    """A model that takes no pictures says so in many ways, or breaks."""
    said = str(error)
    if asked.messages[-1].pictures and error.category in {"rejected", "not_found", "unavailable"}:
        said = f"{said} {say('chat-pictures-refused')}"
    return JobError(
        said,
        retryable=error.retryable,
        category=error.category,
        retry_after_s=error.retry_after_s,
    )
