"""Any OpenAI-compatible server draws: a picture arrives whole and within bounds, or an error says
why.
"""

import asyncio
import io
from typing import TypeAlias

import aiohttp
from PIL import Image
from pydantic import SecretStr
from yarl import URL

from bot.providers import pictures
from bot.providers.image import ImageRequest
from bot.providers.openai_picture import MOST_BYTES, blocked, found_in, no_picture, unfit
from bot.providers.openai_server import OPTION_REFUSED, OpenAIServer, refusal_of, whole
from bot.providers.payloads import TooLargeError
from bot.providers.pictures import Flaw, NotAPicture

STALL_S = 120.0
"""Longest silence: such a server says nothing before its picture is done."""

LARGEST = 4096
"""Pixels of the longer side; what a server draws larger, unasked, is made smaller."""

Fields: TypeAlias = dict[str, str | int]


class OpenAIImages:
    """An `ImageProvider` that speaks `POST {base_url}/images/generations` and `…/images/edits`.

    The sessions stay the caller's to close. A picture that is only named by its address is fetched
    without the key: from the same host, or over https through `outside`.
    """

    built_in = False

    def __init__(
        self,
        session: aiohttp.ClientSession,
        outside: aiohttp.ClientSession,
        base_url: str,
        *,
        api_key: SecretStr | None = None,
        model: str | None = None,
        stall_timeout_s: float = STALL_S,
    ) -> None:
        self._server = OpenAIServer("image", session, base_url, api_key, stall_timeout_s)
        self._outside = outside
        self._model = model
        self._takes_seeds = True

    @property
    def model(self) -> str:
        """The model that was named, or the host whose own choice it is."""
        return self._model or self._server.host

    async def check(self) -> str:
        """See `ImageProvider.check`."""
        return await self._server.check(self._model)

    async def draw(self, request: ImageRequest) -> Image.Image:
        """See `ImageProvider.draw`."""
        with self._server.failures():
            try:
                found = await asyncio.to_thread(found_in, await self._answer(request), self._model)
                data = await self._fetched(found) if isinstance(found, URL) else found
                return await asyncio.to_thread(pictures.decoded, data, LARGEST)
            except NotAPicture as fault:
                raise unfit(fault.flaw) from fault
            except TooLargeError:
                raise unfit(Flaw.TOO_MANY_PIXELS) from None

    async def _answer(self, request: ImageRequest) -> bytes:
        """The whole answer; a server that knows no seeds is asked without."""
        size = f"{request.width}x{request.height}"
        fields: Fields = {"prompt": request.prompt, "n": 1, "size": size}
        if self._model:
            fields["model"] = self._model
        source = None
        if request.source is not None:
            source = await asyncio.to_thread(pictures.png, request.source)
        if self._takes_seeds:
            answer = await self._asked({**fields, "seed": request.seed}, source)
            if answer is not None:
                return answer
            self._takes_seeds = False
        answer = await self._asked(fields, source)
        if answer is None:
            raise no_picture()
        return answer

    async def _asked(self, fields: Fields, source: bytes | None) -> bytes | None:
        """The answer; None if the server refuses the seed."""
        posted = (
            self._server.post("images", "generations", json=fields)
            if source is None
            else self._server.post("images", "edits", data=_form(fields, source))
        )
        async with posted as response:
            if response.status == 200:
                return await whole(response, MOST_BYTES)
            body = await refusal_of(response)
            if response.status in OPTION_REFUSED and "seed" in fields and b"seed" in body:
                return None
            raise blocked(body) or self._server.refusal(response, body, self._model)

    async def _fetched(self, url: URL) -> bytes:
        """What is at the address that stands for a picture."""
        is_here = url.origin() == self._server.url.origin()
        if not (is_here or url.scheme == "https"):
            raise no_picture()
        fetched = self._server.fetch(url, None if is_here else self._outside)
        try:
            async with fetched as response:
                if response.status != 200:  # asked without the key, it says nothing of the key
                    raise no_picture()
                return await whole(response, MOST_BYTES)
        except ValueError:  # no host has this name, or it leads inside
            raise no_picture() from None


def _form(fields: Fields, source: bytes) -> aiohttp.FormData:
    form = aiohttp.FormData({name: str(value) for name, value in fields.items()})
    file = io.BytesIO(source)  # in one piece it would hold up the loop
    form.add_field("image", file, filename="source.png", content_type="image/png")
    return form
