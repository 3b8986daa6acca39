"""An OpenAI-compatible image server in the test's own loop: tests decide what it answers, and when.

Unless planned otherwise a prompt is answered at once, with one colour all over.
"""

import asyncio
import io
from base64 import b64encode
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from PIL import Image

Asked = dict[str, Any]
"""What was asked: the fields, and the source's bytes under `image` if there was one."""

Plan = Callable[[Asked], Awaitable[web.Response]]


async def painting(asked: Asked) -> web.Response:
    """A picture of the size that was asked for."""
    size = tuple(map(int, asked["size"].split("x")))
    data = io.BytesIO()
    Image.new("RGB", size, "seagreen").save(data, "JPEG")
    return web.json_response({"data": [{"b64_json": b64encode(data.getvalue()).decode()}]})


def refusing(status: int, code: str = "", **headers: str) -> Plan:
    """A refusal with this status and code; `Retry_After` is the header Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def plan(_: Asked) -> web.Response:
        error = {"message": "Traceback (most recent call last)", "code": code or None}
        return web.json_response({"error": error}, status=status, headers=named)

    return plan


async def lying(_: Asked) -> web.Response:
    """A page where a picture should be."""
    return web.json_response({"data": [{"b64_json": b64encode(b"<html>").decode()}]})


async def silence(_: Asked) -> web.Response:
    """Nothing, for ever."""
    await asyncio.Event().wait()
    raise AssertionError


class ImageServer:
    """Listens on loopback. `asked` has what came, by prompt; `left` counts who went away."""

    def __init__(self) -> None:
        self.asked: defaultdict[str, list[Asked]] = defaultdict(list)
        self.left: Counter[str] = Counter()
        self.changed: Callable[[], None] = lambda: None
        """Called whenever somebody asks, or leaves."""
        self.url = ""
        self._plans: dict[str, deque[Plan]] = {}
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/images/generations", self._generate)
        app.router.add_post("/v1/images/edits", self._edit)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)

    def plan(self, prompt: str, *plans: Plan) -> None:
        """Answer the prompt's first requests so, and further ones like the last of these."""
        self._plans[prompt] = deque(plans)

    async def _generate(self, request: web.Request) -> web.Response:
        return await self._answer(await request.json())

    async def _edit(self, request: web.Request) -> web.Response:
        form = dict(await request.post())
        return await self._answer({**form, "image": form["image"].file.read()})

    async def _answer(self, asked: Asked) -> web.Response:
        prompt = asked["prompt"]
        self.asked[prompt].append(asked)
        self.changed()
        plans = self._plans.get(prompt) or deque([painting])
        plan = plans.popleft() if len(plans) > 1 else plans[0]
        try:
            return await plan(asked)
        except asyncio.CancelledError:
            self.left[prompt] += 1
            self.changed()
            raise

    async def __aenter__(self) -> "ImageServer":
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
