"""One OpenAI-compatible server: where it is, how it is asked, and what its refusals mean."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, datetime
from types import MappingProxyType

import aiohttp
from pydantic import SecretStr, ValidationError
from yarl import URL

from bot.providers.errors import ProviderError
from bot.providers.http_failures import Kind, lost_line, plain_code, refusal, silence
from bot.providers.openai_wire import ModelList, Refusal
from bot.providers.payloads import TooLargeError
from bot.providers.retry_after import retry_after
from bot.texts import say

CONNECT_S = 10.0

MOST_REFUSED = 64 * 1024
"""Bytes of a refusal that are read."""

MOST_LISTED = 8 * 1024 * 1024
"""Bytes of a list of models that are read."""

MOST_OBJECTS = 20_000
"""In a list of models, of which each has some: reading millions takes seconds and gigabytes."""

OPTION_REFUSED = frozenset({400, 422})
"""With these, servers refuse what they do not know in a request."""

_NO_LIST = frozenset({404, 405})


class OpenAIServer:
    """Asks at one base URL, with one key; never follows anywhere else.

    `session` stays the caller's to close. `stall_timeout_s` is the longest silence in seconds.
    """

    def __init__(
        self,
        kind: Kind,
        session: aiohttp.ClientSession,
        base_url: str,
        api_key: SecretStr | None,
        stall_timeout_s: float,
    ) -> None:
        self.url = URL(base_url)
        self.host = self.url.host or ""
        self._kind = kind
        self._session = session
        self._api_key = api_key
        self._stall_timeout_s = stall_timeout_s
        self._timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_S, sock_read=stall_timeout_s
        )

    def post(
        self,
        *path: str,
        json: object = None,
        data: object = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Ask with a JSON document, or with a body of one's own.

        On a connection of its own: a server may close a kept one just as the next question is sent
        into it.
        """
        return self._session.post(
            self._address(*path),
            json=json,
            data=data,
            headers={**self._headers(), **headers, "Connection": "close"},
            timeout=self._timeout,
            allow_redirects=False,  # a redirected POST turns into a GET, and may carry the key away
        )

    def fetch(
        self, url: URL, session: aiohttp.ClientSession | None = None
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Get what is at an address, without the key; through another session, if one is given."""
        return (session or self._session).get(
            url,
            headers={"Accept-Encoding": "identity"},
            timeout=self._timeout,
            allow_redirects=False,
        )

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Turn a line that is silent or lost into a `ProviderError`."""
        try:
            yield
        except TimeoutError:
            raise silence(self._kind, self._stall_timeout_s) from None
        except (aiohttp.ClientError, OSError) as error:
            raise lost_line(self._kind, error) from None

    async def models(self) -> tuple[str, ...] | None:
        """What it lists; None if it has no list.

        Raises `ProviderError`, and `ValidationError` or `TooLargeError` for what is no list.
        """
        with self.failures():
            return await self._listed()

    async def check(self, model: str | None) -> str:
        """Say in one sentence whether it is there and knows the model; never raises."""
        try:
            with self.failures():
                return await self._judged(model)
        except ProviderError as error:
            return say("provider-not-reachable", fault=str(error))

    async def _judged(self, model: str | None) -> str:
        host, setting = self.host, self._kind.upper()
        try:
            known = await self._listed()
        except ProviderError as refused:
            return say("provider-not-usable", fault=str(refused))
        except (TooLargeError, ValidationError):
            return say("provider-lists-garbage", host=host, setting=setting)
        if known is None:
            return say("provider-lists-nothing", host=host)
        if model and model not in known:
            return say("provider-lists-not", host=host, model=model, setting=setting)
        return say("provider-ready", host=host, count=len(set(known)))

    async def _listed(self) -> tuple[str, ...] | None:
        async with self._session.get(
            self._address("models"),
            headers=self._headers(),
            timeout=aiohttp.ClientTimeout(total=self._stall_timeout_s),
            allow_redirects=False,
        ) as response:
            if response.status in _NO_LIST:
                return None
            if response.status != 200:
                raise await self.refused(response)
            body = await whole(response, MOST_LISTED)
            if body.count(b"{") > MOST_OBJECTS:
                raise TooLargeError
            listed = ModelList.model_validate_json(body)
        return tuple(model.id for model in listed.data)

    async def refused(
        self, response: aiohttp.ClientResponse, model: str | None = None
    ) -> ProviderError:
        """What an answer that is no 200 means."""
        return self.refusal(response, await refusal_of(response), model)

    def refusal(
        self, response: aiohttp.ClientResponse, body: bytes, model: str | None = None
    ) -> ProviderError:
        """What an answer that is no 200 means; this was its body."""
        wait_s = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        try:
            code = plain_code(Refusal.model_validate_json(body).error)
        except ValidationError:
            code = None  # the status alone says enough
        return refusal(self._kind, response.status, code=code, model=model, retry_after_s=wait_s)

    def _address(self, *path: str) -> URL:
        return self.url.joinpath(*path).with_query(self.url.query)

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if self._api_key and (key := self._api_key.get_secret_value().strip()):
            headers["Authorization"] = f"Bearer {key}"
        return headers


async def whole(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The body. Raises `TooLargeError` as soon as it has more than `most` bytes."""
    body = bytearray()
    async for block in response.content.iter_any():
        body += block
        if len(body) > most:
            raise TooLargeError
    return bytes(body)


async def refusal_of(response: aiohttp.ClientResponse) -> bytes:
    """The body of a refusal; nothing, if it cannot be read."""
    try:
        return await whole(response, MOST_REFUSED)
    except (TooLargeError, aiohttp.ClientError, OSError):
        return b""
