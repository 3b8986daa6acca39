"""Tells systemd how the process is, if systemd started it; anywhere else it tells nobody.

The protocol is that of sd_notify(3): datagrams to the socket that `NOTIFY_SOCKET` names.
"""

import asyncio
import logging
import os
import socket

logger = logging.getLogger(__name__)

READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"


def tell(state: str) -> None:
    """Send one state, without ever waiting: a systemd that is behind must not hold up the bot."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.setblocking(False)
        try:
            door.sendto(state.encode(), address)
        except OSError as error:
            logger.warning("systemd could not be told %s: %s", state, error)


async def keep_alive() -> None:
    """Say again and again that the event loop turns, twice in the time that the watchdog waits;
    returns at once where there is none.
    """
    every_s = int(os.environ.get("WATCHDOG_USEC") or 0) / 2e6
    while every_s:
        tell(ALIVE)
        await asyncio.sleep(every_s)
