"""Looking: one job, pages of jobs, places in the queue, counters and pace."""

import asyncio

import pytest

from bot.queue.controls import RetryJob
from bot.queue.figures import Kind
from bot.queue.lifecycle import Complete, Discard, Fail
from bot.queue.states import State
from bot.queue.store.base import JobFilter, Pace, Stats, Store
from tests.queue.store.workbench import (
    LEASE_S,
    NOW,
    Clock,
    a_job,
    a_run,
    claimed,
    completed,
    counts,
    finished,
    recount,
    stored,
)

ECHO = Kind("chat", "echo")


class LookingPromises:
    async def test_an_unknown_job_is_none(self, store: Store):
        assert await store.get("unknown") is None

    async def test_jobs_are_found_newest_first_in_pages(self, store: Store):
        jobs = await stored(store, *(a_job() for _ in range(7)))
        first = await store.find(JobFilter(), limit=3)
        second = await store.find(JobFilter(), before=first[-1].id, limit=3)
        third = await store.find(JobFilter(), before=second[-1].id, limit=3)
        assert first + second + third == jobs[::-1]
        assert await store.find(JobFilter(), before=third[-1].id) == []

    async def test_pages_are_turned_back_to_those_just_newer(self, store: Store):
        jobs = await stored(store, *(a_job() for _ in range(7)))
        back = await store.find(JobFilter(), after=jobs[1].id, limit=3)
        assert back == jobs[4:1:-1]
        assert await store.find(JobFilter(), after=jobs[4].id, limit=3) == jobs[:4:-1]
        assert await store.find(JobFilter(), after=jobs[6].id) == []
        assert await store.find(JobFilter(), after=jobs[1].id, limit=0) == []
        assert await store.find(JobFilter(), after=jobs[1].id, before=jobs[4].id) == jobs[3:1:-1]

    async def test_jobs_are_found_by_how_their_ids_begin(self, store: Store):
        await stored(store, *(a_job(id=one) for one in ("1A", "1B2", "1B3", "1C", "é")))
        for prefix, found in [
            ("1B", ["1B3", "1B2"]),
            ("1B2", ["1B2"]),
            ("", ["é", "1C", "1B3", "1B2", "1A"]),
            ("é", ["é"]),
            ("1b", []),
            ("%", []),
            ("1B2\0", []),
        ]:
            jobs = await store.find(JobFilter(prefix=prefix))
            assert [job.id for job in jobs] == found, prefix

    async def test_whether_it_is_private_stays_with_the_job(self, store: Store):
        await stored(store, a_job(id="a", private=True), a_job(id="b"))
        assert [job.private for job in await store.find(JobFilter())] == [False, True]

    async def test_a_page_does_not_shift_when_jobs_come_in(self, store: Store):
        jobs = await stored(store, *(a_job() for _ in range(4)))
        first = await store.find(JobFilter(), limit=2)
        await stored(store, a_job())
        assert await store.find(JobFilter(), before=first[-1].id, limit=2) == jobs[1::-1]

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            (JobFilter(), "dcba"),
            (JobFilter(owner=1), "ba"),
            (JobFilter(owner=0), "c"),
            (JobFilter(guild=8), "db"),
            (JobFilter(type="image"), "d"),
            (JobFilter(states=frozenset({State.SCHEDULED, State.PARKED})), "cb"),
            (JobFilter(owner=1, guild=8, type="echo", states=frozenset({State.PARKED})), "b"),
            (JobFilter(owner=1, type="image"), ""),
        ],
    )
    async def test_filters_narrow_together(self, store: Store, wanted, found):
        await stored(
            store,
            a_job(id="a", owner=1, guild=7),
            a_job(id="b", owner=1, guild=8, state=State.PARKED),
            a_job(id="c", owner=0, guild=7, state=State.SCHEDULED),
            a_job(id="d", guild=8, type="image"),
        )
        assert "".join(job.id for job in await store.find(wanted)) == found
        after_c = await store.find(wanted, before="c")
        assert "".join(job.id for job in after_c) == found.replace("d", "").replace("c", "")

    async def test_a_position_counts_who_is_ahead_in_the_same_queue(self, store: Store):
        await stored(
            store,
            a_job(id="3", owner=1),
            a_job(id="1", owner=1),
            a_job(id="2", owner=2),
            a_job(id="4", owner=1, priority=20),
            a_job(id="5", queue="image", priority=20),
        )
        places = await store.positions(["1", "2", "3", "4", "5"])
        assert places == {"4": 0, "2": 1, "3": 2, "1": 3, "5": 0}

    async def test_a_position_is_exact_up_to_the_cap(self, store: Store):
        jobs = [a_job() for _ in range(5)]
        await stored(store, *jobs)
        places = await store.positions([job.id for job in jobs], cap=3)
        assert list(places.values()) == [0, 1, 2, 3, 3]

    async def test_only_a_ready_job_has_a_position(self, store: Store):
        run = await a_run(store)
        scheduled, parked = a_job(state=State.SCHEDULED), a_job(state=State.PARKED)
        await stored(store, scheduled, parked)
        assert await store.positions([run.id, scheduled.id, parked.id, "unknown"]) == {}

    async def test_positions_are_of_one_moment(self, store: Store):
        jobs = [a_job() for _ in range(60)]
        await stored(store, *jobs)
        ids = [job.id for job in jobs]

        async def drain():
            for _ in jobs:
                await claimed(store)
                await asyncio.sleep(0)  # a store that never waits must let others in

        draining = asyncio.create_task(drain())
        while not draining.done():
            places = list((await store.positions(ids)).values())
            assert places == list(range(len(places)))
            await asyncio.sleep(0)
        await draining

    async def test_an_empty_store_counts_nothing(self, store: Store):
        assert await store.stats() == Stats()

    async def test_the_counters_equal_a_recount(self, store: Store):
        await completed(store, queue="image")
        await finished(store, await a_run(store), Discard("x"))
        await finished(store, await a_run(store), Fail("x", retry_at=NOW + 9))
        await a_run(store, queue="admin")
        await stored(store, a_job(), a_job(state=State.SCHEDULED), a_job(queue="image"))
        stats = await store.stats()
        assert counts(stats) == await recount(store)
        assert (stats.total(State.PENDING), stats.total(State.PARKED)) == (2, 0)

    async def test_the_pace_is_how_long_jobs_waited_and_ran(self, store: Store, clock: Clock):
        await stored(store, a_job())
        clock.forward(20)
        run = await claimed(store)
        assert (await store.stats()).pace == {ECHO: Pace(wait_s=20, run_s=None)}
        clock.forward(4)
        await finished(store, run, Fail("failures are no pace", retry_at=NOW))
        await store.control(run.id, RetryJob())
        run = await claimed(store)
        clock.forward(6)
        await finished(store, run, Discard("nor are these"))
        await stored(store, a_job(run_at=clock()))
        run = await claimed(store)
        clock.forward(5)
        await finished(store, run, Complete("1"))
        pace = (await store.stats()).pace[ECHO]
        assert pace == Pace(wait_s=pytest.approx(20 * 0.9 * 0.9), run_s=5)

    async def test_each_kind_has_its_own_pace(self, store: Store, clock: Clock):
        await stored(store, a_job(), a_job(type="long"))
        await claimed(store)
        clock.forward(9)
        await claimed(store)
        paces = {ECHO: Pace(wait_s=0), Kind("chat", "long"): Pace(wait_s=9)}
        assert (await store.stats()).pace == paces

    async def test_the_oldest_ready_job_of_a_queue_is_known_whatever_its_turn(self, store: Store):
        await stored(
            store,
            a_job(owner=1, run_at=NOW),
            a_job(owner=1, run_at=NOW - 9),
            a_job(owner=2, run_at=NOW - 5, priority=20),
            a_job(owner=3, run_at=NOW - 99, state=State.SCHEDULED),
            a_job(queue="image", run_at=NOW - 1),
        )
        assert (await store.stats()).ready_since == {"chat": NOW - 9, "image": NOW - 1}
        await store.claim("w1", {"chat": 3}, LEASE_S)
        assert (await store.stats()).ready_since == {"image": NOW - 1}
