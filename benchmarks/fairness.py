"""What turns are worth: one person asks for 500 jobs, then twenty people for three each.

A simulation over the executable model of the store, in which time passes by itself; first come,
first served is the same store when all jobs are one person's. Rewrites `docs/fairness.svg`.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from pathlib import Path
from random import Random

from benchmarks.fairness_picture import Panel, Span, drawn
from bot.queue.job import Job
from bot.queue.lifecycle import Complete
from bot.queue.store.base import Finish, SetWeight
from bot.queue.store.memory import MemoryStore

PICTURE = Path(__file__).parents[1] / "docs" / "fairness.svg"
CONCURRENCY = 8
GREEDY, GREEDY_JOBS = 1, 500
CROWD, CROWD_JOBS = range(2, 22), 3
ARRIVALS_S = 60.0
"""The crowd comes within this time after the greedy one."""
MEAN_RUN_S = 6.0
SEED = 42
QUEUE = "chat"


@dataclass(frozen=True, slots=True)
class Asked:
    """A job that somebody asks for, and how long it will run."""

    n: int
    person: int
    at: float
    run_s: float


@dataclass(frozen=True, slots=True)
class Served:
    """What became of it."""

    asked: Asked
    began: float

    @property
    def ended(self) -> float:
        """When its result was there."""
        return self.began + self.asked.run_s


def story() -> list[Asked]:
    """Who asks for what, in order; always the same."""
    chance = Random(SEED)
    times = [(0.0, GREEDY)] * GREEDY_JOBS
    for person in CROWD:
        times += [(chance.uniform(0, ARRIVALS_S), person)] * CROWD_JOBS
    return [
        Asked(n, person, at, chance.expovariate(1 / MEAN_RUN_S))
        for n, (at, person) in enumerate(sorted(times))
    ]


async def lived(
    asked: Sequence[Asked], *, in_turns: bool = True, weight: float = 1
) -> list[Served]:
    """All that was asked for, in the order of beginning; `weight` is that of the greedy one."""
    now = 0.0
    store = MemoryStore(lambda: now)
    await store.policy(SetWeight(GREEDY, weight))
    events: list[tuple[float, int, Asked | Finish]] = [(one.at, one.n, one) for one in asked]
    heapify(events)
    served: list[Served] = []
    running = 0
    while events:
        now, _, event = heappop(events)
        if isinstance(event, Asked):
            await store.enqueue([_job(event, in_turns=in_turns)])
        else:
            await store.finish([event])
            running -= 1
        if events and events[0][0] == now:
            continue
        for job in await store.claim("w", {QUEUE: CONCURRENCY - running}, 1e9):
            running += 1
            served.append(Served(asked[int(job.id)], now))
            end = Finish(job.id, job.token, Complete("0"))
            heappush(events, (served[-1].ended, len(asked) + int(job.id), end))
    return served


def _job(asked: Asked, *, in_turns: bool) -> Job:
    owner = asked.person if in_turns else None
    return Job(f"{asked.n:03}", "chat", QUEUE, "{}", owner=owner, run_at=asked.at)


def panel(title: str, served: Sequence[Served]) -> Panel:
    """When each person had a first and a last result, counted from asking, in seconds."""
    waits = defaultdict[int, list[float]](list)
    for one in served:
        waits[one.asked.person].append(one.ended - one.asked.at)
    spans = [Span(min(waits[person]), max(waits[person])) for person in (*CROWD, GREEDY)]
    return Panel(title, tuple(spans[:-1]), spans[-1])


async def picture() -> str:
    """The drawing of both ways to serve the same story."""
    asked = story()
    return drawn(
        panel("First come, first served", await lived(asked, in_turns=False)),
        panel("Conveyor: people take turns", await lived(asked)),
    )


if __name__ == "__main__":
    PICTURE.write_text(asyncio.run(picture()))
    print(f"drawn: {PICTURE}")
