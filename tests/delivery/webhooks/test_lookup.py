"""A name server that hangs holds up nobody: not other names, and not the end of the process."""

import asyncio
import subprocess
import sys
import threading

import pytest

from bot.delivery.webhooks.lookup import AT_ONCE, Lookups, look_up
from tests.delivery.webhooks.receiver import GUARD_S
from tests.queue.watching import never

HANGS = """
import asyncio, threading
from bot.delivery.webhooks.lookup import Lookups

async def main():
    asked = asyncio.create_task(Lookups(lambda *_: threading.Event().wait()).addresses("x", 1, 0))
    await asyncio.sleep(0)

asyncio.run(main())
"""


async def test_this_machine_knows_itself():
    assert set(await Lookups(look_up).addresses("localhost", 80, 0)) <= {"127.0.0.1", "::1"}


async def test_what_a_lookup_raises_is_raised():
    def unknown(*_):
        raise OSError("not known")

    with pytest.raises(OSError, match="not known"):
        await Lookups(unknown).addresses("host.invalid", 80, 0)
    with pytest.raises(UnicodeError):  # what Python says of a label that is too long
        await Lookups(look_up).addresses("x" * 64 + ".example", 80, 0)


async def test_some_are_looked_up_at_once_and_who_left_still_counts_until_its_thread_ends():
    free = threading.Event()

    def slow(host, *_):
        free.wait(GUARD_S)
        return [host]

    lookups = Lookups(slow)
    leaving = [asyncio.create_task(lookups.addresses("gone", 1, 0)) for _ in range(AT_ONCE)]
    await asyncio.sleep(0)
    for task in leaving:
        task.cancel()
    late = asyncio.create_task(lookups.addresses("late", 1, 0))
    await never(asyncio.shield(late))
    free.set()
    async with asyncio.timeout(GUARD_S):
        assert await late == ["late"]


def test_a_process_ends_although_a_lookup_hangs():
    subprocess.run([sys.executable, "-c", HANGS], check=True, timeout=GUARD_S)
