"""Acknowledgements: 1,000 `/chat` of 100 people at once, beside a bot that only acknowledges.

Both run as processes of their own through the sandbox, in turn. A command is missed if its
first response does not come within Discord's 3 s. Exit code 1 if any is missed or the median
ratio of the rates is below 0.6.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.judge import judged, leave
from sandbox.server import Sandbox
from sandbox.world import World

COMMANDS = 1_000
PEOPLE = 100
ROUNDS = 3
AT_LEAST = 0.6
ROOT = Path(__file__).parent.parent
BARE = [sys.executable, "-m", "benchmarks.bare_bot"]
OURS = [sys.executable, "main.py", "run"]


@dataclass(frozen=True)
class Figures:
    """One round: answers per second, waits in ms, and how many were not answered in time."""

    rate: float
    p50_ms: float
    p99_ms: float
    missed: int


async def measure(command: Sequence[str], env: Mapping[str, str]) -> Figures:
    """Start the bot, send all commands, wait for all first responses."""
    async with Sandbox() as sandbox:
        world = sandbox.world
        people = world.add_people(PEOPLE)
        async with sandbox.bot(command, env, ROOT) as bot:
            await world.connected()
            figures = await _burst(world, [person.id for person in people])
            await bot.stop(5)
        return figures


async def _burst(world: World, people: list[str]) -> Figures:
    began = time.perf_counter()
    asked = [
        await world.slash(people[n % PEOPLE], "general", "chat", msg=f"question {n}")
        for n in range(COMMANDS)
    ]
    sent_s = time.perf_counter() - began
    if sent_s > 1:
        print(f"  (sending took {sent_s:.2f} s: this machine is too slow for one second)")
    await world.wait_for(lambda: all(i.responded_at or i.error for i in asked), timeout_s=30)
    answered = [i for i in asked if i.responded_at]
    waits = sorted((i.responded_at - i.created_at) * 1000 for i in answered if i.responded_at)
    last = max(i.responded_at or 0 for i in answered)
    took_s = last - asked[0].created_at
    return Figures(
        rate=len(answered) / took_s,
        p50_ms=statistics.median(waits),
        p99_ms=waits[int(0.99 * len(waits)) - 1],
        missed=COMMANDS - len(answered),
    )


def ours(folder: str, number: int) -> dict[str, str]:
    """Settings of our bot: all bounds raised, a database of its own."""
    return {
        "QUEUE_DATABASE_URL": f"sqlite:///{folder}/{number}.db",
        "QUEUE_MAX_SIZE": str(10 * COMMANDS),
        "QUEUE_MAX_ACTIVE_PER_USER": str(COMMANDS),
        "SHUTDOWN_GRACE": "1",
    }


def main() -> None:
    """Print each round and the ratio."""
    ratios = []
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            bare = asyncio.run(measure(BARE, {}))
            conveyor = asyncio.run(measure(OURS, ours(folder, number)))
            ratios.append(conveyor.rate / bare.rate)
            missed += conveyor.missed
            for name, f in (("bare", bare), ("conveyor", conveyor)):
                print(
                    f"round {number + 1} {name:9} {f.rate:7.0f} acks/s   p50 {f.p50_ms:6.0f} ms   "
                    f"p99 {f.p99_ms:6.0f} ms   missed {f.missed}"
                )
    leave(
        [
            judged("acknowledgements, ours / bare", statistics.median(ratios), at_least=AT_LEAST),
            judged("missed", missed, at_most=0),
        ]
    )


if __name__ == "__main__":
    main()
