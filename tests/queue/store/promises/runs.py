"""A run: it beats, it ends in one of six ways, and only while its token counts."""

import pytest

from bot.queue.controls import CancelJob
from bot.queue.errors import InvalidStateTransitionError, TaskNotFoundError
from bot.queue.job import Progress
from bot.queue.lifecycle import Cancel, Complete, Discard, Fail, HandBack, SnoozeUntil
from bot.queue.states import State
from bot.queue.store.base import Alive, Beat, CancelRequested, Finish, Lost, Store
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
)

OUTCOMES = [
    (Complete('"yes"'), State.COMPLETED),
    (Fail("broke", retry_at=NOW + 9), State.RETRYABLE),
    (Discard("hopeless"), State.DISCARDED),
    (Cancel("stop"), State.CANCELLED),
    (SnoozeUntil(NOW + 9), State.SCHEDULED),
    (HandBack(), State.PENDING),
]


class RunPromises:
    async def test_a_beat_renews_the_lease_and_saves_what_changed(self, store: Store, clock: Clock):
        run = await a_run(store)
        clock.forward(20)
        saved = Beat(run.id, run.token, Progress(1, 3, "mixing", "paint"), '{"at": 1}', ("a", "b"))
        assert await store.beat([saved], LEASE_S) == [Alive()]
        job = await known(store, run.id)
        assert job.lease_until == NOW + 20 + LEASE_S
        assert (job.progress, job.checkpoint, job.log) == (
            Progress(1, 3, "mixing", "paint"),
            '{"at": 1}',
            ("a", "b"),
        )

    async def test_a_bare_beat_changes_nothing_but_the_lease(self, store: Store):
        run = await a_run(store)
        await store.beat([Beat(run.id, run.token, Progress(1), "{}", ("a",))], LEASE_S)
        before = await known(store, run.id)
        await store.beat([Beat(run.id, run.token)], LEASE_S)
        assert await known(store, run.id) == before

    async def test_a_log_can_be_emptied(self, store: Store):
        run = await a_run(store)
        await store.beat([Beat(run.id, run.token, log=("a",))], LEASE_S)
        await store.beat([Beat(run.id, run.token, log=())], LEASE_S)
        assert (await known(store, run.id)).log == ()

    async def test_beats_are_answered_one_by_one_in_order(self, store: Store):
        lively, doomed = await a_run(store), await a_run(store)
        await store.control(doomed.id, CancelJob("changed my mind"))
        beats = [
            Beat(doomed.id, doomed.token),
            Beat("unknown", 1),
            Beat(lively.id, lively.token + 1),
            Beat(lively.id, lively.token),
        ]
        answers = await store.beat(beats, LEASE_S)
        assert answers == [CancelRequested("changed my mind"), Lost(), Lost(), Alive()]

    @pytest.mark.parametrize("outcome", [outcome for outcome, _ in OUTCOMES])
    async def test_an_older_token_can_neither_beat_nor_finish(
        self, store: Store, clock: Clock, outcome
    ):
        old = await a_run(store)
        clock.forward(LEASE_S + 1)
        await store.reap(max_losses=10)
        new = await claimed(store, "w2")
        late = [Beat(old.id, old.token, Progress(9), "stale", ("stale",))]
        assert await store.beat(late, LEASE_S) == [Lost()]
        assert await store.finish([Finish(old.id, old.token, outcome)]) == [None]
        assert await known(store, old.id) == new

    @pytest.mark.parametrize(("outcome", "state"), OUTCOMES)
    async def test_a_run_ends_once(self, store: Store, outcome, state):
        run = await a_run(store)
        end = Finish(run.id, run.token, outcome)
        assert await store.finish([end, end]) == [state, None]
        after = await known(store, run.id)
        assert await store.finish([Finish(run.id, run.token, Complete('"late"'))]) == [None]
        assert await store.beat([Beat(run.id, run.token)], LEASE_S) == [Lost()]
        assert await known(store, run.id) == after
        assert (after.worker, after.lease_until) == (None, None)

    async def test_a_lost_run_whose_job_nobody_took_yet_is_lost_too(
        self, store: Store, clock: Clock
    ):
        run = await a_run(store)
        clock.forward(LEASE_S + 1)
        await store.reap(max_losses=10)
        assert await store.finish([Finish(run.id, run.token, Complete("1"))]) == [None]
        assert await store.beat([Beat(run.id, run.token)], LEASE_S) == [Lost()]

    async def test_an_unknown_run_ends_without_effect(self, store: Store):
        assert await store.finish([Finish("unknown", 1, Complete("1"))]) == [None]

    async def test_completing_keeps_the_result_and_forgets_the_error(
        self, store: Store, clock: Clock
    ):
        run = await a_run(store)
        await finished(store, run, Fail("broke", retry_at=NOW))
        await store.promote()
        clock.forward(3)
        job = await finished(store, await claimed(store), Complete('{"a": 1}'))
        assert (job.result, job.error) == ('{"a": 1}', None)
        assert (job.finished_at, job.attempt) == (NOW + 3, 2)

    async def test_a_failure_waits_for_its_backoff(self, store: Store, clock: Clock):
        job = await finished(store, await a_run(store), Fail("broke", retry_at=NOW + 9))
        assert (job.error, job.run_at, job.attempt) == ("broke", NOW + 9, 1)
        assert job.finished_at is None
        clock.forward(8.5)
        assert await store.promote() == NOW + 9
        assert await store.claim("w1", {"chat": 1}, LEASE_S) == []
        clock.forward(0.5)
        assert await store.promote() is None
        assert (await claimed(store)).attempt == 2

    async def test_a_snooze_costs_no_attempt(self, store: Store, clock: Clock):
        job = await finished(store, await a_run(store), SnoozeUntil(NOW + 9))
        assert (job.attempt, job.run_at) == (0, NOW + 9)
        clock.forward(9)
        await store.promote()
        assert (await claimed(store)).attempt == 1

    async def test_a_hand_back_costs_no_attempt_and_keeps_the_place(self, store: Store):
        run = await a_run(store)
        await stored(store, a_job())
        job = await finished(store, run, HandBack())
        assert (job.attempt, job.losses) == (0, 0)
        assert (await claimed(store)).id == run.id

    @pytest.mark.parametrize("outcome", [Discard("why"), Cancel("why")])
    async def test_giving_up_keeps_its_reason_and_the_checkpoint(self, store: Store, outcome):
        run = await a_run(store)
        await store.beat([Beat(run.id, run.token, checkpoint='{"half": 1}')], LEASE_S)
        job = await finished(store, run, outcome)
        assert (job.error, job.finished_at, job.checkpoint) == ("why", NOW, '{"half": 1}')

    async def test_a_batch_of_different_ends_is_counted_exactly(self, store: Store):
        runs = [await a_run(store, queue=queue) for _, _ in OUTCOMES for queue in ("chat", "image")]
        ends = [Finish(run.id, run.token, OUTCOMES[n // 2][0]) for n, run in enumerate(runs)]
        states = await store.finish(ends)
        assert states == [OUTCOMES[n // 2][1] for n in range(len(runs))]
        assert counts(await store.stats()) == await recount(store)


class CancelPromises:
    @pytest.mark.parametrize("state", [State.PENDING, State.SCHEDULED, State.PARKED])
    async def test_a_waiting_job_is_cancelled_at_once(self, store: Store, state):
        job = a_job(state=state)
        await stored(store, job)
        after = await store.control(job.id, CancelJob("changed my mind"))
        assert after == await known(store, job.id)
        assert (after.state, after.error) == (State.CANCELLED, "changed my mind")
        assert after.finished_at == after.cancel_requested_at == NOW
        assert await store.claim("w1", {"chat": 1}, LEASE_S) == []

    async def test_a_waiting_retry_is_cancelled_at_once(self, store: Store):
        job = await finished(store, await a_run(store), Fail("broke", retry_at=NOW + 9))
        assert (await store.control(job.id, CancelJob("no"))).state is State.CANCELLED
        assert await store.promote() is None

    async def test_a_running_job_is_asked_to_stop(self, store: Store, clock: Clock):
        run = await a_run(store)
        asked = await store.control(run.id, CancelJob("first"))
        assert (asked.state, asked.cancel_requested_at) == (State.PROCESSING, NOW)
        clock.forward(1)
        again = await store.control(run.id, CancelJob("second"))
        assert (again.cancel_requested_at, again.error) == (NOW, "second")
        answers = await store.beat([Beat(run.id, run.token)], LEASE_S)
        assert answers == [CancelRequested("second")]
        job = await finished(store, run, Cancel("second"))
        assert (job.state, job.error) == (State.CANCELLED, "second")

    @pytest.mark.parametrize("outcome", [Fail("broke", retry_at=NOW), SnoozeUntil(NOW), HandBack()])
    async def test_a_job_asked_to_stop_is_not_tried_again(self, store: Store, outcome):
        run = await a_run(store)
        await store.control(run.id, CancelJob("stop"))
        job = await finished(store, run, outcome)
        assert (job.state, job.error, job.finished_at) == (State.CANCELLED, "stop", NOW)

    async def test_a_job_asked_to_stop_whose_worker_died_is_cancelled(
        self, store: Store, clock: Clock
    ):
        run = await a_run(store)
        await store.control(run.id, CancelJob("stop"))
        clock.forward(LEASE_S + 1)
        (job,) = await store.reap(max_losses=1)
        assert (job.state, job.error) == (State.CANCELLED, "stop")

    async def test_a_result_that_came_first_stands(self, store: Store):
        run = await a_run(store)
        await store.control(run.id, CancelJob("stop"))
        job = await finished(store, run, Complete("1"))
        assert (job.state, job.result, job.error) == (State.COMPLETED, "1", None)

    async def test_a_finished_job_cannot_be_cancelled(self, store: Store):
        job = await completed(store)
        with pytest.raises(InvalidStateTransitionError):
            await store.control(job.id, CancelJob("too late"))
        assert await known(store, job.id) == job

    async def test_an_unknown_job_cannot_be_cancelled(self, store: Store):
        with pytest.raises(TaskNotFoundError):
            await store.control("unknown", CancelJob("no"))
