"""What an export of 100,000 messages costs: the memory of the bot's process (read from Linux's
/proc), its time without rate limits, and how long others wait for a first answer meanwhile.

`python -m benchmarks.exports 15000 json noise` makes several files of what cannot be zipped.
"""

import asyncio
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.acks import OURS, ROOT
from benchmarks.judge import judged, leave, told
from sandbox.server import Sandbox
from sandbox.world import World

MESSAGES = 100_000
MOST_MIB = 150
WITHIN_S = 600.0
EVERY_S = 0.1
"""How often somebody else uses a command."""

SENTENCE = "where is the queue and why does it wait for nobody while others sleep on the disk"


def talk(number: int) -> str:
    """What people write: some hundred characters, never twice the same."""
    dice = random.Random(number)
    return " ".join(dice.choices(SENTENCE.split(), k=dice.randrange(2, 40))) + f" {number}"


def noise(number: int) -> str:
    """What cannot be zipped: 2,000 characters of chance."""
    dice = random.Random(number)
    return "".join(chr(code) for code in dice.choices(range(0x4E00, 0x9FA5), k=2_000))


def resident_mib(pid: int | None, what: str) -> float:
    """`VmRSS` is what a process has in memory now, `VmHWM` the most it ever had."""
    found = re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    if found is None:
        raise RuntimeError(f"/proc has no {what}; this is measured on Linux only.")
    return int(found[1]) / 1024


async def exported(world: World, form: str) -> list[int]:
    """The export of all messages of #general, to its files on the ticket; the sizes of these."""
    asked = await world.slash(
        "Ada", "art", "async-job export", what="messages", format=form, channel="general"
    )
    await world.answered(asked)
    ticket = await world.wait_for(
        lambda: asked.original if asked.original and asked.original.attachments else None, WITHIN_S
    )
    return [one.size for one in ticket.attachments] if ticket else []


async def waits(world: World) -> AsyncIterator[float]:
    """How long each command of somebody else waits for its first response (ms), without end."""
    while True:
        began = time.perf_counter()
        asked = await world.slash("Ben", "art", "queue status")
        await world.answered(asked)
        yield 1000 * (time.perf_counter() - began)
        await asyncio.sleep(EVERY_S)


async def main(messages: int, form: str, text: str) -> None:
    """One export of so many messages, while somebody else uses commands."""
    with tempfile.TemporaryDirectory() as folder:
        env = {
            "QUEUE_DATABASE_URL": f"sqlite:///{folder}/bot.db",
            "DISCORD_INTENTS": "members,message_content",
        }
        async with Sandbox(rate_limits=False) as sandbox, sandbox.bot(OURS, env, ROOT) as bot:
            world = sandbox.world
            world.add_backlog("general", messages, {"talk": talk, "noise": noise}[text])
            await world.connected()
            before = resident_mib(bot.pid, "VmRSS")
            began = time.perf_counter()
            exporting = asyncio.create_task(exported(world, form))
            others = [wait async for wait in until(exporting, waits(world))]
            sizes, took_s = await exporting, time.perf_counter() - began
            most = resident_mib(bot.pid, "VmHWM")
    print(f"{messages:,} messages in {took_s:.0f} s, as files of {sizes} bytes")
    told("memory before, MiB", before)
    told("first answers to others, ms: median", statistics.median(others))
    told("the slowest", max(others))
    leave([judged("the most memory of the bot, MiB", most, at_most=MOST_MIB)])


async def until(
    over: asyncio.Task[list[int]], things: AsyncIterator[float]
) -> AsyncIterator[float]:
    """What comes before the task is over."""
    async for thing in things:
        yield thing
        if over.done():
            return


if __name__ == "__main__":
    given = sys.argv[1:] + [str(MESSAGES), "json", "talk"][len(sys.argv) - 1 :]
    asyncio.run(main(int(given[0]), given[1], given[2]))
