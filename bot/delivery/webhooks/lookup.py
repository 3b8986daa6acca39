"""Names are looked up in threads that hold up nothing: no other work, and not the process's end."""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

AT_ONCE = 8
"""Names looked up at once. A thread that nobody waits for any more still counts."""

Lookup = Callable[[str, int, int], list[str]]
"""Host, port and address family to addresses; may block for long. Raises `OSError`."""


def look_up(host: str, port: int, family: int) -> list[str]:
    """As this machine resolves names."""
    found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


class Lookups:
    """Asks `lookup`; a daemon thread each, for a pool's would be waited for at the end."""

    def __init__(self, lookup: Lookup = look_up) -> None:
        self._lookup = lookup
        self._room = asyncio.Semaphore(AT_ONCE)

    async def addresses(self, host: str, port: int, family: int) -> list[str]:
        """What the lookup gives; raises what it raises."""
        await self._room.acquire()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[str] | Exception] = loop.create_future()

        def tell(outcome: list[str] | Exception) -> None:
            self._room.release()
            if not answer.done():  # whoever asked may have left
                answer.set_result(outcome)

        def look() -> None:
            try:
                outcome: list[str] | Exception = self._lookup(host, port, family)
            except Exception as error:  # noqa: BLE001 - raised again where it was asked
                outcome = error
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(tell, outcome)

        threading.Thread(target=look, name="webhook lookup", daemon=True).start()
        outcome = await answer
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
