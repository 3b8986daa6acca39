"""Claiming: the best first, each job to one worker, each time under a new token."""

import asyncio
from itertools import chain

from bot.queue.controls import CancelJob, RetryJob
from bot.queue.lifecycle import Fail, HandBack
from bot.queue.states import State
from bot.queue.store.base import Store
from tests.queue.store.workbench import (
    LEASE_S,
    NOW,
    Clock,
    a_job,
    a_run,
    claimed,
    finished,
    known,
    stored,
)


class ClaimingPromises:
    async def test_the_order_is_priority_then_turn_then_id(self, store: Store):
        await stored(
            store,
            a_job(id="2", owner=1, priority=-10),
            a_job(id="4", owner=1),
            a_job(id="1", owner=1),
            a_job(id="3", owner=2),
            a_job(id="5", owner=3, priority=20),
        )
        run = await store.claim("w1", {"chat": 10}, LEASE_S)
        assert [job.id for job in run] == ["5", "3", "4", "1", "2"]

    async def test_each_queue_gives_no_more_than_wanted(self, store: Store):
        await stored(store, *(a_job(queue=q) for q in ("chat", "image", "chat", "admin", "image")))
        runs = await store.claim("w1", {"chat": 1, "image": 5, "unknown": 3, "admin": 0}, LEASE_S)
        assert [job.queue for job in runs] == ["chat", "image", "image"]

    async def test_only_what_is_ready_is_handed_out(self, store: Store):
        await stored(store, a_job(state=State.SCHEDULED), a_job(state=State.PARKED))
        await a_run(store)
        assert await store.claim("w1", {"chat": 5}, LEASE_S) == []

    async def test_a_claim_says_who_holds_the_job_and_until_when(self, store: Store, clock: Clock):
        await stored(store, a_job())
        clock.forward(5)
        run = await claimed(store, "someone")
        assert await store.get(run.id) == run
        assert (run.state, run.worker) == (State.PROCESSING, "someone")
        assert (run.attempt, run.token) == (1, 1)
        assert (run.started_at, run.lease_until) == (NOW + 5, NOW + 5 + LEASE_S)

    async def test_every_claim_has_a_token_that_none_had_before(self, store: Store, clock: Clock):
        await stored(store, a_job())
        tokens = []
        for outcome in (HandBack(), Fail("x", retry_at=NOW), HandBack()):
            run = await claimed(store)
            tokens.append(run.token)
            await finished(store, run, outcome)
            await store.promote()
        tokens.append((await claimed(store)).token)
        clock.forward(LEASE_S + 1)
        await store.reap(max_losses=10)
        tokens.append((await claimed(store)).token)
        assert tokens == sorted(set(tokens))

    async def test_a_resumed_job_never_reuses_a_token(self, store: Store):
        run = await a_run(store)
        await store.control(run.id, CancelJob("no"))
        await finished(store, run, HandBack())
        await store.control(run.id, RetryJob())
        assert (await claimed(store)).token > run.token

    async def test_many_claimers_get_each_job_once(self, store: Store):
        jobs = [a_job() for _ in range(60)]
        await stored(store, *jobs)

        async def work(name: str) -> list[str]:
            mine = []
            while runs := await store.claim(name, {"chat": 2}, LEASE_S):
                mine += [run.id for run in runs]
            return mine

        shares = await asyncio.gather(*(work(f"w{n}") for n in range(8)))
        assert sorted(chain.from_iterable(shares)) == sorted(job.id for job in jobs)
        assert {(await known(store, job.id)).token for job in jobs} == {1}
