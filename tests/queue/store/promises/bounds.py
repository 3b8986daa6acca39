"""Bounds that change: what is parked goes where the new ones put it, and what runs goes on."""

from dataclasses import replace

import pytest

from bot.queue.lifecycle import Complete
from bot.queue.slots import Bounds
from bot.queue.states import State
from bot.queue.store.base import SetBounds, Store
from tests.queue.store.workbench import (
    LEASE_S,
    NOW,
    Clock,
    a_job,
    all_jobs,
    claimed,
    counts,
    finished,
    in_state,
    known,
    recount,
    served,
    stored,
)

SIZED = {
    "owner": (lambda n: Bounds(per_owner=n), {"owner": 1}),
    "kind": (lambda n: Bounds(per_kind={"echo": n}), {}),
    "key": (lambda n: Bounds(per_key={"echo": n}), {"limit_key": "k"}),
}
each_size = pytest.mark.parametrize(("sized", "one"), SIZED.values(), ids=SIZED)


async def bounded(store: Store, bounds: Bounds) -> None:
    await store.policy(SetBounds(bounds))


class BoundsPromises:
    async def test_there_are_none_until_some_are_set_and_then_they_are_known(self, store: Store):
        assert (await store.policies()).bounds == Bounds()
        bounds = Bounds(3, {"draw": 2}, {"echo": 4, "draw": 1})
        await bounded(store, bounds)
        assert (await store.policies()).bounds == bounds

    @each_size
    async def test_raised_they_make_just_as_many_more_ready(
        self, store: Store, clock: Clock, sized, one
    ):
        await bounded(store, sized(1))
        jobs = await stored(store, *(a_job(**one) for _ in range(5)))
        await claimed(store)
        clock.forward(3)
        await bounded(store, sized(3))
        assert await in_state(store, State.PENDING) == [job.id for job in jobs[1:3]]
        assert (await known(store, jobs[1].id)).run_at == NOW + 3
        assert (await known(store, jobs[3].id)) == jobs[3]

    @each_size
    async def test_lowered_they_let_what_runs_go_on_and_park_the_rest(
        self, store: Store, sized, one
    ):
        await bounded(store, sized(4))
        await stored(store, *(a_job(**one) for _ in range(6)))
        runs = await store.claim("w1", {"chat": 2}, LEASE_S)
        await bounded(store, sized(1))
        assert [(await known(store, run.id)).state for run in runs] == [State.PROCESSING] * 2
        assert len(await in_state(store, State.PARKED)) == 4
        await finished(store, runs[0], Complete("1"))
        assert await in_state(store, State.PENDING) == []
        await finished(store, runs[1], Complete("1"))
        assert len(await in_state(store, State.PENDING)) == 1
        assert len(await served(store, 4)) == 4

    @each_size
    async def test_lowered_they_leave_the_best_ready(self, store: Store, sized, one):
        await bounded(store, sized(9))
        worse = await stored(store, *(a_job(**one) for _ in range(3)))
        best = await stored(store, *(a_job(**one, priority=10) for _ in range(2)))
        await bounded(store, sized(3))
        ready = sorted([*best, worse[0]], key=lambda job: job.id)
        assert [await known(store, name) for name in await in_state(store, State.PENDING)] == ready

    @pytest.mark.parametrize("slot", ["owner", "kind"])
    async def test_removed_they_make_all_ready(self, store: Store, slot):
        sized, one = SIZED[slot]
        await bounded(store, sized(1))
        await stored(store, *(a_job(**one) for _ in range(5)))
        await bounded(store, Bounds())
        assert len(await store.claim("w1", {"chat": 9}, LEASE_S)) == 5

    async def test_that_of_a_key_falls_back_to_one(self, store: Store):
        await bounded(store, Bounds(per_key={"echo": 2}))
        await stored(store, *(a_job(limit_key="k") for _ in range(5)))
        first, second = await store.claim("w1", {"chat": 9}, LEASE_S)
        await bounded(store, Bounds())
        await finished(store, first, Complete("1"))
        assert await in_state(store, State.PENDING) == []
        await finished(store, second, Complete("1"))
        assert len(await in_state(store, State.PENDING)) == 1

    @each_size
    async def test_the_same_again_change_nothing(self, store: Store, clock: Clock, sized, one):
        await bounded(store, sized(1))
        await stored(store, *(a_job(**one) for _ in range(3)))
        before = await all_jobs(store)
        clock.forward(1)
        await bounded(store, sized(1))
        assert await all_jobs(store) == before

    @each_size
    async def test_others_for_another_slot_leave_the_parked_their_turns(
        self, store: Store, clock: Clock, sized, one
    ):
        await bounded(store, sized(1))
        await stored(store, *(a_job(**one) for _ in range(3)))
        before = await all_jobs(store)
        clock.forward(1)
        await bounded(store, replace(sized(1), per_kind={**sized(1).per_kind, "else": 1}))
        assert await all_jobs(store) == before

    async def test_a_new_one_for_who_is_ready_or_parked_already_takes_effect(self, store: Store):
        await bounded(store, Bounds(per_kind={"echo": 3}))
        jobs = await stored(store, *(a_job(owner=1) for _ in range(5)))
        await bounded(store, Bounds(per_owner=2, per_kind={"echo": 4}))
        parked_on = [(await known(store, job.id)).parked_on for job in jobs]
        assert parked_on == [None, None, *["owner 1 chat"] * 3]

    async def test_who_had_come_far_does_not_fall_back(self, store: Store):
        await bounded(store, Bounds(per_owner=1, per_kind={"echo": 1}))
        running, far, near = await stored(
            store, a_job(owner=1), a_job(owner=2), a_job(owner=2, priority=10)
        )
        assert (far.parked_on, near.parked_on) == ("kind echo", "owner 2 chat")
        await bounded(store, Bounds(per_owner=1, per_kind={"echo": 1, "draw": 1}))
        assert [await known(store, job.id) for job in (running, far, near)] == [running, far, near]

    async def test_however_often_they_change_newcomers_gain_nothing(self, store: Store):
        key = {"limit_key": "k"}
        await stored(store, *(a_job(owner=1, **key) for _ in range(30)))
        for n in range(2, 9):
            await bounded(store, Bounds(per_kind={"else": n}))
        await stored(store, *(a_job(owner=2, **key) for _ in range(10)))
        order = await served(store, 12)
        assert order.count(1) == order.count(2) == 6 or order.count(1) == 7

    async def test_the_counters_follow(self, store: Store):
        for n in (2, 1, 3):
            await bounded(store, Bounds(per_owner=n))
            await stored(store, *(a_job(owner=n % 2) for n in range(4)))
            await claimed(store)
            assert counts(await store.stats()) == await recount(store)
