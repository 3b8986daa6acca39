"""A provider that talks to a server of the test's own making, over real sockets on loopback."""

import contextlib
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.providers.openai_compatible import OpenAICompatible

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def stack():
    async with contextlib.AsyncExitStack() as opened:
        yield opened


@pytest.fixture
def connect(stack):
    """Give a provider for any base URL; its session closes with the test."""

    async def connect(base_url: str, **options) -> OpenAICompatible:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        options = {"stall_timeout_s": 5, "model": "small", "count_patience_s": 0.1, **options}
        return OpenAICompatible(session, base_url, **options)

    return connect


@pytest.fixture
def serve(stack, connect):
    """Start a server whose every answer comes from `handler`; give a provider that asks it."""

    async def serve(handler: Handler, **options) -> OpenAICompatible:
        app = web.Application()
        app.router.add_route("*", "/v1/{rest:.*}", handler)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        options = {"api_key": SecretStr("sk-very-secret"), **options}
        return await connect(f"http://127.0.0.1:{runner.addresses[0][1]}/v1", **options)

    return serve
