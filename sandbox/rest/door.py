"""Every REST call passes here: troubles, token, rate limit, the route, its answer, the log."""

import asyncio
import json
import logging
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from aiohttp import web

from sandbox import errors
from sandbox.errors import ApiError
from sandbox.limits import WEBHOOK, Charge, Limits, channel_webhooks
from sandbox.rest.call import Answer, Route, read_call
from sandbox.trouble_rules import Failure, Held, Lost, Outcome

if TYPE_CHECKING:
    from sandbox.world import World

PREFIX: Final = "/api/v10"

_log = logging.getLogger(__name__)
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"))
_PLAIN: Final = {"message": "A trouble made on purpose", "code": 0}


class Door:
    """Turns routes into request handlers."""

    def __init__(self, world: "World", token: str) -> None:
        self._world = world
        self._authorization = f"Bot {token}"

    def add_to(self, app: web.Application, routes: Sequence[Route]) -> None:
        """Serve these routes, and a loud 404 for everything else of the API."""
        for route in routes:
            app.router.add_route(route.method, PREFIX + route.path, _Entrance(self, route).enter)
        app.router.add_route("*", "/api/{rest:.*}", self._unknown)

    async def _unknown(self, request: web.Request) -> web.Response:
        self._world.log.unknown_route(request.method, request.path)
        _log.warning("no route for %s %s", request.method, request.path)
        return json_response(errors.unknown_route().payload(), 404)

    async def pass_through(self, route: Route, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        path = request.path.removeprefix(PREFIX)
        if not self._world.troubles.rest_up:
            return self._torn(route, request, "the API is down")
        rules = self._world.troubles.match(f"{route.method} {path}", route.names)
        for rule in rules:
            if isinstance(rule, Failure):
                return await self._fail(route, request, rule)
            if isinstance(rule, Held) and not rule.answered:
                await rule.wait()
                if await _caller_left(request):
                    return self._torn(route, request, "the caller left while it was held")
        response = await self._perform(route, request)
        scope = response.headers.get("X-RateLimit-Scope")
        self._world.invalid_requests.answered(response.status, scope)
        remark = ""
        for rule in rules:
            if isinstance(rule, Held) and rule.answered:
                await rule.wait()
            remark = "performed, but its answer was lost" if isinstance(rule, Lost) else remark
        if remark:
            return self._torn(route, request, remark)
        self._note(route, request, response.status)
        return response

    async def _perform(self, route: Route, request: web.Request) -> web.Response:
        world = self._world
        if route.bot and request.headers.get("Authorization") != self._authorization:
            return json_response(errors.unauthorized().payload(), 401)
        charges = self._charges(route, request)
        refusal = world.limits.take(charges, counts_globally=route.bot)
        if refusal is not None:
            return json_response(refusal.payload(), 429, refusal.headers)
        headers = world.limits.headers(charges)
        try:
            answer = route.handler(await read_call(world, request))
        except ApiError as error:
            return json_response(error.payload(), error.status, headers | error.headers)
        return json_response(answer, 200 if answer is not None else 204, headers)

    def _charges(self, route: Route, request: web.Request) -> list[Charge]:
        if route.bucket is None:
            return []
        charges = [route.bucket.of(request.match_info)]
        if route.bucket is WEBHOOK:
            channel = self._world.interactions.channel_of(request.match_info["token"])
            charges += [] if channel is None else [channel_webhooks(channel)]
        return charges

    async def _fail(
        self, route: Route, request: web.Request, failure: Failure
    ) -> web.StreamResponse:
        outcome: Outcome = failure.outcome
        if outcome == "reset":
            return self._torn(route, request, "reset on purpose")
        if outcome == "hang":
            self._note(route, request, 0, "hangs on purpose")
            with suppress(TimeoutError):
                async with asyncio.timeout(failure.hang_s):
                    await self._world.troubles.cleared.wait()
            return self._torn(route, request, "hung on purpose")
        self._note(route, request, outcome, "on purpose")
        self._world.invalid_requests.answered(outcome, "shared" if outcome == 429 else None)
        if outcome == 429:
            refusal = Limits.refusal(failure.retry_after_s, "shared")
            return json_response(refusal.payload(), 429, refusal.headers)
        return json_response(_PLAIN | {"code": failure.code}, outcome)

    def _torn(self, route: Route, request: web.Request, why: str) -> web.Response:
        self._note(route, request, 0, why)
        reset_connection(request)
        return web.Response()

    def _note(self, route: Route, request: web.Request, status: int, remark: str = "") -> None:
        self._world.log.rest(
            route.method, route.path, request.path.removeprefix(PREFIX), status, remark
        )


class _Entrance:
    """One route, bound to the door."""

    def __init__(self, door: Door, route: Route) -> None:
        self._door = door
        self._route = route

    async def enter(self, request: web.Request) -> web.StreamResponse:
        return await self._door.pass_through(self._route, request)


async def _caller_left(request: web.Request) -> bool:
    for _ in range(2):  # an end that has arrived is noticed within two turns of the event loop
        await asyncio.sleep(0)
    return request.transport is None


def json_response(
    answer: Answer, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """Exactly `application/json`, without a charset: clients compare the whole header."""
    if answer is None:
        return web.Response(status=204, headers=headers)
    body = _ENCODER.encode(answer).encode()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


def reset_connection(request: web.Request) -> None:
    """Tear the caller's connection, so that it sees a reset rather than an end."""
    transport = request.transport
    if transport is None:
        return
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
