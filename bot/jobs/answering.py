"""Has a provider answer within a job: shown as it is written, counted, and waited for while the
provider is left alone.
"""

import math
from dataclasses import dataclass, replace

from bot.jobs.conversation import without_oldest
from bot.jobs.providing import failed, later
from bot.providers.breaker import Breaker, Resting
from bot.providers.chat import ChatProvider, ChatRequest, Ended, ProviderError
from bot.providers.tokens import estimated
from bot.queue.errors import JobError
from bot.queue.handlers import JobContext
from bot.texts import say


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
        """The whole answer. What is too long for the provider is asked without the oldest turns.

        Raises `JobError`, or `Snooze` while the provider is left alone.
        """
        try:
            async with self._breaker.call() as call:
                text, ended = "", Ended()
                async for piece in self._provider.stream(asked):
                    call.answering()
                    if isinstance(piece, Ended):
                        ended = piece
                    else:
                        text += piece
                        ctx.progress(message=text, stage="answering")
        except Resting as resting:
            ctx.progress(stage=say("chat-waits"))
            raise later(ctx.job, resting) from resting
        except ProviderError as error:
            shorter = without_oldest(asked.messages) if error.category == "too_long" else None
            if shorter is not None:
                return await self.answer(ctx, replace(asked, messages=shorter))
            raise _failed(error, asked) from error
        return Said(text, ended.tokens or _estimated(asked, text), ended.cut_short)


def _estimated(asked: ChatRequest, text: str) -> int:
    pictures = sum(len(message.pictures) for message in asked.messages)
    return estimated(*(message.content for message in asked.messages), text, pictures=pictures)


def _failed(error: ProviderError, asked: ChatRequest) -> JobError:
    """A model that takes no pictures says so in many ways, or breaks."""
    about_pictures = error.category in {"rejected", "not_found", "unavailable"}
    if asked.messages[-1].pictures and about_pictures:
        return failed(error, say("chat-pictures-refused"))
    return failed(error)
