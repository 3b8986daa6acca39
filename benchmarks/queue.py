"""Every figure that the queue is held to, in one run, beside other queues at the same work.

What cannot be measured on this machine (a server is missing, or a way to packages) is said, and
its bound is not judged. Exit code 1 if a bound is missed.
"""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from statistics import median, quantiles

from benchmarks import enqueue, flat, idle, memory, raw, slow_disk, wake
from benchmarks.drain import Run, in_turn, ours
from benchmarks.judge import judged, leave, told
from benchmarks.peers.course import Course
from benchmarks.peers.environment import NotMeasured
from benchmarks.peers.measured import HUEY, PEERS, PGQUEUER_100, prepared
from benchmarks.plain import FSYNC, plain
from bot.garbage import spare_the_collector

OURS = "ours"
PLAIN_FSYNC = "plain table with fsync"
PLAIN = "plain table without fsync"

Courses = Mapping[str, Course]

DRAIN = 15_000
"""Jobs a second; a slower machine is held to `TIMES` instead."""

TIMES = {HUEY.name: 5.0, PLAIN_FSYNC: 3.5, PGQUEUER_100.name: 1.3}
"""How many times as fast as these a drain is."""

BULK = 3.0
"""How many times as fast as by PgQueuer 1,000 jobs are stored in one call."""

SCALED = 0.5
"""On a slow disk, the share of so many times the jobs that so many times the callers get done."""


async def drains(folder: Path) -> list[bool]:
    """Ours, plain tables, other queues and the raw limit, in turn: 5,000 jobs, one process."""
    ours_and_plain = {OURS: ours, PLAIN_FSYNC: _plain_with_fsync, PLAIN: plain}
    courses = await in_turn({**ours_and_plain, **_others()})
    mine = courses[OURS].drain_rate
    for name, course in courses.items():
        print(f"     {name}: {_rates(course)}")
        if name != OURS:
            told(f"drain, ours / {name}", mine / course.drain_rate)
    limit = await raw.drain_rate(folder)
    told("raw limit, drain", limit, "jobs/s")
    told("drain, ours / raw limit", mine / limit)
    return [*_fast_enough(courses), *_in_bulk(courses, await raw.bulk_rate(folder))]


def _rates(course: Course) -> str:
    stores, drains, both = course.enqueue_rate, course.drain_rate, course.life_rate
    return f"stores {stores:,.0f}/s, drains {drains:,.0f}/s, both {both:,.0f}/s"


async def _plain_with_fsync(folder: Path) -> Course:
    return await plain(folder, FSYNC)


def _others() -> Mapping[str, Run]:
    runs = {}
    for peer in PEERS:
        try:
            runs[peer.name] = prepared(peer)
        except NotMeasured as missing:
            print(f"     {peer.name}: not measured: {missing}")
    return runs


def _fast_enough(courses: Courses) -> list[bool]:
    mine = courses[OURS].drain_rate
    if mine >= DRAIN:
        return [judged("drain, jobs/s", mine, at_least=DRAIN)]
    print(f"     drain, {mine:,.0f} jobs/s, is below {DRAIN:,}: this machine is judged by ratios")
    return [
        judged(f"drain, ours / {name}", mine / courses[name].drain_rate, at_least=times)
        for name, times in TIMES.items()
        if name in courses
    ]


def _in_bulk(courses: Courses, limit: float) -> list[bool]:
    mine, theirs = courses[OURS].thousand_s, courses.get(PGQUEUER_100.name)
    if mine is None or theirs is None or theirs.thousand_s is None:
        return []
    told("1,000 jobs in one call", 1_000 / mine, "jobs/s")
    told("1,000 jobs in one call, PgQueuer", 1_000 / theirs.thousand_s, "jobs/s")
    told("1,000 jobs in one call, raw limit", limit, "jobs/s")
    told("1,000 in one call, raw limit / PgQueuer", limit * theirs.thousand_s / 1_000)
    return [judged("1,000 in one call, ours / PgQueuer", theirs.thousand_s / mine, at_least=BULK)]


async def enqueues(folder: Path) -> list[bool]:
    """Single awaited jobs: from 100 callers, and with nobody else waiting."""
    told("100 callers, store alone", await enqueue.crowd(folder, enqueue.into_its_store), "jobs/s")
    crowd = await enqueue.crowd(folder, enqueue.through)
    took = await enqueue.alone(folder)
    for name, seconds in took.items():
        told(f"one caller, {name}", 1_000 * seconds, "ms")
    alone = took["plain"] / took["queue"]
    ours, insert = await raw.alone_s(folder)
    told("lone enqueue, raw limit / plain insert, without threads", insert / ours)
    return [
        judged("enqueue from 100 callers, jobs/s", crowd, at_least=20_000),
        judged("lone enqueue, ours / plain insert with fsync", alone, at_least=0.8),
    ]


async def wakes(folder: Path) -> list[bool]:
    """From enqueueing to the handler, with an idle worker."""
    waits = quantiles(await wake.wakes(folder), n=100)
    return [
        judged("wake from idle, p50, ms", 1_000 * waits[49], at_most=2),
        judged("wake from idle, p99, ms", 1_000 * waits[98], at_most=10),
    ]


async def lengths(folder: Path) -> list[bool]:
    """With 1,000 and with 1,000,000 jobs waiting."""
    async with flat.stores(folder, *flat.SIZES) as made:
        rates = await flat.turnover(made)
        places = await flat.places(made["many"])
        told("plain count of 1,000,000", 1_000 * await flat.plain_count(made["many"]), "ms")
    for size, rate in rates.items():
        told(f"claim+finish, {size}", rate, "jobs/s")
    told("position at 1,000,000, p99", 1_000 * quantiles(places, n=100)[98], "ms")
    ratio = rates["many"] / rates["few"]
    return [
        judged("claim+finish, 1,000,000 / 1,000", ratio, at_least=0.8),
        judged("position at 1,000,000, p50, ms", 1_000 * median(places), at_most=0.2),
    ]


async def footprint(folder: Path) -> list[bool]:
    """Memory after 5,000 jobs, and what an idle worker uses."""
    bare, after = memory.resident_mib(*memory.BARE), memory.resident_mib(*memory.OURS)
    told("bare interpreter", bare, "MiB")
    told("after 5,000 jobs", after, "MiB")
    queue = await idle.started(folder / "idle.db")
    share = await idle.share()
    await queue.stop()
    return [
        judged("5,000 jobs over a bare interpreter, MiB", after - bare, at_most=60),
        judged("idle worker, percent of a core", share, at_most=0.5),
    ]


async def on_a_slow_disk(folder: Path) -> list[bool]:
    """What more callers gain where an fsync costs 4 ms."""
    return [
        *_scaled("enqueue", "callers", await slow_disk.enqueued(folder)),
        *_scaled("drain", "slots", await slow_disk.drained(folder)),
    ]


def _scaled(what: str, whose: str, rates: Mapping[int, float]) -> list[bool]:
    for number, rate in rates.items():
        told(f"fsync of 4 ms, {what}, {whose}: {number}", rate, "jobs/s")
    least, most = min(rates), max(rates)
    gain = rates[most] / rates[least]
    name = f"fsync of 4 ms, {what}, {whose}: {most} / {least}"
    return [judged(name, gain, at_least=SCALED * most / least)]


PARTS: tuple[Callable[[Path], Awaitable[list[bool]]], ...] = (
    drains,
    enqueues,
    wakes,
    on_a_slow_disk,
    lengths,
    footprint,
)


async def main() -> None:
    """Each part in a folder of its own; the garbage collector is spared, as in the bot."""
    spare_the_collector()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f} before")
    verdicts = []
    for part in PARTS:
        print(f"\n{part.__doc__}")
        with tempfile.TemporaryDirectory() as folder:
            verdicts += await part(Path(folder))
    leave(verdicts)


if __name__ == "__main__":
    asyncio.run(main())
