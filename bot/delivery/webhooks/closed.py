"""Connections that cannot lead inside: each host is resolved once, judged, and connected to exactly
there; no redirects, no proxies, no cookies.
"""

import socket
import ssl

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.delivery.webhooks.addresses import is_literal, is_open
from bot.delivery.webhooks.lookup import Lookup, Lookups, look_up
from bot.texts import say

CONNECTIONS = 256
"""At once, over all hosts."""


class LeadsInside(aiohttp.ClientError, ValueError):
    """A host has an address, or is one, that must not be reached."""


class ClosedResolver(AbstractResolver):
    """Gives the addresses of a name only if every one of them is open."""

    def __init__(self, *, allow_private: bool, lookup: Lookup = look_up) -> None:
        self._allow_private = allow_private
        self._lookups = Lookups(lookup)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look the name up. Raises `LeadsInside` or `OSError`."""
        addresses = await self._lookups.addresses(host, port, family)
        if not all(is_open(one, allow_private=self._allow_private) for one in addresses):
            raise LeadsInside(say("webhook-inside"))
        return [_result(host, one, port) for one in dict.fromkeys(addresses)]

    async def close(self) -> None:
        """Nothing is kept."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )


def closed_session(
    *, allow_private: bool = False, lookup: Lookup = look_up, tls: ssl.SSLContext | None = None
) -> aiohttp.ClientSession:
    """A session of which every call looks its host up anew, on a connection of its own.

    `tls` None: certificates count as everywhere on this machine.
    """

    async def judge(
        request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """The resolver is not asked about hosts that are addresses."""
        host = request.url.host or ""
        if is_literal(host) and not is_open(host, allow_private=allow_private):
            raise LeadsInside(say("webhook-inside"))
        return await send(request)

    connector = aiohttp.TCPConnector(
        resolver=ClosedResolver(allow_private=allow_private, lookup=lookup),
        use_dns_cache=False,
        force_close=True,
        limit=CONNECTIONS,
        ssl=True if tls is None else tls,
    )
    return aiohttp.ClientSession(
        connector=connector,
        middlewares=(judge,),
        headers={"User-Agent": "Conveyor"},
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )
