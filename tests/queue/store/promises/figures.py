"""Figures: every claim and every end of a job is in those of the last hour, once."""

import pytest

from bot.queue.controls import CancelJob
from bot.queue.figures import WINDOW_MIN, Figures, Kind, Recent, Spread
from bot.queue.lifecycle import Cancel, Complete, Discard, Fail, HandBack, SnoozeUntil
from bot.queue.retention import Retention
from bot.queue.store.base import Finish, Store
from tests.queue.store.workbench import (
    LEASE_S,
    NOW,
    Clock,
    a_job,
    a_run,
    claimed,
    completed,
    finished,
    stored,
)

ECHO = Kind("chat", "echo")
FOR_EVER = Retention(1e9, 1e9)


async def of(store: Store, *kinds: Kind) -> Recent:
    return (await store.figures()).of(*kinds)


def about(n: int, average_s: float, p50_s: float, p95_s: float) -> Spread:
    return Spread(
        n,
        pytest.approx(average_s),
        pytest.approx(p50_s, rel=0.05),
        pytest.approx(p95_s, rel=0.05),
    )


class FigurePromises:
    async def test_an_empty_store_has_no_figures(self, store: Store):
        assert await store.figures() == Figures()

    async def test_waits_end_with_the_claim(self, store: Store, clock: Clock):
        await stored(store, *(a_job(run_at=NOW - seconds) for seconds in (1, 2, 3, 10)))
        await store.claim("w1", {"chat": 3}, LEASE_S)
        assert (await of(store)).wait == about(3, 2, 2, 3)
        clock.forward(20)
        await claimed(store)
        assert (await of(store)).wait == about(4, 9, 2, 30)

    async def test_completed_runs_have_a_duration(self, store: Store, clock: Clock):
        await stored(store, *(a_job() for _ in range(4)))
        for seconds in (2, 4, 4, 6):
            run = await claimed(store)
            clock.forward(seconds)
            await finished(store, run, Complete("1"))
        recent = await of(store)
        assert recent.duration == about(4, 4, 4, 6)
        assert (recent.ended, recent.error_rate) == (4, 0)

    async def test_a_batch_of_completions_counts_each(self, store: Store, clock: Clock):
        await stored(store, *(a_job() for _ in range(9)), *(a_job(type="long") for _ in range(3)))
        runs = await store.claim("w1", {"chat": 12}, LEASE_S)
        clock.forward(7)
        ends = [Finish(run.id, run.token, Complete("1")) for run in runs]
        await store.finish([*ends, *ends[:2]])
        assert (await of(store, ECHO)).duration == about(9, 7, 7, 7)
        assert (await of(store, Kind("chat", "long"))).duration == about(3, 7, 7, 7)
        assert (await of(store)).duration.n == 12

    async def test_what_is_given_up_is_an_error_and_what_is_cancelled_is_not(self, store: Store):
        for _ in range(3):
            await completed(store)
        await finished(store, await a_run(store), Discard("x"))
        await finished(store, await a_run(store), Cancel("x"))
        (waiting,) = await stored(store, a_job())
        await store.control(waiting.id, CancelJob("x"))
        recent = await of(store)
        assert (recent.error_rate, recent.ended, recent.cancelled) == (0.25, 4, 2)

    async def test_a_run_that_is_to_be_repeated_is_no_end(self, store: Store):
        for outcome in (Fail("x", NOW + 9), SnoozeUntil(NOW + 9), HandBack()):
            await finished(store, await a_run(store), outcome)
        assert (await of(store)).ended == 0

    async def test_a_job_that_killed_its_workers_is_an_error(self, store: Store, clock: Clock):
        await a_run(store)
        clock.forward(LEASE_S + 1)
        await store.reap(max_losses=1)
        assert (await of(store)).error_rate == 1

    async def test_what_the_cache_was_asked_is_counted_and_is_no_end(self, store: Store):
        same = {"cache_key": "k", "cache_ttl_s": 60}
        await completed(store, **same)
        for _ in range(2):
            await stored(store, a_job(**same))
        await stored(store, a_job(type="long", **same), a_job(cache_key="other"))
        await store.enqueue([a_job(**same)], fresh=True)
        recent, of_echo = await of(store), await of(store, ECHO)
        assert (recent.lookups, recent.hit_rate) == (5, 0.6)
        assert (of_echo.lookups, of_echo.hit_rate) == (4, 0.5)
        assert recent.ended == 1

    async def test_figures_are_of_the_last_hour(self, store: Store, clock: Clock):
        await completed(store)
        clock.forward(60 * (WINDOW_MIN - 1))
        await completed(store, run_at=clock())
        assert (await of(store)).ended == 2
        clock.forward(60)
        assert (await of(store)).ended == 1

    async def test_purging_forgets_old_minutes_and_no_others(self, store: Store, clock: Clock):
        for _ in range(WINDOW_MIN + 10):
            await completed(store, run_at=clock())
            clock.forward(60)
        before = await store.figures()
        for _ in range(3):
            await store.purge(FOR_EVER, 1)
        assert await store.figures() == before
