"""Turns: within a priority nobody waits for more than one job of each other person."""

import pytest

from bot.queue.controls import RetryJob
from bot.queue.errors import QueueFull, StoreError
from bot.queue.job import Job
from bot.queue.lifecycle import Discard, Fail, HandBack, SnoozeUntil
from bot.queue.states import State
from bot.queue.store.base import Limits, Store
from tests.queue.store.workbench import (
    EVERYTHING,
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

CROWD = range(2, 22)


async def ask(store: Store, owner: int | None, times: int = 1, **changed) -> list[Job]:
    return await stored(store, *(a_job(owner=owner, **changed) for _ in range(times)))


async def served(store: Store, n: int = EVERYTHING) -> list[int | None]:
    """Whose jobs the next `n` claims are, in order."""
    return [job.owner for job in await store.claim("w1", {"chat": n}, LEASE_S)]


class TurnPromises:
    @pytest.mark.parametrize("begun", [0, 1, 60])
    async def test_nobodys_first_job_waits_behind_anothers_five_hundred(self, store: Store, begun):
        await ask(store, 1, times=500)
        await served(store, begun)
        firsts = [(await ask(store, owner, times=3))[0].id for owner in CROWD]
        ahead = (await store.positions(firsts)).values()
        assert max(ahead) <= len(CROWD)  # one job of each other person
        order = await served(store)
        assert order.index(1) <= len(CROWD)
        for round_of in range(3):
            so_far = order[: (round_of + 1) * (len(CROWD) + 1)]
            assert all(so_far.count(owner) == round_of + 1 for owner in CROWD)
        assert order[3 * (len(CROWD) + 1) :] == [1] * (500 - begun - 3)

    async def test_people_alternate_as_long_as_they_have_something(self, store: Store):
        for owner, times in ((1, 5), (2, 3), (3, 1)):
            await ask(store, owner, times)
        assert await served(store) == [1, 2, 3, 1, 2, 1, 2, 1, 1]

    async def test_who_comes_back_has_saved_up_nothing(self, store: Store):
        await ask(store, 2)
        await ask(store, 1, times=60)
        await served(store, 51)
        await ask(store, 2, times=5)
        assert await served(store, 10) == [2, 1] * 5

    async def test_asking_one_by_one_gains_nothing_over_asking_at_once(self, store: Store):
        await ask(store, 1, times=10)
        order = []
        for _ in range(5):
            await ask(store, 2)
            order += await served(store, 2)
        assert order == [1, 2] * 5

    async def test_the_turns_of_a_batch_are_taken_in_its_order(self, store: Store):
        batch = [a_job(owner=owner) for owner in (1, 2, 1, 2)]
        assert [job.rank for job in await stored(store, *batch)] == [0, 0, 1, 1]

    async def test_ones_own_jobs_are_served_as_they_became_ready(self, store: Store):
        await ask(store, 1, id="z")
        await ask(store, 1, id="y", state=State.SCHEDULED)
        await ask(store, 1, id="x")
        await store.promote()
        await ask(store, 1, id="w")
        runs = await store.claim("w1", {"chat": 9}, LEASE_S)
        assert "".join(run.id for run in runs) == "zxyw"

    async def test_what_falls_due_together_takes_turns_by_its_time_then_its_age(
        self, store: Store, clock: Clock
    ):
        for name, wait in (("c", 2), ("b", 1), ("a", 1)):
            await ask(store, 1, id=name, state=State.SCHEDULED, run_at=NOW + wait)
        clock.forward(5)
        await store.promote()
        assert [(await known(store, name)).rank for name in "bac"] == [0, 1, 2]

    async def test_priorities_stay_above_turns(self, store: Store):
        await ask(store, 1, priority=-10)
        await ask(store, 2)
        await ask(store, 3, times=3, priority=10)
        assert await served(store) == [3, 3, 3, 2, 1]

    @pytest.mark.parametrize("elsewhere", [{"priority": 10}, {"queue": "image"}])
    async def test_each_priority_of_each_queue_has_its_own_turns(self, store: Store, elsewhere):
        await ask(store, 1, times=5, **elsewhere)
        await store.claim("w1", {"chat": 5, "image": 5}, LEASE_S)
        await ask(store, 1)
        await ask(store, 2, times=2)
        assert await served(store) == [1, 2, 2]

    async def test_nobodys_jobs_take_turns_as_one_persons(self, store: Store):
        await ask(store, None, times=3)
        await ask(store, 1)
        assert await served(store) == [None, 1, None, None]

    @pytest.mark.parametrize("handed_back", [True, False])
    async def test_what_comes_back_from_a_worker_keeps_its_turn(
        self, store: Store, clock: Clock, handed_back
    ):
        run = await a_run(store, owner=1)
        await ask(store, 1)
        await ask(store, 2)
        if handed_back:
            await finished(store, run, HandBack())
        else:
            clock.forward(LEASE_S + 1)
            await store.reap(max_losses=2)
        assert (await known(store, run.id)).rank == run.rank
        assert (await claimed(store)).id == run.id

    async def test_what_comes_back_from_a_worker_does_not_turn_time_back(self, store: Store):
        await ask(store, 1, times=3)
        first, _, third = await store.claim("w1", {"chat": 3}, LEASE_S)
        await finished(store, first, HandBack())
        await claimed(store)
        (newcomer,) = await ask(store, 2)
        assert newcomer.rank == third.rank

    @pytest.mark.parametrize("how", [Fail("x", retry_at=NOW), SnoozeUntil(NOW)])
    async def test_what_waited_for_its_time_takes_a_new_turn(self, store: Store, how):
        run = await a_run(store, owner=1)
        await finished(store, run, how)
        (other,) = await ask(store, 1)
        await store.promote()
        assert (await known(store, run.id)).rank > other.rank

    async def test_a_snooze_costs_no_turn(self, store: Store):
        asked = [(await ask(store, owner))[0] for owner in (1, 2, 1, 3, 2)]
        for _ in range(3):
            for run in await store.claim("w1", {"chat": 3}, LEASE_S):
                await finished(store, run, SnoozeUntil(NOW))
        assert (await ask(store, 4))[0].rank == asked[2].rank
        await store.promote()
        assert await served(store) == [1, 2, 3, 4, 1, 2]

    @pytest.mark.parametrize("how", [Fail("x", retry_at=NOW + 900), Discard("x")])
    async def test_what_somebody_retries_takes_a_new_turn(self, store: Store, how):
        run = await a_run(store, owner=1)
        await finished(store, run, how)
        (other,) = await ask(store, 1)
        again = await store.control(run.id, RetryJob())
        assert again.rank > other.rank
        assert again == await known(store, run.id)

    async def test_a_rank_that_is_given_counts_for_nothing(self, store: Store):
        jobs = await stored(store, a_job(rank=7.5), a_job(rank=-3))
        assert [job.rank for job in jobs] == [0, 1]

    async def test_a_refused_batch_takes_no_turn(self, store: Store):
        (before,) = await ask(store, 1)
        with pytest.raises(QueueFull):
            await store.enqueue([a_job(owner=1)], limits=Limits(max_size=1))
        with pytest.raises(StoreError):
            await store.enqueue([a_job(owner=1), before])
        (after,) = await ask(store, 1)
        assert after.rank == before.rank + 1
