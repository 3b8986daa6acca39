"""Policies: a paused queue hands out nothing, and a person's weight counts from now on."""

import pytest

from bot.queue.lifecycle import Complete, HandBack
from bot.queue.slots import Bounds
from bot.queue.states import State
from bot.queue.store.base import (
    Alive,
    Beat,
    PauseQueue,
    Policies,
    ResumeQueue,
    SetBounds,
    SetWeight,
    Store,
)
from tests.queue.store.workbench import LEASE_S, a_job, a_run, claimed, finished, served, stored

BOTH = {"chat": 9, "image": 9}


class PolicyPromises:
    async def test_nothing_is_set_at_first(self, store: Store):
        await finished(store, await a_run(store, owner=1), Complete("1"))
        assert await store.policies() == Policies()

    async def test_a_paused_queue_hands_out_nothing_and_others_go_on(self, store: Store):
        await stored(store, a_job(queue="chat"), a_job(queue="image"))
        await store.policy(PauseQueue("chat"))
        assert [run.queue for run in await store.claim("w1", BOTH, LEASE_S)] == ["image"]
        await store.policy(ResumeQueue("chat"))
        assert [run.queue for run in await store.claim("w1", BOTH, LEASE_S)] == ["chat"]

    async def test_a_paused_queue_still_takes_jobs(self, store: Store):
        await store.policy(PauseQueue("chat"))
        (job,) = await stored(store, a_job())
        assert job.state is State.PENDING
        assert await store.positions([job.id]) == {job.id: 0}

    @pytest.mark.parametrize("outcome", [Complete("1"), HandBack()])
    async def test_what_runs_goes_on_while_its_queue_is_paused(self, store: Store, outcome):
        run = await a_run(store)
        await store.policy(PauseQueue("chat"))
        assert await store.beat([Beat(run.id, run.token)], LEASE_S) == [Alive()]
        await finished(store, run, outcome)
        assert await store.claim("w1", BOTH, LEASE_S) == []

    async def test_to_pause_and_to_resume_twice_is_as_once(self, store: Store):
        for change in (PauseQueue("chat"), PauseQueue("image"), PauseQueue("chat")):
            await store.policy(change)
        assert (await store.policies()).paused == {"chat", "image"}
        for _ in range(2):
            await store.policy(ResumeQueue("chat"))
        assert (await store.policies()).paused == {"image"}

    async def test_a_weight_of_three_is_three_turns_for_one_of_others(self, store: Store):
        await store.policy(SetWeight(1, 3))
        await stored(store, *(a_job(owner=owner) for owner in (1, 2, 3) for _ in range(12)))
        for _ in range(4):
            shares = await served(store, 5)
            assert [shares.count(owner) for owner in (1, 2, 3)] == [3, 1, 1]

    async def test_half_a_weight_is_every_second_turn(self, store: Store):
        await store.policy(SetWeight(1, 0.5))
        await stored(store, *(a_job(owner=owner) for owner in (1, 2) for _ in range(12)))
        shares = await served(store, 9)
        assert (shares.count(1), shares.count(2)) == (3, 6)

    async def test_weights_count_among_those_parked_on_a_slot(self, store: Store):
        await store.policy(SetWeight(1, 3))
        run = await a_run(store, limit_key="k", owner=9)
        parked = [a_job(owner=owner, limit_key="k") for owner in (1, 2) for _ in range(12)]
        await stored(store, *parked)
        await finished(store, run, Complete("1"))
        shares = await served(store, 8)
        assert (shares.count(1), shares.count(2)) == (6, 2)

    async def test_a_weight_counts_for_turns_taken_from_then_on(self, store: Store):
        before = await stored(store, *(a_job(owner=1) for _ in range(3)))
        await store.policy(SetWeight(1, 2))
        after = await stored(store, *(a_job(owner=1) for _ in range(3)))
        assert [job.rank for job in before + after] == [0, 1, 2, 3, 3.5, 4]

    async def test_a_costly_job_is_as_many_turns(self, store: Store):
        await stored(store, *(a_job(owner=1, cost=3) for _ in range(3)))
        await stored(store, *(a_job(owner=2) for _ in range(9)))
        assert [(await claimed(store)).owner for _ in range(8)] == [1, 2, 2, 2, 1, 2, 2, 2]

    async def test_all_is_known_that_was_set(self, store: Store):
        bounds = Bounds(2, {"draw": 1}, {"echo": 3})
        for change in (SetBounds(bounds), SetWeight(7, 2.5), SetWeight(8, 1), PauseQueue("chat")):
            await store.policy(change)
        assert await store.policies() == Policies(bounds, {7: 2.5, 8: 1}, frozenset({"chat"}))

    async def test_bounds_of_some_kinds_leave_those_of_others(self, store: Store):
        await store.policy(SetBounds(Bounds(2, {"draw": 1, "echo": 4}, {"draw": 3, "echo": 5})))
        echo = frozenset({"echo"})
        await store.policy(SetBounds(Bounds(7, {"echo": 2}, {"echo": 6}), echo))
        expected = Bounds(7, {"draw": 1, "echo": 2}, {"draw": 3, "echo": 6})
        assert (await store.policies()).bounds == expected
        await store.policy(SetBounds(Bounds(7), echo))
        assert (await store.policies()).bounds == Bounds(7, {"draw": 1}, {"draw": 3})
