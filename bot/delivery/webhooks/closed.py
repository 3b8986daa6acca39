"""Connections that cannot lead inside: each host is resolved once, judged, and connected to exactly
there; no redirects, no proxies, no cookies.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.delivery.webhooks.addresses import is_open
from bot.texts import say

LOOKUPS_AT_ONCE = 8
"""Names looked up at once, in threads of their own: slow ones hold up nobody else's."""

CONNECTIONS = 64
"""At once, over all hosts."""

Lookup = Callable[[str, int, int], list[str]]
"""Host, port and address family to addresses; may block. Raises `OSError`."""


class LeadsInside(Exception):
    """A name has an address that must not be reached."""


def look_up(host: str, port: int, family: int) -> list[str]:
    """As this machine resolves names."""
    found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


class ClosedResolver(AbstractResolver):
    """Gives the addresses of a name only if every one of them is open."""

    def __init__(self, *, allow_private: bool, lookup: Lookup = look_up) -> None:
        self._allow_private = allow_private
        self._lookup = lookup
        self._threads = ThreadPoolExecutor(LOOKUPS_AT_ONCE, "webhook-lookup")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look the name up. Raises `LeadsInside` or `OSError`."""
        loop = asyncio.get_running_loop()
        addresses = await loop.run_in_executor(self._threads, self._lookup, host, port, family)
        if not all(is_open(one, allow_private=self._allow_private) for one in addresses):
            raise LeadsInside(say("webhook-inside"))
        return [_result(host, one, port) for one in dict.fromkeys(addresses)]

    async def close(self) -> None:
        """Wait for no lookup."""
        self._threads.shutdown(wait=False, cancel_futures=True)


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
    connector = aiohttp.TCPConnector(
        resolver=ClosedResolver(allow_private=allow_private, lookup=lookup),
        use_dns_cache=False,
        force_close=True,
        limit=CONNECTIONS,
        ssl=True if tls is None else tls,
    )
    return aiohttp.ClientSession(
        connector=connector,
        headers={"User-Agent": "Conveyor"},
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )
