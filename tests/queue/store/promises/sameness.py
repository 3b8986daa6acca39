"""The same work once: who asks for what is being done joins it, and takes nothing from others."""

import asyncio

import pytest

from bot.queue.controls import CancelJob, DiscardJob, Overrides, ResumeJob, RetryJob
from bot.queue.deliveries import Delivered, DeliveryState, NewDelivery
from bot.queue.errors import InvalidStateTransitionError, QueueFull
from bot.queue.lifecycle import Complete, Discard, Fail, HandBack, SnoozeUntil
from bot.queue.states import FINISHED, State
from bot.queue.store.base import (
    Beat,
    CancelRequested,
    Enqueued,
    JobFilter,
    Limits,
    SettleDelivery,
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
)

NOBODY_ELSE = Limits(max_size=0, max_active_per_owner=0)


async def ask(store: Store, owner: int | None = None, work="sum", **changed) -> Enqueued:
    """Ask for work that others may ask for too; whoever asks is owed an answer."""
    job = a_job(owner=owner, dedup_key=work, **changed)
    (answer,) = await store.enqueue([job], {job.id: [NewDelivery(f"to {owner}", owner=owner)]})
    return answer


async def told(store: Store) -> list[int | None]:
    """Whose news is due now; it is brought."""
    due = await store.deliveries_claim("teller", 1_000, LEASE_S)
    brought = [SettleDelivery(one.delivery.id, one.delivery.token, Delivered()) for one in due]
    assert all(await store.deliveries_settle(brought))
    return sorted(one.delivery.owner or 0 for one in due)


async def listed(store: Store, owner: int) -> list[str]:
    return [job.id for job in await store.find(JobFilter(owner=owner))]


class JoiningPromises:
    async def test_who_asks_for_active_work_joins_it(self, store: Store):
        first = await ask(store, 1)
        second = await ask(store, 2)
        assert (first.created, first.joined) == (True, False)
        assert (second.created, second.joined, second.job) == (False, True, first.job)
        assert await all_jobs(store) == [first.job]

    async def test_all_who_asked_get_the_answer(self, store: Store):
        for owner in (1, 2, 3):
            await ask(store, owner)
        assert await told(store) == []
        await finished(store, await claimed(store), Complete("42"))
        assert await told(store) == [1, 2, 3]
        assert await store.claim("w1", {"chat": 9}, LEASE_S) == []

    @pytest.mark.parametrize(
        "outcome", [None, Fail("broke", NOW + 9), SnoozeUntil(NOW + 9), HandBack()]
    )
    async def test_running_work_and_work_to_be_tried_again_is_joined(self, store: Store, outcome):
        first = await ask(store, 1)
        run = await claimed(store)
        if outcome is not None:
            await finished(store, run, outcome)
        assert (await ask(store, 2)).job == await known(store, first.job.id)

    @pytest.mark.parametrize("outcome", [Complete("42"), Discard("hopeless")])
    async def test_finished_work_is_not_joined(self, store: Store, outcome):
        await ask(store, 1)
        done = await finished(store, await claimed(store), outcome)
        again = await ask(store, 2)
        assert (again.created, again.joined) == (True, False)
        assert again.job.id != done.id

    async def test_who_wants_it_later_does_not_join_what_runs_now(self, store: Store):
        await ask(store, 1)
        later = await ask(store, 2, state=State.SCHEDULED, run_at=NOW + 60)
        assert later.created
        assert (await ask(store, 3)).job.id != later.job.id

    async def test_what_waits_for_its_time_is_not_joined_by_who_wants_it_now(self, store: Store):
        later = await ask(store, 1, state=State.SCHEDULED, run_at=NOW + 60)
        now = await ask(store, 2)
        assert now.created
        assert now.job.id != later.job.id

    async def test_what_is_being_cancelled_is_not_joined(self, store: Store):
        stopping = await ask(store, 1)
        await claimed(store)
        await store.control(stopping.job.id, CancelJob("no"))
        assert (await ask(store, 2)).created

    async def test_of_two_that_do_the_same_the_newest_is_joined(self, store: Store, clock: Clock):
        await ask(store, 1, state=State.SCHEDULED, run_at=NOW + 5)
        newer = await ask(store, 2)
        clock.forward(5)
        await store.promote()
        assert (await ask(store, 3)).job == newer.job

    async def test_work_without_a_key_is_never_the_same(self, store: Store):
        assert (await ask(store, 1, work=None)).created
        assert (await ask(store, 2, work=None)).created

    @pytest.mark.parametrize("work", ["", "'; DROP TABLE job; --", "k" * 100_000, "\0", "é"])
    async def test_any_text_is_a_key(self, store: Store, work):
        first = await ask(store, 1, work)
        assert not (await ask(store, 2, work + " ")).joined
        assert (await ask(store, 3, work)).job == first.job

    async def test_a_fresh_answer_is_what_a_running_job_brings(self, store: Store):
        await ask(store, 1)
        (answer,) = await store.enqueue([a_job(owner=2, dedup_key="sum")], fresh=True)
        assert answer.joined

    async def test_who_joins_counts_against_no_limit(self, store: Store):
        first = await ask(store, 1)
        job = a_job(owner=2, dedup_key="sum")
        assert await store.enqueue([job], limits=NOBODY_ELSE) == [
            Enqueued(first.job, created=False, joined=True)
        ]
        assert counts(await store.stats()) == await recount(store)

    async def test_a_refused_batch_joins_nothing(self, store: Store):
        first = await ask(store, 1)
        same, other = a_job(owner=2, dedup_key="sum", key="k"), a_job(owner=2)
        with pytest.raises(QueueFull):
            await store.enqueue(
                [same, other], {same.id: [NewDelivery("to 2")]}, limits=Limits(max_size=1)
            )
        assert len(await store.deliveries(first.job.id)) == 1
        assert await listed(store, 2) == []
        assert (await ask(store, 2, key="k")).joined

    async def test_the_same_work_twice_in_one_batch_is_one_job(self, store: Store):
        jobs = [a_job(owner=owner, dedup_key="sum") for owner in (1, 2, 1)]
        owed = {job.id: [NewDelivery(f"to {job.owner}", owner=job.owner)] for job in jobs}
        answers = await store.enqueue(jobs, owed)
        assert [(one.created, one.joined) for one in answers] == [
            (True, False),
            (False, True),
            (False, True),
        ]
        assert {one.job.id for one in answers} == {jobs[0].id}
        await finished(store, await claimed(store), Complete("42"))
        assert await told(store) == [1, 1, 2]

    async def test_a_hundred_who_ask_at_once_get_one_job(self, store: Store):
        answers = await asyncio.gather(*(ask(store, owner) for owner in range(1, 101)))
        assert [one.created for one in answers].count(True) == 1
        assert [one.joined for one in answers].count(True) == 99
        (job,) = await all_jobs(store)
        assert {one.job.id for one in answers} == {job.id}
        await finished(store, await claimed(store), Complete("42"))
        assert await told(store) == list(range(1, 101))


class JoinedKeyPromises:
    """The same interaction heard twice is one asking."""

    async def test_a_joined_key_joins_once(self, store: Store):
        first = await ask(store, 1)
        assert (await ask(store, 2, key="interaction 2")).joined
        again = await ask(store, 2, key="interaction 2")
        assert again == Enqueued(first.job, created=False)
        assert len(await store.deliveries(first.job.id)) == 2

    async def test_a_joined_key_twice_in_one_batch_joins_once(self, store: Store):
        first = await ask(store, 1)
        jobs = [a_job(owner=2, dedup_key="sum", key="k") for _ in range(2)]
        answers = await store.enqueue(jobs)
        assert [one.joined for one in answers] == [True, False]
        assert {one.job.id for one in answers} == {first.job.id}

    async def test_a_joined_key_heard_twice_at_once_joins_once(self, store: Store):
        first = await ask(store, 1)
        answers = await asyncio.gather(*(ask(store, 2, key="k") for _ in range(20)))
        assert [one.joined for one in answers].count(True) == 1
        assert len(await store.deliveries(first.job.id)) == 2

    async def test_a_joined_key_stays_known_after_the_end_and_after_leaving(self, store: Store):
        first = await ask(store, 1)
        await ask(store, 2, key="k")
        await store.control(first.job.id, CancelJob("not me", by=2))
        assert not (await ask(store, 2, key="k")).joined
        done = await finished(store, await claimed(store), Complete("42"))
        assert await ask(store, 2, key="k") == Enqueued(done, created=False)
        assert await told(store) == [1]

    async def test_the_key_of_who_asked_first_answers_too(self, store: Store):
        first = await ask(store, 1, key="k")
        await ask(store, 2)
        assert await ask(store, 1, key="k") == Enqueued(first.job, created=False)

    async def test_a_joined_key_is_free_again_when_the_job_is_gone(self, store: Store):
        first = await ask(store, 1)
        await ask(store, 2, key="k")
        await finished(store, await claimed(store), Complete("42"))
        await store.delete(first.job.id)
        assert (await ask(store, 2, key="k")).created


class LeavingPromises:
    """One person's cancel takes it from nobody else."""

    @pytest.mark.parametrize("running", [False, True])
    @pytest.mark.parametrize("leaver", [1, 2])
    async def test_who_leaves_is_told_no_more_and_others_are(self, store: Store, leaver, running):
        first = await ask(store, 1)
        await ask(store, 2)
        run = await claimed(store) if running else None
        before = await known(store, first.job.id)
        assert await store.control(first.job.id, CancelJob("not me", by=leaver)) == before
        assert await known(store, first.job.id) == before
        run = run or await claimed(store)
        (answer,) = await store.beat([Beat(run.id, run.token)], LEASE_S)
        assert not isinstance(answer, CancelRequested)
        await finished(store, run, Complete("42"))
        assert await told(store) == [3 - leaver]
        states = {one.owner: one.state for one in await store.deliveries(first.job.id)}
        assert states[leaver] is DeliveryState.ABANDONED

    async def test_the_last_ones_cancel_ends_it_and_is_told(self, store: Store):
        first = await ask(store, 1)
        for owner in (2, 3):
            await ask(store, owner)
        for leaver in (1, 3):
            job = await store.control(first.job.id, CancelJob("not me", by=leaver))
            assert job.state is State.PENDING
        job = await store.control(first.job.id, CancelJob("nor me", by=2))
        assert (job.state, job.error) == (State.CANCELLED, "nor me")
        assert await told(store) == [2]

    async def test_who_asked_alone_ends_it(self, store: Store):
        first = await ask(store, 1)
        job = await store.control(first.job.id, CancelJob("no", by=1))
        assert job.state is State.CANCELLED

    async def test_a_cancel_by_nobody_in_particular_ends_it_for_all(self, store: Store):
        first = await ask(store, 1)
        await ask(store, 2)
        job = await store.control(first.job.id, CancelJob("by an administrator"))
        assert job.state is State.CANCELLED
        assert await told(store) == [1, 2]

    async def test_who_asked_twice_leaves_with_both(self, store: Store):
        first = await ask(store, 1)
        for _ in range(2):
            await ask(store, 2)
        await store.control(first.job.id, CancelJob("not me", by=2))
        assert (await store.control(first.job.id, CancelJob("no", by=1))).state is State.CANCELLED
        assert await told(store) == [1]

    async def test_who_asked_twice_alone_ends_it(self, store: Store):
        first = await ask(store, 1)
        await ask(store, 1)
        assert (await store.control(first.job.id, CancelJob("no", by=1))).state is State.CANCELLED

    async def test_a_stranger_cannot_take_it_from_those_who_wait(self, store: Store):
        first = await ask(store, 1)
        await ask(store, 2)
        assert (await store.control(first.job.id, CancelJob("no", by=9))).state is State.PENDING
        await finished(store, await claimed(store), Complete("42"))
        assert await told(store) == [1, 2]

    async def test_who_left_can_come_back(self, store: Store):
        first = await ask(store, 1)
        await ask(store, 2)
        for leaver in (2, 1):
            await store.control(first.job.id, CancelJob("no", by=leaver))
            assert (await ask(store, leaver)).job.id == first.job.id
        await finished(store, await claimed(store), Complete("42"))
        assert await told(store) == [1, 2]

    async def test_who_left_is_not_told_of_a_retry_either(self, store: Store):
        first = await ask(store, 1)
        await ask(store, 2)
        await store.control(first.job.id, CancelJob("not me", by=2))
        await finished(store, await claimed(store), Discard("hopeless"))
        assert await told(store) == [1]
        await store.control(first.job.id, RetryJob())
        await finished(store, await claimed(store), Complete("42"))
        assert await told(store) == [1]

    @pytest.mark.parametrize("outcome", [Complete("42"), Discard("hopeless")])
    async def test_nobody_leaves_what_is_finished(self, store: Store, outcome):
        first = await ask(store, 1)
        await ask(store, 2)
        await finished(store, await claimed(store), outcome)
        with pytest.raises(InvalidStateTransitionError):
            await store.control(first.job.id, CancelJob("too late", by=2))
        assert await told(store) == [1, 2]

    async def test_a_held_promise_of_who_left_is_never_asked_for(self, store: Store, clock: Clock):
        first = await ask(store, 1)
        job = a_job(owner=2, dedup_key="sum")
        held = NewDelivery("to 2", check_at=NOW + 5, owner=2)
        await store.enqueue([job], {job.id: [held]})
        await store.control(first.job.id, CancelJob("not me", by=2))
        clock.forward(5)
        assert await told(store) == []

    async def test_of_many_who_leave_at_once_the_last_ends_it(self, store: Store):
        first = await ask(store, 1)
        for owner in range(2, 21):
            await ask(store, owner)
        left = [store.control(first.job.id, CancelJob("no", by=n)) for n in range(1, 21)]
        answers = await asyncio.gather(*left)
        assert [job.state in FINISHED for job in answers].count(True) == 1
        assert len(await told(store)) == 1


class ListedPromises:
    """A person's jobs are those that they wait for, whoever asked first."""

    async def test_a_joined_job_is_listed_once_for_each(self, store: Store):
        (other,) = await store.enqueue([a_job(owner=2)])
        first = await ask(store, 1)
        for _ in range(2):
            await ask(store, 2)
        assert await listed(store, 1) == [first.job.id]
        assert await listed(store, 2) == [first.job.id, other.job.id]
        page = await store.find(JobFilter(owner=2), limit=1)
        assert [job.id for job in page] == [first.job.id]
        assert await store.find(JobFilter(owner=2), before=page[-1].id) == [other.job]

    @pytest.mark.parametrize("leaver", [1, 2])
    async def test_what_one_left_is_listed_no_more(self, store: Store, leaver):
        first = await ask(store, 1)
        await ask(store, 2)
        await store.control(first.job.id, CancelJob("not me", by=leaver))
        assert await listed(store, leaver) == []
        assert await listed(store, 3 - leaver) == [first.job.id]
        await ask(store, leaver)
        assert await listed(store, leaver) == [first.job.id]

    async def test_filters_narrow_what_one_joined_too(self, store: Store):
        first = await ask(store, 1, guild=7)
        await ask(store, 2)
        assert await store.find(JobFilter(owner=2, guild=8)) == []
        assert await store.find(JobFilter(owner=2, guild=7)) == [first.job]


class OtherWorkPromises:
    async def test_with_another_payload_it_is_other_work(self, store: Store):
        first = await ask(store, 1, cache_key="sum", cache_ttl_s=60)
        await store.control(first.job.id, DiscardJob("a slip"))
        changed = RetryJob(changes=Overrides(payload='{"n": -1}'))
        await store.control(first.job.id, changed)
        assert not (await ask(store, 2)).joined
        await finished(store, await claimed(store), Complete("-1"))
        (asked,) = await store.enqueue([a_job(cache_key="sum", cache_ttl_s=60)])
        assert asked.job.state is State.PENDING

    @pytest.mark.parametrize("again", [RetryJob, ResumeJob])
    async def test_with_another_payload_it_needs_the_slot_of_that(self, store: Store, again):
        await a_run(store, limit_key="theirs")
        job, _ = await stored(store, a_job(limit_key="own"), a_job(limit_key="own"))
        await store.control(job.id, DiscardJob("a slip"))
        changed = again(changes=Overrides(payload='{"n": -1}', limit_key="theirs"))
        parked = await store.control(job.id, changed)
        assert (parked.state, parked.parked_on) == (State.PARKED, "key theirs")
        assert await known(store, job.id) == parked

    async def test_with_the_same_payload_it_is_the_same_work(self, store: Store):
        first = await ask(store, 1)
        await store.control(first.job.id, DiscardJob("a slip"))
        await store.control(first.job.id, RetryJob())
        assert (await ask(store, 2)).job.id == first.job.id


class SamenessPromises(
    JoiningPromises, JoinedKeyPromises, LeavingPromises, ListedPromises, OtherWorkPromises
):
    """All of them."""
