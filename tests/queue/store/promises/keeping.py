"""Retention: finished jobs go when their time is over or too many are kept; others never do."""

import pytest

from bot.queue.deliveries import Delivered
from bot.queue.lifecycle import Cancel, Discard
from bot.queue.retention import Retention
from bot.queue.states import State
from bot.queue.store.base import SettleDelivery, Store
from tests.queue.store.workbench import (
    LEASE_S,
    Clock,
    a_job,
    a_run,
    all_jobs,
    completed,
    counts,
    finished,
    recount,
    stored,
    with_delivery,
)

KEEP = Retention(completed_s=100, failed_s=300, most=1_000)
ALL = 1_000


async def left(store: Store) -> set[str]:
    return {job.id for job in await all_jobs(store)}


class KeepingPromises:
    async def test_each_kind_of_end_is_kept_for_its_time(self, store: Store, clock: Clock):
        done = await completed(store)
        failed = await finished(store, await a_run(store), Discard("why"))
        cancelled = await finished(store, await a_run(store), Cancel("why"))
        clock.forward(100)
        assert await store.purge(KEEP, ALL) == 0
        clock.forward(1)
        assert await store.purge(KEEP, ALL) == 1
        assert done.id not in await left(store)
        clock.forward(200)
        assert await store.purge(KEEP, ALL) == 2
        assert not {failed.id, cancelled.id} & await left(store)

    async def test_no_more_than_the_most_are_kept_and_the_oldest_go(
        self, store: Store, clock: Clock
    ):
        jobs = []
        for _ in range(5):
            jobs.append(await completed(store))
            clock.forward(1)
        assert await store.purge(Retention(most=2), ALL) == 3
        assert await left(store) == {job.id for job in jobs[3:]}

    async def test_a_bite_is_no_larger_than_asked_and_begins_with_the_oldest(
        self, store: Store, clock: Clock
    ):
        jobs = []
        for _ in range(5):
            jobs.append(await completed(store))
            clock.forward(1)
        clock.forward(1_000)
        assert await store.purge(KEEP, 2) == 2
        assert await left(store) == {job.id for job in jobs[2:]}
        assert [await store.purge(KEEP, 2) for _ in range(3)] == [2, 1, 0]

    @pytest.mark.parametrize("state", [State.PENDING, State.SCHEDULED, State.PARKED])
    async def test_what_is_not_finished_stays_for_ever(self, store: Store, clock: Clock, state):
        (job,) = await stored(store, a_job(state=state))
        run = await a_run(store, queue="image")
        clock.forward(10**9)
        assert await store.purge(Retention(0, 0, 0), ALL) == 0
        assert await left(store) == {job.id, run.id}

    async def test_a_job_whose_news_is_owed_stays_until_it_was_brought(
        self, store: Store, clock: Clock
    ):
        job = a_job()
        await with_delivery(store, job)
        run = (await store.claim("w1", {"chat": 1}, LEASE_S))[0]
        await finished(store, run, Discard("why"))
        clock.forward(1_000)
        assert await store.purge(Retention(0, 0, 0), ALL) == 0
        ((due),) = await store.deliveries_claim("w1", 1, LEASE_S)
        done = SettleDelivery(due.delivery.id, due.delivery.token, Delivered())
        assert await store.deliveries_settle([done]) == [True]
        assert await store.purge(Retention(0, 0, 0), ALL) == 1
        assert await store.deliveries(job.id) == []
        assert await store.deliveries_settle([done]) == [False]

    async def test_its_key_is_free_again_and_the_counters_are_right(
        self, store: Store, clock: Clock
    ):
        await completed(store, key="k")
        clock.forward(1_000)
        await store.purge(KEEP, ALL)
        assert counts(await store.stats()) == await recount(store)
        (again,) = await store.enqueue([a_job(key="k")])
        assert again.created
