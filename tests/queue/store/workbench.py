"""What the stores' tests are made with: jobs, and whole runs."""

from collections import Counter
from collections.abc import Iterable
from itertools import count, takewhile

from bot.queue.deliveries import Delivery, NewDelivery
from bot.queue.ids import new_id
from bot.queue.job import Job
from bot.queue.lifecycle import Complete, Outcome
from bot.queue.slots import READY, Bounds
from bot.queue.states import State
from bot.queue.store.base import Finish, Group, JobFilter, Stats, Store
from bot.queue.testing import ManualClock as Clock

NOW = Clock().now
LEASE_S = 30.0
EVERYTHING = 100_000
_numbers = count()


def a_job(**changed) -> Job:
    values = {
        "id": new_id(),
        "type": "echo",
        "queue": "chat",
        "payload": f'{{"n": {next(_numbers)}}}',
        "run_at": NOW,
        "created_at": NOW,
        "max_attempts": 3,
    }
    return Job(**(values | changed))


async def stored(store: Store, *jobs: Job) -> list[Job]:
    """The jobs as the store has them: with their turns."""
    answers = await store.enqueue(jobs)
    assert all(answer.created for answer in answers)
    return [answer.job for answer in answers]


async def claimed(store: Store, worker: str = "w1", queue: str = "chat") -> Job:
    (job,) = await store.claim(worker, {queue: 1}, LEASE_S)
    return job


async def finished(store: Store, run: Job, outcome: Outcome) -> Job:
    (state,) = await store.finish([Finish(run.id, run.token, outcome)])
    job = await known(store, run.id)
    assert job.state is state
    return job


async def a_run(store: Store, **changed) -> Job:
    """A stored job in the hands of w1."""
    await stored(store, a_job(**changed))
    return await claimed(store, queue=changed.get("queue", "chat"))


async def completed(store: Store, result: str = '"done"', **changed) -> Job:
    return await finished(store, await a_run(store, **changed), Complete(result))


async def known(store: Store, job_id: str) -> Job:
    job = await store.get(job_id)
    assert job is not None
    return job


async def all_jobs(store: Store) -> list[Job]:
    return await store.find(JobFilter(), limit=EVERYTHING)


async def in_state(store: Store, state: State) -> list[str]:
    return sorted(job.id for job in await all_jobs(store) if job.state is state)


async def served(store: Store, times: int) -> list[int | None]:
    """Whose jobs run, one after the other."""
    owners = []
    for _ in range(times):
        run = await claimed(store)
        owners.append(run.owner)
        await finished(store, run, Complete("1"))
    return owners


async def with_delivery(store: Store, job: Job, *new: NewDelivery) -> list[Delivery]:
    await store.enqueue([job], {job.id: new or (NewDelivery("someone"),)})
    return await store.deliveries(job.id)


async def recount(store: Store) -> tuple[dict[Group, int], int]:
    """What the counters must say, counted the slow way: jobs by group, and active people."""
    return recounted(await all_jobs(store))


def recounted(jobs: Iterable[Job]) -> tuple[dict[Group, int], int]:
    """What the counters must say of these jobs."""
    people = {job.owner for job in jobs if job.finished_at is None} - {None}
    return Counter(Group(job.queue, job.type, job.priority, job.state) for job in jobs), len(people)


def counts(stats: Stats) -> tuple[dict[Group, int], int]:
    return dict(stats.counts), stats.people


def slots_of(jobs: Iterable[Job], bounds: Bounds) -> tuple[Counter[str], dict[str, int], set[str]]:
    """How many have each slot, its size, and where somebody is parked, counted the slow way."""
    used: Counter[str] = Counter()
    sizes: dict[str, int] = {}
    full = set()
    for job in jobs:
        needed = dict(bounds.slots(job.queue, job.type, job.owner, job.limit_key))
        sizes |= needed
        if job.state is State.PARKED:
            full.add(job.parked_on)
            used.update(takewhile(lambda name, at=job.parked_on: name != at, needed))
        elif job.state in READY:
            used.update(needed.keys())
    return used, sizes, full
