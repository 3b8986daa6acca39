"""Time and loss: what falls due is promoted, what was lost runs again, what is finished may."""

import pytest

from bot.queue.controls import CancelJob, RetryJob
from bot.queue.deliveries import DeliveryState
from bot.queue.errors import InvalidStateTransitionError, TaskNotFoundError
from bot.queue.job import Progress
from bot.queue.lifecycle import Discard, Fail, HandBack
from bot.queue.states import State
from bot.queue.store.base import Beat, Store
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
    known,
    recount,
    stored,
    with_delivery,
)


class RecoveryPromises:
    async def test_what_is_due_becomes_ready_and_the_next_time_is_told(
        self, store: Store, clock: Clock
    ):
        early, late = (a_job(state=State.SCHEDULED, run_at=NOW + wait) for wait in (5, 60))
        await stored(store, late, early)
        assert await store.promote() == NOW + 5
        clock.forward(5)
        assert await store.promote() == NOW + 60
        assert (await claimed(store)).id == early.id
        clock.forward(60)
        assert await store.promote() is None
        assert (await claimed(store)).id == late.id

    async def test_losses_before_a_checkpoint_are_forgiven(self, store: Store, clock: Clock):
        run = await a_run(store)
        for checkpoint, losses in ((None, 1), (None, 2), ('{"at": 1}', 1), (None, 2)):
            await store.beat([Beat(run.id, run.token, checkpoint=checkpoint)], LEASE_S)
            clock.forward(LEASE_S + 1)
            (job,) = await store.reap(max_losses=3)
            assert (job.losses, job.state) == (losses, State.PENDING)
            run = await claimed(store)

    async def test_a_live_lease_is_left_alone(self, store: Store, clock: Clock):
        run = await a_run(store)
        clock.forward(LEASE_S)
        assert await store.reap(max_losses=1) == []
        assert await known(store, run.id) == run

    async def test_a_beat_keeps_a_job_from_being_reaped(self, store: Store, clock: Clock):
        run = await a_run(store)
        clock.forward(LEASE_S)
        await store.beat([Beat(run.id, run.token)], LEASE_S)
        clock.forward(LEASE_S)
        assert await store.reap(max_losses=1) == []

    async def test_a_lost_job_runs_again_without_costing_an_attempt(
        self, store: Store, clock: Clock
    ):
        run = await a_run(store)
        await store.beat([Beat(run.id, run.token, Progress(1), "{}", ("x",))], LEASE_S)
        clock.forward(LEASE_S + 0.1)
        (job,) = await store.reap(max_losses=2)
        assert job == await known(store, run.id)
        assert (job.state, job.attempt, job.losses) == (State.PENDING, 0, 1)
        assert (job.worker, job.lease_until) == (None, None)
        assert (job.progress, job.checkpoint, job.log) == (Progress(1), "{}", ("x",))
        assert await store.reap(max_losses=2) == []

    @pytest.mark.parametrize("comes_back", ["handed back", "lost"])
    async def test_what_comes_back_has_not_waited_while_it_ran(
        self, store: Store, clock: Clock, comes_back
    ):
        run = await a_run(store)
        clock.forward(LEASE_S + 1)
        if comes_back == "lost":
            await store.reap(max_losses=2)
        else:
            await finished(store, run, HandBack())
        assert (await store.stats()).ready_since == {"chat": clock()}
        assert await store.age(LEASE_S, 0) == 0
        await claimed(store)
        assert (await store.figures()).of().wait.average_s == 0

    async def test_a_job_that_kills_its_workers_is_given_up_and_told(
        self, store: Store, clock: Clock
    ):
        job = a_job()
        await with_delivery(store, job)
        states = []
        for _ in range(3):
            await claimed(store)
            clock.forward(LEASE_S + 1)
            states += [lost.state for lost in await store.reap(max_losses=3)]
        assert states == [State.PENDING, State.PENDING, State.DISCARDED]
        assert "3 times" in (await known(store, job.id)).error
        (due,) = await store.deliveries_claim("w1", 5, LEASE_S)
        assert (due.delivery.state, due.job) == (DeliveryState.DUE, await known(store, job.id))

    async def test_all_that_was_lost_comes_back_at_once(self, store: Store, clock: Clock):
        runs = [await a_run(store, queue=f"q{n % 3}") for n in range(9)]
        clock.forward(LEASE_S + 1)
        taken_back = await store.reap(max_losses=5)
        assert sorted(job.id for job in taken_back) == sorted(run.id for run in runs)
        assert counts(await store.stats()) == await recount(store)

    async def test_a_waiting_retry_can_be_made_now(self, store: Store, clock: Clock):
        job = await finished(store, await a_run(store), Fail("broke", retry_at=NOW + 900))
        clock.forward(1)
        after = await store.control(job.id, RetryJob())
        assert (after.state, after.run_at, after.attempt) == (State.PENDING, NOW + 1, 1)
        assert (await claimed(store)).attempt == 2

    @pytest.mark.parametrize("given_up", ["discarded", "cancelled", "lost"])
    async def test_what_was_given_up_can_be_resumed_as_new(
        self, store: Store, clock: Clock, given_up
    ):
        run = await a_run(store)
        await store.beat([Beat(run.id, run.token, checkpoint='{"half": 1}')], LEASE_S)
        if given_up == "cancelled":
            await store.control(run.id, CancelJob("stop"))
        if given_up == "lost":
            clock.now = run.lease_until + 1
            assert [job.losses for job in await store.reap(max_losses=1)] == [1]
        else:
            await finished(store, run, Discard("hopeless"))
        clock.forward(7)
        after = await store.control(run.id, RetryJob())
        assert after == await known(store, run.id)
        assert (after.state, after.run_at, after.checkpoint) == (
            State.PENDING,
            clock(),
            '{"half": 1}',
        )
        assert (after.attempt, after.losses, after.error) == (0, 0, None)
        assert (after.finished_at, after.cancel_requested_at) == (None, None)
        assert counts(await store.stats()) == await recount(store)

    async def test_a_completed_running_or_ready_job_cannot_be_retried(self, store: Store):
        done = await completed(store)
        running = await a_run(store)
        ready, scheduled = await stored(store, a_job(), a_job(state=State.SCHEDULED))
        for job in (done, running, ready, scheduled):
            with pytest.raises(InvalidStateTransitionError):
                await store.control(job.id, RetryJob())
            assert await known(store, job.id) == job

    async def test_a_refused_retry_leaves_the_deliveries_alone(self, store: Store):
        (owed,) = await with_delivery(store, a_job())
        await finished(store, await claimed(store), Discard("hopeless"))
        await store.control(owed.job_id, RetryJob())
        before = await store.deliveries(owed.job_id)
        with pytest.raises(InvalidStateTransitionError):
            await store.control(owed.job_id, RetryJob())
        assert await store.deliveries(owed.job_id) == before

    async def test_an_unknown_job_cannot_be_retried(self, store: Store):
        with pytest.raises(TaskNotFoundError):
            await store.control("unknown", RetryJob())
