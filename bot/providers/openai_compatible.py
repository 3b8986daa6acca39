"""Any OpenAI-compatible server chats: an answer arrives whole, or an error says why."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial

import aiohttp
from pydantic import SecretStr, ValidationError
from yarl import URL

from bot.providers.answer import MAX_TEXT, Answer, no_answer, runaway
from bot.providers.chat import ChatRequest, Ended
from bot.providers.errors import ProviderError
from bot.providers.http_failures import lost_line, plain_code, refusal, silence
from bot.providers.openai_wire import ModelList, Refusal, as_json
from bot.providers.payloads import PayloadReader, TooLargeError
from bot.providers.retry_after import retry_after
from bot.texts import say

_MAX_REFUSAL_BYTES = 64 * 1024

_OPTION_REFUSED = frozenset({400, 422})
"""With these, servers refuse what they do not know in a request."""


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
        connect_timeout_s: float = 10,
        max_text: int = MAX_TEXT,
        count_patience_s: float = 1,
    ) -> None:
        self._session = session
        self._base_url = URL(base_url)
        self._host = self._base_url.host or ""
        self._api_key = api_key
        self._model = model
        self._stall_timeout_s = stall_timeout_s
        self._max_text = max_text
        self._count_patience_s = count_patience_s
        self._counts: bool | None = None
        self._timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=connect_timeout_s, sock_read=stall_timeout_s
        )

    def describe(self) -> str:
        """Say which model answers, and from where."""
        return say("provider-described", model=self._model or "none", host=self._host)

    async def stream(self, request: ChatRequest) -> AsyncIterator[str | Ended]:
        """Yield the answer's text as it comes; see `ChatProvider.stream`."""
        model = request.model or self._model
        answer = Answer(model, self._max_text)
        try:
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
        except TimeoutError:
            raise silence("chat", self._stall_timeout_s) from None
        except (aiohttp.ClientError, OSError) as error:
            raise lost_line("chat", error) from None
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
                refused = await self._refused(response, model)
                if self._counts or response.status not in _OPTION_REFUSED:
                    raise refused
        async with self._post(request, model, count=False) as response:
            if response.status != 200:
                raise await self._refused(response, model)
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
            async with self._get_models() as response:
                if response.status in (404, 405):
                    return ()
                if response.status != 200:
                    raise await self._refused(response, None)
                listed = ModelList.model_validate_json(await _whole(response, PayloadReader()))
        except TimeoutError:
            raise silence("chat", self._stall_timeout_s) from None
        except (aiohttp.ClientError, OSError) as error:
            raise lost_line("chat", error) from None
        except (TooLargeError, ValidationError):
            raise no_answer() from None
        return tuple(model.id for model in listed.data)

    async def check(self) -> str:
        """Say in one sentence whether the server is there and knows the model; never raises."""
        try:
            async with self._get_models() as response:
                if response.status in (404, 405):
                    return say("provider-lists-nothing", host=self._host)
                if response.status != 200:
                    fault = await self._refused(response, None)
                    return say("provider-not-usable", fault=str(fault))
                return self._judge(await _whole(response, PayloadReader()))
        except TimeoutError:
            fault = silence("chat", self._stall_timeout_s)
        except (aiohttp.ClientError, OSError) as error:
            fault = lost_line("chat", error)
        except TooLargeError:
            return self._judge("")
        return say("provider-not-reachable", fault=str(fault))

    def _judge(self, body: str) -> str:
        host = self._host
        try:
            known = {model.id for model in ModelList.model_validate_json(body).data}
        except ValidationError:
            return say("provider-lists-garbage", host=host)
        if self._model and self._model not in known:
            return say("provider-lists-not", host=host, model=self._model)
        return say("provider-ready", host=host, count=len(known))

    def _get_models(self) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self._session.get(
            self._address("models"),
            headers=self._headers(),
            timeout=aiohttp.ClientTimeout(total=self._stall_timeout_s),
            allow_redirects=False,
        )

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
        async with self._session.post(
            self._address("chat", "completions"),
            data=await asyncio.to_thread(encoded) if has_pictures else encoded(),
            headers=self._headers() | {"Content-Type": "application/json"},
            timeout=self._timeout,
            allow_redirects=False,  # a redirected POST turns into a GET, and may carry the key away
        ) as response:
            yield response

    def _address(self, *path: str) -> URL:
        return self._base_url.joinpath(*path).with_query(self._base_url.query)

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "text/event-stream, application/json"}
        if self._api_key and (key := self._api_key.get_secret_value().strip()):
            headers["Authorization"] = f"Bearer {key}"
        return headers

    async def _refused(self, response: aiohttp.ClientResponse, model: str | None) -> ProviderError:
        wait_s = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        try:
            body = await _whole(response, PayloadReader(max_document_bytes=_MAX_REFUSAL_BYTES))
            code = plain_code(Refusal.model_validate_json(body).error)
        except (ValidationError, TooLargeError, aiohttp.ClientError, OSError):
            code = None  # the status alone says enough
        return refusal("chat", response.status, code=code, model=model, retry_after_s=wait_s)


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


async def _whole(response: aiohttp.ClientResponse, reader: PayloadReader) -> str:
    async for block in response.content.iter_any():
        reader.feed(block)
    return "".join(reader.end())
