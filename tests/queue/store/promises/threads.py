"""Threads: a store answers any event loop in any thread, also many at once."""

import asyncio
from itertools import chain

import pytest

from bot.queue.deliveries import NewDelivery
from bot.queue.lifecycle import Complete
from bot.queue.states import State
from bot.queue.store.base import Finish, Store
from tests.queue.store.workbench import LEASE_S, a_job, all_jobs, counts, recount

THREADS, JOBS_EACH = 6, 15


@pytest.mark.usefixtures("hasty_threads")
class ThreadPromises:
    async def test_every_event_loop_of_every_thread_is_answered(self, store: Store):
        async def produce_and_consume(name: str) -> list[str]:
            for _ in range(JOBS_EACH):
                job = a_job()
                await store.enqueue([job], {job.id: [NewDelivery(name)]})
            mine = []
            while runs := await store.claim(name, {"chat": 2}, LEASE_S):
                ends = [Finish(run.id, run.token, Complete("1")) for run in runs]
                assert await store.finish(ends) == [State.COMPLETED] * len(ends)
                assert all([await store.deliveries(run.id) for run in runs])
                mine += [run.id for run in runs]
            return mine

        def in_its_own_loop(name: str) -> list[str]:
            return asyncio.run(produce_and_consume(name))

        shares = await asyncio.gather(
            *(asyncio.to_thread(in_its_own_loop, f"t{n}") for n in range(THREADS))
        )
        jobs = await all_jobs(store)
        assert sorted(chain.from_iterable(shares)) == sorted(job.id for job in jobs)
        assert len(jobs) == THREADS * JOBS_EACH
        assert {(job.state, job.token) for job in jobs} == {(State.COMPLETED, 1)}
        assert counts(await store.stats()) == await recount(store)
