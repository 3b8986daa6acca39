"""Any OpenAI-compatible server chats: an answer arrives whole, or an error says why."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial

import aiohttp
from pydantic import SecretStr, ValidationError

from bot.providers.answer import MAX_TEXT, Answer, no_answer, runaway
from bot.providers.chat import ChatRequest, Ended
from bot.providers.openai_server import OPTION_REFUSED, OpenAIServer
from bot.providers.openai_wire import as_json
from bot.providers.payloads import PayloadReader, TooLargeError
from bot.texts import say

HEADERS = {"Accept": "text/event-stream, application/json", "Content-Type": "application/json"}


class OpenAICompatible:
    """A `ChatProvider` that speaks `POST {base_url}/chat/completions`, streamed or not.

    `session` stays the caller's to close. `stall_timeout_s` is the longest silence in seconds,
    before the first byte or between two; how long a whole answer takes is up to the caller.
    A server is asked to count tokens (`stream_options`), unless it refuses that; the count comes
    after the answer, and is waited for up to `count_patience_s`.
    """

    name = "openai_compatible"

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        *,
        api_key: SecretStr | None = None,
        model: str | None = None,
        stall_timeout_s: float = 30,
        max_text: int = MAX_TEXT,
        count_patience_s: float = 1,
    ) -> None:
        self._server = OpenAIServer("chat", session, base_url, api_key, stall_timeout_s)
        self._model = model
        self._max_text = max_text
        self._count_patience_s = count_patience_s
        self._counts: bool | None = None

    def describe(self) -> str:
        """Say which model answers, and from where."""
        return say("provider-described", model=self._model or "none", host=self._server.host)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[str | Ended, None]:
        """Yield the answer's text as it comes; see `ChatProvider.stream`."""
        model = request.model or self._model
        answer = Answer(model, self._max_text)
        try:
            with self._server.failures():
                async with (
                    self._answering(request, model) as response,
                    aclosing(_payloads(response)) as payloads,
                ):
                    async for payload in payloads:
                        if text := answer.take(payload):
                            yield text
                        if answer.complete:
                            break
                    answer.conclude()
                    if self._counts and answer.may_count:
                        await self._hear_count(payloads, answer)
        except TooLargeError:
            raise runaway() from None
        yield answer.ended

    @asynccontextmanager
    async def _answering(
        self, request: ChatRequest, model: str | None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The response, if it is an answer. Who may not know what a count is, is asked without."""
        if self._counts is not False:
            async with self._post(request, model, count=True) as response:
                if response.status == 200:
                    self._counts = True
                    yield response
                    return
                refused = await self._server.refused(response, model)
                if self._counts or response.status not in OPTION_REFUSED:
                    raise refused
        async with self._post(request, model, count=False) as response:
            if response.status != 200:
                raise await self._server.refused(response, model)
            self._counts = False
            yield response

    async def _hear_count(self, payloads: AsyncIterator[str], answer: Answer) -> None:
        with suppress(TimeoutError, aiohttp.ClientError, OSError, TooLargeError):  # all is there
            async with asyncio.timeout(self._count_patience_s):
                async for payload in payloads:
                    answer.hear_count(payload)
                    if not answer.may_count:
                        return

    async def models(self) -> Sequence[str]:
        """What the server lists; nothing, if it has no list."""
        try:
            return await self._server.models() or ()
        except (TooLargeError, ValidationError):
            raise no_answer() from None

    async def check(self) -> str:
        """Say in one sentence whether the server is there and knows the model; never raises."""
        return await self._server.check(self._model)

    async def aclose(self) -> None:
        """Do nothing: the session is the caller's."""

    @asynccontextmanager
    async def _post(
        self, request: ChatRequest, model: str | None, *, count: bool
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        options: dict[str, object] = {"stream": True}
        if model:
            options["model"] = model
        if count:
            options["stream_options"] = {"include_usage": True}
        has_pictures = any(message.pictures for message in request.messages)
        encoded = partial(_encoded, request, options)
        body = await asyncio.to_thread(encoded) if has_pictures else encoded()
        async with self._server.post("chat", "completions", data=body, headers=HEADERS) as response:
            yield response


def _encoded(request: ChatRequest, options: Mapping[str, object]) -> bytes:
    """The body of a request. Slow if there are pictures."""
    return json.dumps({"messages": [as_json(one) for one in request.messages], **options}).encode()


async def _payloads(response: aiohttp.ClientResponse) -> AsyncGenerator[str, None]:
    reader = PayloadReader()
    async for block in response.content.iter_any():
        for payload in reader.feed(block):
            yield payload
    for payload in reader.end():
        yield payload
