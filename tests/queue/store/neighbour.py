"""A real process beside the tests: opens the database, does one duty, and tells it line by line.

`python neighbour.py DUTY DATABASE`; a line on its standard input lets it go on.
"""

import asyncio
import sys

from bot.queue.deliveries import NewDelivery
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


DUTIES = {
    duty.__name__: duty
    for duty in (enqueue_for_ever, enqueue_when_told, claim_and_hold, drain, ask_the_same)
}


async def main(duty: str, path: str) -> None:
    store = SqliteStore(path)
    await store.open()
    await DUTIES[duty](store)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
