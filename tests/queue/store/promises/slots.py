"""Slots: nothing is ready or running over a bound, and who is parked goes on when it may."""

from collections import Counter
from random import Random

import pytest

from bot.queue.controls import CancelJob, DiscardJob, Reprioritise, Reschedule, RetryJob
from bot.queue.job import Job, Priority
from bot.queue.lifecycle import Cancel, Complete, Discard, Fail, HandBack, SnoozeUntil
from bot.queue.slots import READY, Bounds
from bot.queue.states import FINISHED, State
from bot.queue.store.base import Finish, SetBounds, Store
from tests.queue.store.workbench import (
    LEASE_S,
    NOW,
    Clock,
    a_job,
    a_run,
    all_jobs,
    claimed,
    counts,
    finished,
    in_state,
    known,
    recount,
    served,
    slots_of,
    stored,
)

Slot = tuple[Bounds, dict]
ONE_SLOT: dict[str, Slot] = {
    "owner": (Bounds(per_owner=1), {"owner": 1}),
    "kind": (Bounds(per_kind={"echo": 1}), {}),
    "key": (Bounds(per_key={"echo": 1}), {"limit_key": "k"}),
}
each_slot = pytest.mark.parametrize(("bounds", "one"), ONE_SLOT.values(), ids=ONE_SLOT)

WAYS_TO_END = {
    "a result": Complete("1"),
    "a failure": Fail("broke", retry_at=NOW + 9),
    "no more attempts": Discard("hopeless"),
    "a cancelled run": Cancel("stop"),
    "a snooze": SnoozeUntil(NOW + 9),
}
WAYS_OUT = {
    "cancelled": CancelJob("no"),
    "discarded": DiscardJob("no"),
    "put off": Reschedule(NOW + 9),
}


async def bounded(store: Store, bounds: Bounds) -> None:
    await store.policy(SetBounds(bounds))


async def three(store: Store, slot: Slot) -> list[Job]:
    """Of three jobs for one slot, one is ready, and the last is the best of those parked."""
    bounds, one = slot
    await bounded(store, bounds)
    await stored(store, a_job(id="1", **one))
    await stored(store, a_job(id="2", **one), a_job(id="3", **one, priority=Priority.HIGH))
    return [await known(store, name) for name in "123"]


async def assert_exact(store: Store, bounds: Bounds) -> None:
    """No slot has more than its size, and who is parked is so because its slot is full."""
    used, sizes, parked_on = slots_of(await all_jobs(store), bounds)
    assert all(used[name] <= sizes[name] for name in used)
    assert all(used[name] >= sizes[name] for name in parked_on)


class SlotPromises:
    @each_slot
    async def test_what_finds_its_slot_full_is_parked_there(self, store: Store, bounds, one):
        first, *others = await three(store, (bounds, one))
        assert (first.state, first.parked_on) == (State.PENDING, None)
        for job in others:
            assert job.state is State.PARKED
            assert job.parked_on == bounds.slots("chat", "echo", job.owner, job.limit_key)[0][0]
        assert [run.id for run in await store.claim("w1", {"chat": 9}, LEASE_S)] == ["1"]

    async def test_there_are_as_many_slots_as_were_set(self, store: Store):
        await bounded(store, Bounds(per_owner=3, per_kind={"draw": 2}, per_key={"echo": 4}))
        await stored(store, *(a_job(owner=1) for _ in range(9)))
        await stored(store, *(a_job(type="draw", queue="image") for _ in range(9)))
        await stored(store, *(a_job(limit_key="k", queue="admin") for _ in range(9)))
        wants = {"chat": 9, "image": 9, "admin": 9}
        runs = await store.claim("w1", wants, LEASE_S)
        assert Counter(run.queue for run in runs) == {"chat": 3, "image": 2, "admin": 4}

    @pytest.mark.parametrize(
        ("slot", "other"),
        [
            ("owner", {"owner": 2}),
            ("owner", {"owner": None}),
            ("owner", {"owner": 1, "queue": "image"}),
            ("kind", {"type": "draw"}),
            ("key", {"limit_key": "other"}),
            ("key", {"limit_key": None}),
        ],
    )
    async def test_what_needs_another_slot_goes_past(self, store: Store, slot, other):
        await three(store, ONE_SLOT[slot])
        (free,) = await stored(store, a_job(**ONE_SLOT[slot][1] | other))
        assert free.state is State.PENDING

    async def test_waiting_pictures_never_block_ones_chat(self, store: Store):
        await bounded(store, Bounds(per_owner=2))
        await stored(store, *(a_job(owner=1, queue="image") for _ in range(50)))
        await stored(store, a_job(owner=1, queue="chat"))
        runs = await store.claim("w1", {"image": 9, "chat": 9}, LEASE_S)
        assert Counter(run.queue for run in runs) == {"image": 2, "chat": 1}

    async def test_a_key_is_for_one_at_a_time_unless_its_kind_says_more(self, store: Store):
        await stored(store, *(a_job(limit_key="k") for _ in range(3)))
        assert len(await store.claim("w1", {"chat": 9}, LEASE_S)) == 1

    @each_slot
    @pytest.mark.parametrize("how", WAYS_TO_END.values(), ids=WAYS_TO_END)
    async def test_the_end_of_a_run_makes_exactly_the_best_ready(
        self, store: Store, clock: Clock, how, bounds, one
    ):
        await three(store, (bounds, one))
        run = await claimed(store)
        clock.forward(5)
        await finished(store, run, how)
        assert (await in_state(store, State.PENDING), await in_state(store, State.PARKED)) == (
            ["3"],
            ["2"],
        )
        best = await known(store, "3")
        assert (best.parked_on, best.run_at) == (None, NOW + 5)
        assert (await claimed(store)).id == "3"

    @each_slot
    @pytest.mark.parametrize("how", WAYS_OUT.values(), ids=WAYS_OUT)
    async def test_a_ready_job_that_goes_makes_exactly_the_best_ready(
        self, store: Store, how, bounds, one
    ):
        await three(store, (bounds, one))
        await store.control("1", how)
        assert await in_state(store, State.PENDING) == ["3"]
        assert await in_state(store, State.PARKED) == ["2"]

    @each_slot
    async def test_giving_up_a_run_makes_exactly_the_best_ready(self, store: Store, bounds, one):
        await three(store, (bounds, one))
        await claimed(store)
        await store.control("1", DiscardJob("enough"))
        assert await in_state(store, State.PENDING) == ["3"]

    @each_slot
    @pytest.mark.parametrize("asked_to_stop", [True, False])
    async def test_a_run_that_is_not_repeated_after_its_worker_died_makes_room(
        self, store: Store, clock: Clock, asked_to_stop, bounds, one
    ):
        await three(store, (bounds, one))
        await claimed(store)
        if asked_to_stop:
            await store.control("1", CancelJob("stop"))
        clock.forward(LEASE_S + 1)
        await store.reap(max_losses=9 if asked_to_stop else 1)
        assert await in_state(store, State.PENDING) == ["3"]

    @each_slot
    @pytest.mark.parametrize("handed_back", [True, False])
    async def test_what_comes_back_from_a_worker_keeps_its_slots(
        self, store: Store, clock: Clock, handed_back, bounds, one
    ):
        await three(store, (bounds, one))
        run = await claimed(store)
        if handed_back:
            await finished(store, run, HandBack())
        else:
            clock.forward(LEASE_S + 1)
            await store.reap(max_losses=9)
        assert await in_state(store, State.PENDING) == ["1"]
        assert await in_state(store, State.PARKED) == ["2", "3"]

    @each_slot
    @pytest.mark.parametrize("later", ["scheduled", "failed", "resumed"])
    async def test_what_becomes_ready_again_needs_a_slot_again(
        self, store: Store, clock: Clock, later, bounds, one
    ):
        await bounded(store, bounds)
        if later == "scheduled":
            await stored(store, a_job(id="late", state=State.SCHEDULED, run_at=NOW + 9, **one))
        else:
            run = await a_run(store, id="late", **one)
            failure = Fail("broke", NOW + 9) if later == "failed" else Discard("broke")
            await finished(store, run, failure)
        await a_run(store, **one)
        if later == "resumed":
            await store.control("late", RetryJob())
        clock.forward(9)
        await store.promote()
        assert (await known(store, "late")).state is State.PARKED

    async def test_runs_that_end_together_make_room_for_as_many(self, store: Store):
        await bounded(store, Bounds(per_kind={"echo": 3}))
        await stored(store, *(a_job(owner=n) for n in range(9)))
        runs = await store.claim("w1", {"chat": 9}, LEASE_S)
        for run in runs[:2]:
            await store.control(run.id, CancelJob("stop"))
        await store.finish([_end(run, Complete("1")) for run in runs])
        assert len(await in_state(store, State.PENDING)) == 3


class ParkedPromises:
    @each_slot
    @pytest.mark.parametrize("how", WAYS_OUT.values(), ids=WAYS_OUT)
    async def test_what_is_parked_can_be_taken_out(self, store: Store, how, bounds, one):
        await three(store, (bounds, one))
        gone = await store.control("3", how)
        assert gone.state not in READY
        assert gone.parked_on is None
        await finished(store, await claimed(store), Complete("1"))
        assert await in_state(store, State.PENDING) == ["2"]
        assert (await known(store, "3")).state is gone.state

    @each_slot
    async def test_what_is_parked_can_be_given_another_priority(self, store: Store, bounds, one):
        await three(store, (bounds, one))
        await store.control("2", Reprioritise(Priority.CRITICAL))
        await finished(store, await claimed(store), Complete("1"))
        assert await in_state(store, State.PENDING) == ["2"]

    @each_slot
    async def test_the_priority_that_it_has_already_changes_nothing(
        self, store: Store, bounds, one
    ):
        *_, best = await three(store, (bounds, one))
        assert await store.control("3", Reprioritise(Priority.HIGH)) == best
        await finished(store, await claimed(store), Complete("1"))
        assert await in_state(store, State.PENDING) == ["3"]

    async def test_what_is_parked_for_one_slot_keeps_those_that_it_has(self, store: Store):
        await bounded(store, Bounds(per_owner=1, per_kind={"echo": 1}))
        await a_run(store, owner=1, id="running")
        first, second = await stored(store, a_job(owner=2), a_job(owner=2))
        assert (first.parked_on, second.parked_on) == ("kind echo", "owner 2 chat")
        await store.control(first.id, CancelJob("no"))
        assert (await known(store, second.id)).parked_on == "kind echo"
        assert (await known(store, "running")).state is State.PROCESSING

    async def test_parked_jobs_of_one_key_take_turns_among_people(self, store: Store):
        await stored(store, *(a_job(owner=1, limit_key="k") for _ in range(20)))
        await stored(store, *(a_job(owner=owner, limit_key="k") for owner in (2, 3) * 2))
        assert await served(store, 9) == [1, *(1, 2, 3), *(1, 2, 3), 1, 1]

    async def test_who_waits_at_a_wide_slot_is_not_overtaken_from_a_narrow_one(self, store: Store):
        await bounded(store, Bounds(per_owner=1, per_kind={"echo": 1}))
        await stored(store, *(a_job(owner=1) for _ in range(20)))
        await stored(store, *(a_job(owner=owner) for owner in (2, 3)))
        assert set(await served(store, 4)) == {1, 2, 3}

    async def test_who_comes_anew_to_a_full_slot_has_saved_up_nothing(self, store: Store):
        await stored(store, *(a_job(owner=1, limit_key="k") for _ in range(60)))
        await served(store, 30)
        await stored(store, *(a_job(owner=2, limit_key="k") for _ in range(5)))
        assert (await served(store, 5))[1:].count(2) == 2

    @pytest.mark.parametrize("seed", range(6))
    async def test_a_crowd_drains_whatever_happens_to_it(self, store: Store, clock: Clock, seed):
        """Each person, key and kind is bounded, and runs end in every way there is."""
        chance = Random(seed)
        bounds = Bounds(2, {"draw": 3}, {"echo": 2, "draw": 2})
        await bounded(store, bounds)
        await stored(store, *(_anyones(chance) for _ in range(60)))
        for _ in range(400):
            runs = await store.claim("w1", {"chat": 3, "image": 3}, LEASE_S)
            await assert_exact(store, bounds)
            ends = [_end(run, _any_outcome(chance)) for run in runs if chance.random() < 0.9]
            await store.finish(ends)
            clock.forward(chance.choice([1.0, LEASE_S + 1]))
            await store.reap(max_losses=3)
            await store.promote()
            await assert_exact(store, bounds)
            left = [job for job in await all_jobs(store) if job.state not in FINISHED]
            if not left:
                break
            await _interfere(store, chance.choice(left), chance, clock)
        assert left == []
        assert counts(await store.stats()) == await recount(store)


def _anyones(chance: Random) -> Job:
    return a_job(
        owner=chance.choice([None, 1, 1, 1, 2, 3]),
        type=chance.choice(["echo", "draw"]),
        queue=chance.choice(["chat", "image"]),
        limit_key=chance.choice([None, "k", "l"]),
        priority=chance.choice(list(Priority)),
    )


def _any_outcome(chance: Random):
    return chance.choice([Complete("1"), HandBack(), *WAYS_TO_END.values()])


async def _interfere(store: Store, job: Job, chance: Random, clock: Clock) -> None:
    choice = chance.choice([Reprioritise(Priority.LOW), CancelJob("no"), None, None, None])
    if choice is not None:
        await store.control(job.id, choice)
    elif job.state is State.PARKED:
        await store.control(job.id, Reschedule(clock() + 1))


def _end(run: Job, outcome):
    return Finish(run.id, run.token, outcome)
