"""Results that are handed out again: at once, whole, within their time and scope, and counted."""

import pytest

from bot.queue.controls import CancelJob
from bot.queue.deliveries import DeliveryState, NewDelivery, Released
from bot.queue.errors import InvalidStateTransitionError
from bot.queue.job import Job
from bot.queue.lifecycle import Cancel, Complete, Discard
from bot.queue.reply import File
from bot.queue.retention import Retention
from bot.queue.states import State
from bot.queue.store.base import Beat, Limits, SettleDelivery, Store
from tests.queue.store.workbench import (
    LEASE_S,
    NOW,
    Clock,
    a_job,
    a_run,
    all_jobs,
    claimed,
    completed,
    counts,
    finished,
    known,
    recount,
)

TTL_S = 60.0
FILES = (File("sum.txt", b"40 + 2"), File("../../päth\n.txt", b"\0" * 1_000))


def same(key: str = "sum", **changed) -> Job:
    return a_job(cache_key=key, cache_ttl_s=TTL_S, **changed)


async def ask(store: Store, key: str = "sum", *, fresh=False, **changed) -> Job:
    (answer,) = await store.enqueue([same(key, **changed)], fresh=fresh)
    assert (answer.created, answer.joined) == (True, False)
    return answer.job


async def kept(store: Store, result: str = "42", key: str = "sum", files=()) -> Job:
    """A job whose result may be handed out."""
    run = await a_run(store, cache_key=key, cache_ttl_s=TTL_S)
    await store.beat([Beat(run.id, run.token, artifacts=files)], LEASE_S)
    return await finished(store, run, Complete(result))


class CachingPromises:
    async def test_a_known_result_completes_the_job_at_once(self, store: Store, clock: Clock):
        source = await kept(store)
        clock.forward(5)
        job = await ask(store, owner=2)
        assert job == await known(store, job.id)
        assert job.id != source.id
        assert (job.state, job.result, job.owner) == (State.COMPLETED, "42", 2)
        assert (job.finished_at, job.started_at, job.attempt) == (NOW + 5, None, 0)
        assert await store.claim("w1", {"chat": 9}, LEASE_S) == []
        assert counts(await store.stats()) == await recount(store)

    async def test_its_news_is_due_at_once(self, store: Store):
        await kept(store)
        job = same()
        await store.enqueue([job], {job.id: [NewDelivery("someone")]})
        (due,) = await store.deliveries_claim("w1", 9, LEASE_S)
        assert (due.delivery.state, due.job.result) == (DeliveryState.DUE, "42")

    async def test_its_held_news_is_due_after_the_release(self, store: Store):
        await kept(store)
        job, held = same(), NewDelivery("someone", check_at=NOW + 5)
        await store.enqueue([job], {job.id: [held]})
        assert await store.deliveries_claim("w1", 9, LEASE_S) == []
        await store.deliveries_settle([SettleDelivery(held.id, None, Released("message 9"))])
        (due,) = await store.deliveries_claim("w1", 9, LEASE_S)
        assert (due.delivery.target, due.job.id) == ("message 9", job.id)

    async def test_it_is_done_and_cannot_be_cancelled(self, store: Store):
        await kept(store)
        job = await ask(store)
        with pytest.raises(InvalidStateTransitionError):
            await store.control(job.id, CancelJob("too late"))

    async def test_files_come_with_the_result(self, store: Store):
        source = await kept(store, files=FILES)
        job = await ask(store)
        assert job == await known(store, job.id)
        assert job.attached == len(FILES)
        assert await store.artifacts(job.id) == sorted(FILES, key=lambda file: file.name)
        await store.delete(source.id)
        assert len(await store.artifacts(job.id)) == len(FILES)

    async def test_a_process_that_knows_the_result_brings_it_along(self, store: Store):
        job = await ask(store, state=State.COMPLETED, result="42", finished_at=NOW)
        assert (job.state, job.result) == (State.COMPLETED, "42")
        assert counts(await store.stats()) == await recount(store)

    async def test_but_the_stores_own_result_is_newer(self, store: Store):
        await kept(store, "43", files=FILES)
        job = await ask(store, state=State.COMPLETED, result="42", finished_at=NOW)
        assert (job.result, job.attached) == ("43", len(FILES))

    async def test_a_result_is_good_for_its_time_and_no_longer(self, store: Store, clock: Clock):
        await kept(store)
        clock.forward(TTL_S - 0.5)
        assert (await ask(store)).state is State.COMPLETED
        clock.forward(0.5)
        assert (await ask(store)).state is State.PENDING

    async def test_being_handed_out_gives_no_second_life(self, store: Store, clock: Clock):
        await kept(store)
        for _ in range(3):
            clock.forward(TTL_S / 3)
            job = await ask(store)
        assert job.state is State.PENDING

    async def test_a_fresh_answer_runs_and_is_the_one_that_is_kept(self, store: Store):
        await kept(store, "41")
        fresh = await ask(store, fresh=True)
        assert fresh.state is State.PENDING
        assert (await ask(store)).result == "41"
        await finished(store, await claimed(store), Complete("42"))
        assert (await ask(store)).result == "42"

    async def test_a_job_for_later_runs_at_its_time(self, store: Store):
        await kept(store)
        assert (await ask(store, state=State.SCHEDULED, run_at=NOW + 9)).state is State.SCHEDULED

    @pytest.mark.parametrize("outcome", [Discard("hopeless"), Cancel("stop")])
    async def test_what_failed_or_was_cancelled_is_not_kept(self, store: Store, outcome):
        await finished(store, await a_run(store, cache_key="sum", cache_ttl_s=TTL_S), outcome)
        assert (await ask(store)).state is State.PENDING

    @pytest.mark.parametrize("changed", [{"cache_ttl_s": TTL_S}, {"cache_key": "sum"}])
    async def test_without_a_key_or_a_time_nothing_is_kept(self, store: Store, changed):
        await completed(store, **changed)
        assert (await ask(store)).state is State.PENDING

    async def test_with_no_time_at_all_nothing_is_kept(self, store: Store):
        await completed(store, cache_key="sum", cache_ttl_s=0)
        assert (await ask(store)).state is State.PENDING

    async def test_another_key_has_another_result(self, store: Store):
        await kept(store, "1", key="sum")
        await kept(store, "2", key="Sum")
        assert [(await ask(store, key)).result for key in ("sum", "Sum", "sum ")] == [
            "1",
            "2",
            None,
        ]

    async def test_a_result_is_handed_out_by_a_full_queue(self, store: Store):
        await kept(store)
        none = Limits(max_size=0, max_active_per_owner=0)
        (answer,) = await store.enqueue([same(owner=1)], limits=none)
        assert answer.job.state is State.COMPLETED

    async def test_a_result_goes_with_the_job_that_brought_it(self, store: Store):
        source = await kept(store)
        handed = await ask(store)
        await store.delete(source.id)
        assert (await ask(store)).state is State.PENDING
        assert (await known(store, handed.id)).result == "42"

    async def test_a_result_stays_when_a_job_that_it_was_handed_to_goes(self, store: Store):
        await kept(store)
        await store.delete((await ask(store)).id)
        assert (await ask(store)).state is State.COMPLETED

    async def test_but_not_if_it_is_recalled(self, store: Store):
        source = await kept(store)
        await kept(store, key="other")
        await store.delete((await ask(store)).id, recall=True)
        assert (await ask(store)).state is State.PENDING
        assert (await ask(store, "other")).state is State.COMPLETED
        assert (await known(store, source.id)).result == "42"

    async def test_a_result_goes_when_its_job_is_past_its_keeping(self, store: Store, clock: Clock):
        await kept(store)
        clock.forward(10)
        await store.purge(Retention(completed_s=5), 100)
        assert await all_jobs(store) == []
        assert (await ask(store)).state is State.PENDING

    async def test_of_too_many_results_the_one_not_used_for_longest_goes(
        self, store: Store, clock: Clock
    ):
        for key in ("old", "used", "known elsewhere", "new"):
            await kept(store, key=key)
            clock.forward(1)
        await ask(store, "used")
        clock.forward(1)
        await ask(store, "known elsewhere", state=State.COMPLETED, result="42", finished_at=NOW)
        clock.forward(1)
        await store.purge(Retention(cached=2), 100)
        states = [(await ask(store, key)).state for key in ("used", "known elsewhere")]
        assert states == [State.COMPLETED] * 2
        states = [(await ask(store, key)).state for key in ("old", "new")]
        assert states == [State.PENDING] * 2

    async def test_twice_in_one_batch_it_is_two_jobs_that_are_done(self, store: Store):
        await kept(store)
        answers = await store.enqueue([same(), same()])
        assert [one.job.state for one in answers] == [State.COMPLETED] * 2
        assert len({one.job.id for one in answers}) == 2

    async def test_its_key_is_remembered(self, store: Store):
        await kept(store)
        job = await ask(store, key="sum")
        (first,) = await store.enqueue([same()._replace(key="k")])
        (again,) = await store.enqueue([same()._replace(key="k")])
        assert (again.created, again.job) == (False, first.job)
        assert again.job.id != job.id
