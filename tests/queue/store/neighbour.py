"""A real process beside the tests: opens the database, does one duty, and tells it line by line.

`python neighbour.py DUTY DATABASE`; a line on its standard input lets it go on.
"""

import asyncio
import os
import sys
from random import Random

from bot.queue.deliveries import NewDelivery
from bot.queue.errors import QueueFull, UserLimitReached
from bot.queue.job import Job
from bot.queue.lifecycle import Complete, Fail, HandBack, SnoozeUntil
from bot.queue.store.base import Finish, Limits
from bot.queue.store.sqlite import SqliteStore
from tests.queue.store.workbench import LEASE_S, a_job


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def told_to_go_on() -> None:
    await asyncio.to_thread(sys.stdin.readline)


async def enqueue_for_ever(store: SqliteStore) -> None:
    """Tells the id of each job after the store has answered."""

    async def one_after_another() -> None:
        while True:
            job = a_job(payload='"' + "x" * 2_000 + '"')
            await store.enqueue([job], {job.id: [NewDelivery("someone")]})
            tell(job.id)

    await asyncio.gather(*(one_after_another() for _ in range(4)))


async def enqueue_when_told(store: SqliteStore) -> None:
    tell("ready")
    while True:
        await told_to_go_on()
        job = a_job()
        await store.enqueue([job])
        tell(job.id)


async def claim_and_hold(store: SqliteStore) -> None:
    """Takes one job and one delivery, and never lets go."""
    (run,) = await store.claim(store.process, {"chat": 1}, LEASE_S)
    (due,) = await store.deliveries_claim(store.process, 1, LEASE_S)
    tell(run.id)
    tell(due.delivery.id)
    await told_to_go_on()


async def drain(store: SqliteStore) -> None:
    """Four claimers tell each job that they get, until nothing is left."""
    tell("ready")
    await told_to_go_on()

    async def claim_all() -> None:
        while runs := await store.claim(store.process, {"chat": 1}, LEASE_S):
            for run in runs:
                tell(run.id)

    await asyncio.gather(*(claim_all() for _ in range(4)))
    await store.close()


async def ask_the_same(store: SqliteStore) -> None:
    """Fifty ask for the same work at once; tells which job each of them waits for."""
    tell("ready")
    await told_to_go_on()
    jobs = [a_job(dedup_key="sum") for _ in range(50)]
    owed = [{job.id: [NewDelivery("someone")]} for job in jobs]
    asked = (store.enqueue([job], one) for job, one in zip(jobs, owed, strict=True))
    for (answer,) in await asyncio.gather(*asked):
        tell(answer.job.id)
    await store.close()


async def crowd_in(store: SqliteStore) -> None:
    """Ten people ask for twelve jobs each, all at once, and again after each refusal. Tells how
    often there was one.
    """
    tell("ready")
    await told_to_go_on()
    limits = Limits(max_size=20, max_active_per_owner=8)
    refusals = 0

    async def ask_for_all(n: int) -> None:
        nonlocal refusals
        chance = Random(n)
        for _ in range(12):
            job = a_job(
                owner=chance.choice([1, 2, 3, 4]),
                queue=chance.choice(["chat", "image"]),
                type=chance.choice(["echo", "draw"]),
                limit_key=chance.choice([None, None, "k"]),
            )
            while True:
                try:
                    await store.enqueue([job], limits=limits)
                    break
                except (QueueFull, UserLimitReached):
                    refusals += 1

    await asyncio.gather(*(ask_for_all(n) for n in range(10)))
    await store.close()
    tell(str(refusals))


async def work_off(store: SqliteStore) -> None:
    """Two claimers run what they get, until told to stop. They write each claim into the one diary
    of all processes after it is stored, and each end before, so that what seems to run does run.
    """
    tell("ready")
    await told_to_go_on()
    diary = os.open(f"{sys.argv[2]}.diary", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    stop = asyncio.create_task(told_to_go_on())
    chance = Random(os.getpid())

    async def claim_and_end() -> None:
        while not stop.done():
            runs = await store.claim(store.process, {"chat": 2, "image": 2}, LEASE_S)
            for run in runs:
                os.write(diary, f"began {run.id}\n".encode())
            await store.promote()
            for run in runs:
                os.write(diary, f"ended {run.id}\n".encode())
            await store.finish([_some_end(run, chance) for run in runs])

    await asyncio.gather(claim_and_end(), claim_and_end())
    os.close(diary)
    await store.close()


def _some_end(run: Job, chance: Random) -> Finish:
    again = chance.choice([Fail("broke", 0), SnoozeUntil(0), HandBack()])
    return Finish(run.id, run.token, again if chance.random() < 0.3 else Complete("1"))


DUTIES = {
    duty.__name__: duty
    for duty in (
        enqueue_for_ever,
        enqueue_when_told,
        claim_and_hold,
        drain,
        crowd_in,
        work_off,
        ask_the_same,
    )
}


async def main(duty: str, path: str) -> None:
    store = SqliteStore(path)
    await store.open()
    await DUTIES[duty](store)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
