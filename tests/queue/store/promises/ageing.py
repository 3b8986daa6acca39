"""Ageing: what has waited long rises, one by one, so that nothing waits for ever."""

import pytest

from bot.queue.controls import Reprioritise, RetryJob
from bot.queue.job import Job, Priority
from bot.queue.lifecycle import Complete, Discard, HandBack
from bot.queue.slots import Bounds
from bot.queue.states import State
from bot.queue.store.base import SetBounds, Store
from tests.queue.store.workbench import (
    LEASE_S,
    NOW,
    Clock,
    a_job,
    a_run,
    claimed,
    counts,
    finished,
    known,
    recount,
    served,
    stored,
)

LOW, DEFAULT, HIGH, CRITICAL = Priority
AFTER_S, TICK_S = 300.0, 10.0


async def age(store: Store) -> int:
    return await store.age(AFTER_S, TICK_S)


async def lanes(store: Store, jobs: list[Job]) -> list[int]:
    return [(await known(store, job.id)).lane for job in jobs]


class AgeingPromises:
    @pytest.mark.parametrize("parked", [False, True])
    async def test_low_runs_though_high_comes_without_end(self, store: Store, clock: Clock, parked):
        if parked:
            await store.policy(SetBounds(Bounds(per_kind={"echo": 1})))
        await stored(store, *(a_job(owner=2, priority=HIGH) for _ in range(20)))
        (low,) = await stored(store, a_job(owner=1, priority=LOW))
        assert low.state is (State.PARKED if parked else State.PENDING)
        for _ in range(200):
            await stored(store, a_job(owner=2, priority=HIGH))
            run = await claimed(store)
            if run.id == low.id:
                break
            await finished(store, run, Complete("1"))
            clock.forward(TICK_S)
            await age(store)
        assert run.id == low.id
        assert (run.priority, run.lane) == (LOW, HIGH)
        assert clock() <= NOW + 2 * AFTER_S + 3 * TICK_S

    async def test_a_job_rises_by_one_priority_for_each_time_that_it_has_waited(
        self, store: Store, clock: Clock
    ):
        jobs = await stored(store, a_job(owner=1, priority=LOW), a_job(owner=2))
        for waited, expected in (
            (AFTER_S - TICK_S, [LOW, DEFAULT]),
            (TICK_S, [DEFAULT, HIGH]),
            (AFTER_S - TICK_S, [DEFAULT, HIGH]),
            (TICK_S, [HIGH, HIGH]),
            (99 * AFTER_S, [HIGH, HIGH]),
        ):
            clock.forward(waited)
            await age(store)
            assert await lanes(store, jobs) == expected
        assert [(await known(store, job.id)).priority for job in jobs] == [LOW, DEFAULT]

    async def test_nothing_rises_above_high(self, store: Store, clock: Clock):
        jobs = await stored(store, a_job(priority=HIGH), a_job(priority=CRITICAL))
        clock.forward(9 * AFTER_S)
        assert await age(store) == 0
        assert await lanes(store, jobs) == [HIGH, CRITICAL]

    async def test_of_each_person_one_job_of_each_queue_rises_at_a_time(
        self, store: Store, clock: Clock
    ):
        for _ in range(3):
            for owner, queue in ((1, "chat"), (1, "image"), (2, "chat"), (None, "chat")):
                await stored(store, a_job(owner=owner, queue=queue))
        clock.forward(AFTER_S)
        for _ in range(3):
            assert await age(store) == 4
            clock.forward(TICK_S)
        assert await age(store) == 0

    async def test_a_parked_and_a_ready_job_of_one_person_rise_one_after_the_other(
        self, store: Store, clock: Clock
    ):
        jobs = await stored(store, *(a_job(owner=1, limit_key="k") for _ in range(2)))
        clock.forward(AFTER_S)
        assert await age(store) == 1
        assert await lanes(store, jobs) == [HIGH, DEFAULT]
        clock.forward(TICK_S)
        assert await age(store) == 1
        assert await lanes(store, jobs) == [HIGH, HIGH]

    async def test_of_those_parked_on_one_slot_the_first_of_each_lane_rises(
        self, store: Store, clock: Clock
    ):
        await a_run(store, limit_key="k")
        low = await stored(store, *(a_job(owner=n, limit_key="k", priority=LOW) for n in (1, 2)))
        usual = await stored(store, *(a_job(owner=n, limit_key="k") for n in (3, 4)))
        clock.forward(AFTER_S)
        assert await age(store) == 2
        assert await lanes(store, [*low, *usual]) == [DEFAULT, LOW, HIGH, DEFAULT]

    async def test_who_has_waited_longest_rises_first(self, store: Store, clock: Clock):
        (early,) = await stored(store, a_job(owner=1, run_at=NOW - 9, priority=LOW))
        (late,) = await stored(store, a_job(owner=1))
        clock.forward(AFTER_S)
        assert await age(store) == 1
        assert await lanes(store, [early, late]) == [DEFAULT, DEFAULT]

    @pytest.mark.parametrize("again", ["at once", "after the clock was set back"])
    async def test_a_tick_is_one_for_all_who_ask(self, store: Store, clock: Clock, again):
        await stored(store, *(a_job(owner=1, run_at=NOW - 9_999) for _ in range(3)))
        assert await age(store) == 1
        clock.forward(TICK_S - 1)
        assert await age(store) == 0
        clock.forward(1 if again == "at once" else -3_600)
        assert await age(store) == 1

    async def test_those_who_were_lifted_take_turns_in_their_new_lane(
        self, store: Store, clock: Clock
    ):
        await stored(store, *(a_job(owner=owner) for owner in (1, 1, 1, 2, 2, 2)))
        clock.forward(AFTER_S)
        for _ in range(3):
            await age(store)
            clock.forward(TICK_S)
        await stored(store, *(a_job(owner=3, priority=HIGH) for _ in range(3)))
        order = await served(store, 9)
        assert [sorted(order[n : n + 3]) for n in (0, 3, 6)] == [[1, 2, 3]] * 3

    async def test_who_rises_stands_behind_those_whose_turn_came_there(
        self, store: Store, clock: Clock
    ):
        await stored(store, *(a_job(owner=2, priority=HIGH) for _ in range(20)))
        await store.claim("w1", {"chat": 10}, LEASE_S)
        (low,) = await stored(store, a_job(owner=1))
        clock.forward(AFTER_S)
        await age(store)
        assert (await known(store, low.id)).rank == 9
        assert await served(store, 2) == [1, 2]

    async def test_another_priority_makes_what_was_added_forgotten(
        self, store: Store, clock: Clock
    ):
        jobs = await stored(store, a_job(owner=1, priority=LOW))
        clock.forward(AFTER_S)
        await age(store)
        assert await lanes(store, jobs) == [DEFAULT]
        await store.control(jobs[0].id, Reprioritise(LOW))
        assert await lanes(store, jobs) == [LOW]

    async def test_a_job_that_is_brought_back_starts_where_it_was_asked_for(
        self, store: Store, clock: Clock
    ):
        (job,) = await stored(store, a_job(priority=LOW))
        clock.forward(AFTER_S)
        await age(store)
        await finished(store, await claimed(store), Discard("broke"))
        assert (await store.control(job.id, RetryJob())).lane == LOW

    async def test_a_run_that_is_handed_back_keeps_what_was_added(self, store: Store, clock: Clock):
        jobs = await stored(store, a_job(priority=LOW))
        clock.forward(AFTER_S)
        await age(store)
        await finished(store, await claimed(store), HandBack())
        assert await lanes(store, jobs) == [DEFAULT]

    async def test_what_runs_or_waits_for_its_time_does_not_age(self, store: Store, clock: Clock):
        await a_run(store)
        await stored(store, a_job(state=State.SCHEDULED, run_at=NOW + 9))
        clock.forward(9 * AFTER_S)
        assert await age(store) == 0

    async def test_the_counters_go_by_the_priority_that_was_asked_for(
        self, store: Store, clock: Clock
    ):
        await stored(store, a_job(owner=1, priority=LOW))
        clock.forward(AFTER_S)
        await age(store)
        assert counts(await store.stats()) == await recount(store)
        assert {group.priority for group in (await store.stats()).counts} == {LOW}
