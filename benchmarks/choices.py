"""How long whoever types a job's id waits for choices, at 1,000 and at 100,000 jobs: under 200 ms.

All jobs are done, and the newest have results of 20,000 characters; so a search for what can still
be cancelled looks at every one.
"""

import asyncio
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median, quantiles

from benchmarks.judge import judged, leave
from bot.delivery.person import Person
from bot.delivery.presenting import Presenting
from bot.delivery.showing import Showing
from bot.jobs.chat import Chat
from bot.jobs.question import Answer, Question
from bot.providers.built_in import BuiltIn
from bot.queue.ids import new_id
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.states import UNFINISHED, State
from bot.queue.store.sqlite import SqliteStore

FEW, MANY = 1_000, 100_000
FILL = 10_000
"""Jobs stored at once while the stores are filled."""
LONG = 1_000
"""So many of the newest jobs have long results."""
ROUNDS = 60
LONGEST_MS = 200.0
"""Of one answer (issue 4, item 6)."""
GUILD, PEOPLE = 1, 100

ANY: frozenset[State] = frozenset()
TYPED = {
    "nothing": ("", ANY),
    "an id's beginning": ("01", ANY),
    "a kind": ("chat", ANY),
    "a text that none has": ("no such question", ANY),
    "an old one's text": ("question 7 ", ANY),
    "nothing, to cancel": ("", UNFINISHED),
    "an id's beginning, to cancel": ("01", UNFINISHED),
    "a kind, to cancel": ("chat", UNFINISHED),
}
"""What is typed, and the states of the jobs that are offered; none of all can be cancelled."""


def person(owner: int, *, administrator: bool = False) -> Person:
    """Somebody of the one guild."""
    return Person(owner, GUILD, administrator, f"person {owner}")


WHO = {
    "an administrator": person(-1, administrator=True),
    "a member with a hundredth of all": person(1),
    "a member with none": person(-2),
}


def jobs(first: int, count: int, size: int) -> list[Job]:
    """Jobs that are done, of a store that will have so many."""
    return [
        Job(
            id=new_id(),
            type=Chat.name,
            queue=Chat.queue,
            payload=Question(text=f"This is question {n} of many. " * 10).model_dump_json(),
            state=State.COMPLETED,
            owner=n % PEOPLE,
            guild=GUILD,
            created_at=1,
            finished_at=2,
            result=Answer(text="word " * (4_000 if n >= size - LONG else 40)).model_dump_json(),
        )
        for n in range(first, first + count)
    ]


async def times(folder: Path, size: int) -> Mapping[str, list[float]]:
    """Milliseconds of each answer, by who asks and what was typed."""
    queue = JobQueue(SqliteStore(folder / f"{size}.db"))
    queue.register(Chat(BuiltIn()))
    await queue.open()
    for first in range(0, size, FILL):
        await queue.store.enqueue(jobs(first, min(FILL, size - first), size))
    showing = Showing(queue, Presenting(queue))
    took: dict[str, list[float]] = {f"{who}, {what}": [] for who in WHO for what in TYPED}
    for _ in range(ROUNDS):
        for who, whom in WHO.items():
            for what, (typed, states) in TYPED.items():
                began = time.perf_counter()
                await showing.choices(whom, typed, states)
                took[f"{who}, {what}"].append((time.perf_counter() - began) * 1_000)
    await queue.stop()
    return took


async def main() -> None:
    """The medians are told; what is judged is not the one answer in twenty that others held up."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = [await times(Path(folder), size) for size in (FEW, MANY)]
    for what, took in many.items():
        print(f"     {what}: {median(few[what]):.1f} ms few, {median(took):.1f} ms many")
    longest = max(quantiles(took, n=20)[-1] for took in many.values())
    what = f"19 of 20 answers of each kind at {MANY:,} jobs, ms"
    leave([judged(what, longest, at_most=LONGEST_MS)])


if __name__ == "__main__":
    asyncio.run(main())
