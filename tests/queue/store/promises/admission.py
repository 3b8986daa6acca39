"""Enqueueing: whole or not at all, once per key, and never over a limit."""

import asyncio

import pytest

from bot.queue.controls import ResumeJob, RetryJob
from bot.queue.deliveries import NewDelivery
from bot.queue.errors import QueueFull, StoreError, UserLimitReached
from bot.queue.lifecycle import Cancel, Complete, Discard, Fail
from bot.queue.reply import File
from bot.queue.states import WAITING, State
from bot.queue.store.base import Beat, Enqueued, Limits, Store
from tests.queue.store.workbench import (
    LEASE_S,
    NOW,
    a_job,
    a_run,
    all_jobs,
    claimed,
    completed,
    counts,
    finished,
    in_state,
    known,
    recount,
    stored,
)


class AdmissionPromises:
    async def test_a_stored_job_comes_back_as_it_was_given(self, store: Store):
        job = a_job(priority=10, owner=2**62, guild=7, key="interaction:1", timeout_s=1.5)
        assert await store.enqueue([job]) == [Enqueued(job, created=True)]
        assert await store.get(job.id) == job

    async def test_an_empty_batch_is_fine(self, store: Store):
        assert await store.enqueue([], limits=Limits(max_size=0)) == []

    async def test_a_known_key_answers_the_older_job(self, store: Store):
        _, older = await stored(store, a_job(), a_job(key="k"))
        newer = a_job(key="k")
        assert await store.enqueue([newer]) == [Enqueued(older, created=False)]
        assert await store.get(newer.id) is None

    async def test_a_key_stays_known_after_its_job_finished(self, store: Store):
        older = await completed(store, key="k")
        assert await store.enqueue([a_job(key="k")]) == [Enqueued(older, created=False)]

    async def test_a_key_twice_in_one_batch_makes_one_job(self, store: Store):
        first, second, other = a_job(key="k"), a_job(key="k"), a_job(key="other", owner=1)
        answers = await store.enqueue([first, other, second])
        assert answers == [
            Enqueued(first, created=True),
            Enqueued(other, created=True),
            Enqueued(first, created=False),
        ]
        assert await all_jobs(store) == [other, first]

    @pytest.mark.parametrize("key", ["k", "größer 👍", "", "a\0b", '"', "1e3"])
    async def test_a_known_key_is_found_among_many(self, store: Store, key):
        (older,) = await stored(store, a_job(key=key))
        others = [a_job(key=f"{key}{n}") for n in range(9)]
        answers = await store.enqueue([*others, a_job(key=key)])
        assert [answer.created for answer in answers] == [True] * 9 + [False]
        assert answers[-1].job == older

    async def test_a_job_handed_in_twice_is_created_once_and_told_once(self, store: Store):
        job = a_job(key="k")
        answers = await store.enqueue([job, job], {job.id: [NewDelivery("someone")]})
        assert [answer.created for answer in answers] == [True, False]
        assert len(await store.deliveries(job.id)) == 1

    async def test_a_key_that_equals_an_id_or_nothing_is_still_only_a_key(self, store: Store):
        plain = a_job()
        *_, unnamed = await stored(store, plain, a_job(key=plain.id), a_job(key=""))
        assert (await store.enqueue([a_job(key="")]))[0].job == unnamed

    async def test_many_who_enqueue_one_key_at_once_get_one_job(self, store: Store):
        answers = await asyncio.gather(*(store.enqueue([a_job(key="k")]) for _ in range(20)))
        assert sum(answer.created for (answer,) in answers) == 1
        assert len({answer.job.id for (answer,) in answers}) == 1

    async def test_a_second_enqueue_of_a_key_stores_no_deliveries(self, store: Store):
        older, newer = a_job(key="k"), a_job(key="k")
        await stored(store, older)
        await store.enqueue([newer], {newer.id: [NewDelivery("someone")]})
        assert await store.deliveries(newer.id) == []

    @pytest.mark.parametrize("key", [None, "another"])
    async def test_an_id_that_is_taken_refuses_the_whole_batch(self, store: Store, key):
        run = await a_run(store)
        bystander = a_job()
        with pytest.raises(StoreError, match="nothing"):
            await store.enqueue([bystander, a_job()._replace(id=run.id, key=key)])
        assert await all_jobs(store) == [run]

    async def test_an_id_twice_in_one_batch_refuses_it_whole(self, store: Store):
        job = a_job()
        with pytest.raises(StoreError, match="nothing"):
            await store.enqueue([job, job])
        assert await all_jobs(store) == []

    async def test_a_delivery_id_that_is_taken_refuses_the_whole_batch(self, store: Store):
        owed = NewDelivery("someone")
        job, again = a_job(), a_job()
        await store.enqueue([job], {job.id: [owed]})
        with pytest.raises(StoreError, match="nothing"):
            await store.enqueue([again], {again.id: [owed]})
        assert await all_jobs(store) == [job]
        assert [one.job_id for one in await store.deliveries(job.id)] == [job.id]

    async def test_a_full_queue_refuses_the_whole_batch(self, store: Store):
        first = a_job()
        await stored(store, first)
        with pytest.raises(QueueFull) as refused:
            await store.enqueue([a_job(), a_job()], limits=Limits(max_size=2))
        assert refused.value.size == 1
        assert await all_jobs(store) == [first]

    async def test_the_size_counts_all_that_wait_and_nothing_else(self, store: Store):
        await completed(store)
        await finished(store, await a_run(store), Fail("broke", retry_at=NOW + 9))
        await a_run(store)
        await stored(store, *(a_job(state=state) for state in WAITING - {State.RETRYABLE}))
        await store.enqueue([a_job()], limits=Limits(max_size=5))
        with pytest.raises(QueueFull) as refused:
            await store.enqueue([a_job()], limits=Limits(max_size=5))
        assert refused.value.size == 5

    async def test_a_known_key_is_answered_by_a_full_queue(self, store: Store):
        older = a_job(key="k", owner=1)
        await stored(store, older)
        none = Limits(max_size=0, max_active_per_owner=0)
        (answer,) = await store.enqueue([a_job(key="k", owner=1)], limits=none)
        assert answer.job == older

    async def test_the_size_is_exact_under_many_enqueuers(self, store: Store):
        limits = Limits(max_size=7)
        answers = await asyncio.gather(
            *(store.enqueue([a_job()], limits=limits) for _ in range(20)), return_exceptions=True
        )
        assert sum(isinstance(answer, QueueFull) for answer in answers) == 13
        assert len(await all_jobs(store)) == 7

    async def test_a_persons_limit_is_exact_under_many_enqueuers(self, store: Store):
        limits = Limits(max_active_per_owner=3)
        answers = await asyncio.gather(
            *(store.enqueue([a_job(owner=n % 2)], limits=limits) for n in range(20)),
            return_exceptions=True,
        )
        assert sum(isinstance(answer, UserLimitReached) for answer in answers) == 14
        assert sorted(job.owner for job in await all_jobs(store)) == [0, 0, 0, 1, 1, 1]

    async def test_a_persons_limit_counts_running_jobs_but_no_finished_ones(self, store: Store):
        limits = Limits(max_active_per_owner=2)
        await completed(store, owner=1)
        await a_run(store, owner=1)
        await store.enqueue([a_job(owner=1)], limits=limits)
        with pytest.raises(UserLimitReached):
            await store.enqueue([a_job(owner=1)], limits=limits)

    @pytest.mark.parametrize("again", [RetryJob(), ResumeJob(reset_attempts=False)])
    @pytest.mark.parametrize("ended", [Cancel("no"), Discard("no")])
    @pytest.mark.parametrize(
        ("limits", "refusal"),
        [(Limits(max_size=1), QueueFull), (Limits(max_active_per_owner=1), UserLimitReached)],
    )
    async def test_what_is_brought_back_counts_as_what_is_new(
        self, store: Store, again, ended, limits, refusal
    ):
        job = await finished(store, await a_run(store, owner=1), ended)
        await stored(store, a_job(owner=1))
        with pytest.raises(refusal):
            await store.control(job.id, again, limits)
        assert await known(store, job.id) == job
        assert counts(await store.stats()) == await recount(store)
        await store.control(job.id, again, Limits(2, 2))
        assert (await known(store, job.id)).state is State.PENDING

    async def test_a_retry_that_is_under_way_counts_once(self, store: Store):
        job = await finished(store, await a_run(store, owner=1), Fail("broke", retry_at=NOW + 9))
        await store.control(job.id, RetryJob(), Limits(1, 1))
        assert (await known(store, job.id)).state is State.PENDING

    async def test_many_who_come_back_at_once_are_counted_exactly(self, store: Store):
        jobs = [await finished(store, await a_run(store), Cancel("no")) for _ in range(20)]
        limits = Limits(max_size=7)
        back = (store.control(job.id, ResumeJob(), limits) for job in jobs)
        answers = await asyncio.gather(*back, return_exceptions=True)
        assert sum(isinstance(answer, QueueFull) for answer in answers) == 13
        assert len(await in_state(store, State.PENDING)) == 7

    async def test_a_batch_counts_against_its_owners_limit_as_a_whole(self, store: Store):
        with pytest.raises(UserLimitReached):
            await store.enqueue(
                [a_job(owner=2), a_job(owner=1), a_job(owner=1)],
                limits=Limits(max_active_per_owner=1),
            )
        assert await all_jobs(store) == []

    async def test_nobodys_jobs_have_no_persons_limit(self, store: Store):
        await store.enqueue([a_job(), a_job()], limits=Limits(max_active_per_owner=1))
        assert len(await all_jobs(store)) == 2

    async def test_a_known_result_is_answered_with_its_files(self, store: Store):
        run = await a_run(store, cache_key="c", cache_ttl_s=9)
        files = (File("a", b"1"), File("b", b"2"))
        await store.beat([Beat(run.id, run.token, artifacts=files)], LEASE_S)
        await finished(store, run, Complete('"known"'))
        (answer,) = await store.enqueue([a_job(cache_key="c")])
        assert (answer.job.state, answer.job.result) == (State.COMPLETED, '"known"')
        assert answer.job.attached == 2
        assert answer.job == await known(store, answer.job.id)
        assert await store.artifacts(answer.job.id) == list(files)

    async def test_a_refused_batch_can_be_enqueued_later(self, store: Store):
        waiting = a_job()
        await stored(store, waiting)
        late = a_job(key="k")
        with pytest.raises(QueueFull):
            await store.enqueue([late], limits=Limits(max_size=1))
        await claimed(store)
        await store.enqueue([late], limits=Limits(max_size=1))
        assert (await known(store, late.id)).state is State.PENDING
