"""Controls: what people may ask of a job in each state; the rest is refused and changes nothing."""

from itertools import product

import pytest

from bot.queue.controls import (
    CancelJob,
    Control,
    DiscardJob,
    Overrides,
    Reprioritise,
    Reschedule,
    ResumeJob,
    RetryJob,
)
from bot.queue.deliveries import NewDelivery
from bot.queue.errors import InvalidStateTransitionError, TaskNotFoundError
from bot.queue.job import Failure, Job, Priority, Progress
from bot.queue.lifecycle import Cancel, Complete, Discard, Fail
from bot.queue.reply import File
from bot.queue.slots import Bounds
from bot.queue.states import FINISHED, WAITING, State
from bot.queue.store.base import (
    Beat,
    Finish,
    JobFilter,
    Lost,
    PauseQueue,
    ResumeQueue,
    SetBounds,
    SetWeight,
    Store,
)
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
    known,
    recount,
    stored,
    with_delivery,
)

GIVEN_UP = (State.CANCELLED, State.DISCARDED)
UNFINISHED = frozenset(State) - FINISHED

ALLOWED: list[tuple[Control, dict[State, State]]] = [
    (
        CancelJob("why"),
        dict.fromkeys(WAITING, State.CANCELLED) | {State.PROCESSING: State.PROCESSING},
    ),
    (DiscardJob("why"), dict.fromkeys(UNFINISHED, State.DISCARDED)),
    (RetryJob(), dict.fromkeys((State.RETRYABLE, *GIVEN_UP), State.PENDING)),
    (ResumeJob(), dict.fromkeys(GIVEN_UP, State.PENDING)),
    (Reprioritise(Priority.HIGH), {state: state for state in UNFINISHED}),
    (Reschedule(NOW + 60), dict.fromkeys(WAITING, State.SCHEDULED)),
]
"""What each control makes of each state; it is refused in all others."""

EVERY = [
    pytest.param(control, state, after.get(state), id=f"{type(control).__name__} {state}")
    for control, after in ALLOWED
    for state in State
]


async def a_job_in(store: Store, state: State, **changed) -> Job:
    """One job in this state, and nothing else in its queue."""
    match state:
        case State.SCHEDULED:
            (job,) = await stored(store, a_job(state=state, run_at=NOW + 9, **changed))
        case State.PENDING:
            (job,) = await stored(store, a_job(**changed))
        case State.PARKED:
            await store.policy(SetBounds(Bounds(per_kind={"echo": 0})))
            (job,) = await stored(store, a_job(**changed))
        case State.PROCESSING:
            job = await a_run(store, **changed)
        case _:
            ends = {
                State.RETRYABLE: Fail("broke", NOW + 9),
                State.COMPLETED: Complete("42"),
                State.CANCELLED: Cancel("stop"),
                State.DISCARDED: Discard("hopeless"),
            }
            job = await finished(store, await a_run(store, **changed), ends[state])
    assert job.state is state
    return job


class ControlPromises:
    @pytest.mark.parametrize(("control", "state", "after"), EVERY)
    async def test_is_done_or_refused_by_name(self, store: Store, control, state, after):
        job = await a_job_in(store, state, owner=1)
        if after is None:
            with pytest.raises(InvalidStateTransitionError, match=f"A job that is {state} cannot"):
                await store.control(job.id, control)
            assert await known(store, job.id) == job
        else:
            answer = await store.control(job.id, control)
            assert answer == await known(store, job.id)
            assert answer.state is after
        assert counts(await store.stats()) == await recount(store)

    @pytest.mark.parametrize("control", [control for control, _ in ALLOWED])
    async def test_of_an_unknown_job_is_refused(self, store: Store, control):
        with pytest.raises(TaskNotFoundError):
            await store.control("unknown", control)

    @pytest.mark.parametrize("state", State)
    async def test_only_what_is_finished_is_deleted(self, store: Store, state):
        job = await a_job_in(store, state, owner=1)
        if state in FINISHED:
            await store.delete(job.id)
            assert await all_jobs(store) == []
        else:
            with pytest.raises(InvalidStateTransitionError, match="cannot be deleted"):
                await store.delete(job.id)
            assert await known(store, job.id) == job
        assert counts(await store.stats()) == await recount(store)

    async def test_an_unknown_job_is_not_deleted(self, store: Store):
        with pytest.raises(TaskNotFoundError):
            await store.delete("unknown")

    async def test_deleting_takes_all_that_is_the_jobs(self, store: Store):
        first, second = (a_job(key=key, dedup_key="sum", owner=n) for n, key in enumerate("ab", 1))
        owed = {job.id: [NewDelivery(f"to {job.owner}")] for job in (first, second)}
        await store.enqueue([first, second], owed)
        run = await claimed(store)
        await store.beat([Beat(run.id, run.token, artifacts=(File("a", b"1"),))], LEASE_S)
        await finished(store, run, Complete("42"))
        await store.delete(run.id)
        assert await store.get(run.id) is None
        assert await store.deliveries(run.id) == []
        assert await store.artifacts(run.id) == []
        assert await store.deliveries_claim("w1", 9, LEASE_S) == []
        assert await store.find(JobFilter(owner=2)) == []
        answers = await store.enqueue([a_job(key="a"), a_job(key="b")])
        assert all(one.created for one in answers)


class DiscardPromises:
    async def test_a_discarded_run_counts_for_nothing_any_more(self, store: Store):
        run = await a_run(store, owner=1)
        job = await store.control(run.id, DiscardJob("It went wild."))
        assert (job.state, job.error, job.finished_at) == (State.DISCARDED, "It went wild.", NOW)
        assert (job.worker, job.lease_until) == (None, None)
        late = Beat(run.id, run.token, checkpoint="{}", log=("late",), artifacts=(File("a", b""),))
        assert await store.beat([late], LEASE_S) == [Lost()]
        assert await store.finish([Finish(run.id, run.token, Complete("late"))]) == [None]
        assert await known(store, run.id) == job
        assert await store.artifacts(run.id) == []

    async def test_its_slot_is_free_for_who_is_parked_there(self, store: Store):
        await store.policy(SetBounds(Bounds(per_kind={"echo": 1})))
        run = await a_run(store)
        (parked,) = await stored(store, a_job())
        assert parked.state is State.PARKED
        await store.control(run.id, DiscardJob("It went wild."))
        assert (await claimed(store)).id == parked.id

    @pytest.mark.parametrize("running", [False, True])
    async def test_its_news_is_due(self, store: Store, running):
        (owed,) = await with_delivery(store, a_job())
        if running:
            await claimed(store)
        await store.control(owed.job_id, DiscardJob("enough"))
        (due,) = await store.deliveries_claim("w1", 9, LEASE_S)
        assert (due.delivery.id, due.job.error) == (owed.id, "enough")

    async def test_what_failed_before_is_remembered(self, store: Store):
        job = await a_job_in(store, State.RETRYABLE)
        job = await store.control(job.id, DiscardJob("enough"))
        assert job.errors == (Failure(1, NOW, "broke"),)


class AgainPromises:
    """Retry and resume."""

    CHANGES = Overrides('{"n": -1}', Priority.HIGH, 7, 1.5)

    @pytest.mark.parametrize(
        ("control", "state"),
        [(RetryJob, State.RETRYABLE), *product((RetryJob, ResumeJob), GIVEN_UP)],
    )
    async def test_carries_a_reason_and_overrides(self, store: Store, control, state):
        job = await a_job_in(store, state)
        await store.control(job.id, control(reason="Ada: another model", changes=self.CHANGES))
        run = await claimed(store)
        assert (run.payload, run.priority, run.max_attempts, run.timeout_s) == (
            '{"n": -1}',
            Priority.HIGH,
            7,
            1.5,
        )
        assert run.log == ("Ada: another model",)
        assert counts(await store.stats()) == await recount(store)

    @pytest.mark.parametrize("state", [State.RETRYABLE, State.DISCARDED])
    async def test_other_work_begins_at_its_beginning(self, store: Store, state):
        run = await a_run(store)
        saved = Beat(run.id, run.token, Progress(1, 2), '{"half": 1}', ("a",), (File("a", b"1"),))
        await store.beat([saved], LEASE_S)
        end = Discard("no") if state is State.DISCARDED else Fail("no", NOW + 9)
        await finished(store, run, end)
        same = await store.control(run.id, RetryJob())
        assert (same.progress, same.checkpoint, same.attached) == (Progress(1, 2), '{"half": 1}', 1)
        await finished(store, await claimed(store), end)
        other = await store.control(run.id, RetryJob("b", Overrides(payload='{"n": -1}')))
        assert (other.progress, other.checkpoint, other.attached) == (None, None, 0)
        assert other == await known(store, run.id)
        assert other.log == ("a", "b")
        assert await store.artifacts(run.id) == []

    @pytest.mark.parametrize("control", [RetryJob(), ResumeJob()])
    async def test_without_overrides_everything_stays(self, store: Store, control):
        job = await a_job_in(store, State.DISCARDED, priority=10, timeout_s=9, max_attempts=2)
        run = await store.control(job.id, control)
        same = ("payload", "priority", "max_attempts", "timeout_s", "log", "errors", "token")
        assert [getattr(run, name) for name in same] == [getattr(job, name) for name in same]
        assert (run.error, run.result, run.finished_at, run.cancel_requested_at) == (None,) * 4

    @pytest.mark.parametrize(
        ("control", "attempts"),
        [(RetryJob(), 0), (ResumeJob(), 0), (ResumeJob(reset_attempts=False), 2)],
    )
    async def test_attempts_begin_anew_or_go_on(self, store: Store, control, attempts):
        job = await a_job_in(store, State.RETRYABLE, max_attempts=3)
        await store.control(job.id, RetryJob())
        await finished(store, await claimed(store), Discard("hopeless"))
        assert (await store.control(job.id, control)).attempt == attempts
        assert (await claimed(store)).attempt == attempts + 1

    async def test_a_waiting_retry_runs_now_and_its_attempts_go_on(
        self, store: Store, clock: Clock
    ):
        job = await a_job_in(store, State.RETRYABLE)
        clock.forward(1)
        job = await store.control(job.id, RetryJob("now"))
        assert (job.attempt, job.run_at, job.error) == (1, NOW + 1, "broke")
        assert await store.promote() is None
        assert (await claimed(store)).attempt == 2

    async def test_forgives_losses_and_a_cancellation(self, store: Store, clock: Clock):
        run = await a_run(store)
        clock.forward(LEASE_S + 1)
        await store.reap(max_losses=9)
        run = await claimed(store)
        await store.control(run.id, CancelJob("stop"))
        await finished(store, run, Cancel("stop"))
        job = await store.control(run.id, ResumeJob())
        assert (job.losses, job.cancel_requested_at) == (0, None)
        assert (await finished(store, await claimed(store), Fail("broke", NOW))).state is (
            State.RETRYABLE
        )

    async def test_keeps_the_checkpoint_the_log_and_the_files(self, store: Store):
        run = await a_run(store)
        said = Beat(run.id, run.token, None, "[1]", ("line",), (File("a", b"1"),))
        await store.beat([said], LEASE_S)
        await finished(store, run, Discard("hopeless"))
        await store.control(run.id, ResumeJob(reason="again"))
        again = await claimed(store)
        assert (again.checkpoint, again.log, again.attached) == ("[1]", ("line", "again"), 1)

    async def test_a_long_log_keeps_its_last_hundred_lines(self, store: Store):
        run = await a_run(store)
        lines = tuple(str(n) for n in range(100))
        await store.beat([Beat(run.id, run.token, log=lines)], LEASE_S)
        await finished(store, run, Discard("hopeless"))
        job = await store.control(run.id, RetryJob("again"))
        assert job.log == (*lines[1:], "again")


class SteeringPromises:
    async def test_another_priority_counts_at_once(self, store: Store):
        jobs = await stored(store, *(a_job(owner=n) for n in (1, 2)))
        await store.control(jobs[1].id, Reprioritise(Priority.HIGH))
        assert await store.positions([job.id for job in jobs]) == {jobs[1].id: 0, jobs[0].id: 1}
        await store.control(jobs[1].id, Reprioritise(Priority.LOW))
        assert (await claimed(store)).id == jobs[0].id

    async def test_another_priority_is_kept_by_what_waits_for_its_time(
        self, store: Store, clock: Clock
    ):
        (job,) = await stored(store, a_job(state=State.SCHEDULED, run_at=NOW + 9))
        await stored(store, a_job())
        await store.control(job.id, Reprioritise(Priority.HIGH))
        clock.forward(9)
        await store.promote()
        assert (await claimed(store)).id == job.id

    async def test_what_waiting_has_added_is_forgotten(self, store: Store, clock: Clock):
        (job,) = await stored(store, a_job(priority=Priority.LOW))
        clock.forward(300)
        assert await store.age(300, 0) == 1
        job = await store.control(job.id, Reprioritise(Priority.LOW))
        assert (job.lane, job.lifted) == (Priority.LOW, 0)

    async def test_a_retry_at_another_priority_forgets_it_too(self, store: Store, clock: Clock):
        await stored(store, a_job())
        clock.forward(300)
        assert await store.age(300, 0) == 1
        await finished(store, run := await claimed(store), Fail("broke", clock() + 60))
        job = await store.control(run.id, RetryJob(changes=Overrides(priority=Priority.HIGH)))
        assert (job.lane, job.lifted) == (Priority.HIGH, 0)

    async def test_a_run_goes_on_under_another_priority(self, store: Store):
        run = await a_run(store)
        await store.control(run.id, Reprioritise(Priority.LOW))
        assert (await finished(store, run, Complete("42"))).priority == Priority.LOW
        assert counts(await store.stats()) == await recount(store)

    @pytest.mark.parametrize("state", [State.SCHEDULED, State.PENDING, State.RETRYABLE])
    @pytest.mark.parametrize("later_s", [1, 3_600])
    async def test_it_waits_for_its_new_time_earlier_or_later(
        self, store: Store, clock: Clock, state, later_s
    ):
        job = await a_job_in(store, state)
        await store.control(job.id, Reschedule(NOW + later_s))
        assert await store.promote() == NOW + later_s
        clock.forward(later_s - 0.5)
        await store.promote()
        assert await store.claim("w1", {"chat": 9}, LEASE_S) == []
        clock.forward(0.5)
        await store.promote()
        assert (await claimed(store)).id == job.id

    @pytest.mark.parametrize("when", [0, NOW - 9, NOW])
    async def test_a_time_that_is_past_means_now(self, store: Store, when):
        job = await a_job_in(store, State.SCHEDULED)
        assert (await store.control(job.id, Reschedule(when))).run_at == NOW
        assert await store.promote() is None
        assert (await claimed(store)).id == job.id
        assert await store.age(300, 0) == 0

    async def test_what_is_put_off_gives_its_slot_to_who_is_parked_there(self, store: Store):
        await store.policy(SetBounds(Bounds(per_kind={"echo": 1})))
        first, second = await stored(store, a_job(), a_job())
        await store.control(first.id, Reschedule(NOW + 60))
        assert (await claimed(store)).id == second.id


class PausePromises:
    async def test_a_paused_queue_hands_out_nothing_and_others_do(self, store: Store):
        (job,) = await stored(store, a_job())
        await stored(store, a_job(queue="image"))
        for _ in range(2):
            await store.policy(PauseQueue("chat"))
        assert (await store.policies()).paused == {"chat"}
        wanted = {"chat": 9, "image": 9}
        assert [one.queue for one in await store.claim("w1", wanted, LEASE_S)] == ["image"]
        await store.policy(ResumeQueue("chat"))
        assert (await store.policies()).paused == frozenset()
        assert (await claimed(store)).id == job.id

    async def test_what_runs_goes_on_and_what_comes_is_accepted(self, store: Store):
        run = await a_run(store)
        await store.policy(PauseQueue("chat"))
        await finished(store, run, Complete("42"))
        (job,) = await stored(store, a_job())
        assert await store.positions([job.id]) == {job.id: 0}

    async def test_a_queue_that_nobody_knows_can_be_paused_and_resumed(self, store: Store):
        await store.policy(ResumeQueue("unheard of"))
        await store.policy(PauseQueue("unheard of"))
        await stored(store, a_job(queue="unheard of"))
        assert await store.claim("w1", {"unheard of": 1}, LEASE_S) == []

    async def test_a_weight_counts_from_now_on(self, store: Store):
        await store.policy(SetWeight(1, 3))
        await stored(store, *(a_job(owner=owner) for owner in (1, 2) for _ in range(8)))
        owners = [job.owner for job in await store.claim("w1", {"chat": 8}, LEASE_S)]
        assert owners.count(1) == 6
        assert (await store.policies()).weights == {1: 3}


class SteerPromises(
    ControlPromises, DiscardPromises, AgainPromises, SteeringPromises, PausePromises
):
    """All of them."""
