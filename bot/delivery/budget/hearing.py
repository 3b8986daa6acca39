"""Hears every call that the library makes to Discord, and what its answer says of limits.

The library keeps the headers to itself and waits out refusals by itself; a trace sees both.
"""

import re
from collections.abc import Callable
from types import SimpleNamespace

import aiohttp
from discord.http import Route
from multidict import CIMultiDictProxy

from bot.delivery.budget.discord_limits import Answer, Call, Way

_BY_TOKEN = re.compile(r"/webhooks/\d+/([^/?]+)")
_EDIT = re.compile(r"/channels/(\d+)/messages/\d+$")


def trace(
    began: Callable[[Call], None],
    ended: Callable[[Call, Answer], None],
    lost: Callable[[Call], None],
) -> aiohttp.TraceConfig:
    """For the library's client; all three are called in the task that makes the call."""

    async def on_start(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestStartParams,
    ) -> None:
        context.call = call_of(params.method, str(params.url))
        if context.call is not None:
            began(context.call)

    async def on_end(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        if context.call is not None:
            ended(context.call, answer_of(params.response.status, params.response.headers))

    async def on_exception(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        _params: aiohttp.TraceRequestExceptionParams,
    ) -> None:
        if context.call is not None:
            lost(context.call)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(on_start)
    config.on_request_end.append(on_end)
    config.on_request_exception.append(on_exception)
    return config


def call_of(method: str, url: str) -> Call | None:
    """What kind of call it is; None: it does not go to Discord's API."""
    if not url.startswith(Route.BASE):
        return None
    path = url.removeprefix(Route.BASE)
    if path.startswith("/interactions/"):
        return Call(None, by_bot=False)
    if by_token := _BY_TOKEN.match(path):
        return Call(by_token[1], by_bot=False)
    edit = _EDIT.match(path) if method == "PATCH" else None
    return Call(Way(int(edit[1])).key if edit else None, by_bot=True)


def answer_of(status: int, headers: CIMultiDictProxy[str]) -> Answer:
    """What the answer says of limits."""
    limit, remaining = headers.get("X-RateLimit-Limit"), headers.get("X-RateLimit-Remaining")
    reset_after = headers.get("X-RateLimit-Reset-After")
    scope = "global" if "X-RateLimit-Global" in headers else headers.get("X-RateLimit-Scope")
    return Answer(
        status,
        scope,
        None if limit is None else int(limit),
        None if remaining is None else int(remaining),
        None if reset_after is None else float(reset_after),
        float(headers.get("Retry-After", 1.0)),
    )
