"""A hand-driven queue: what is handed out stays in hand until it is marked, and is not lost."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from bot.queue.errors import (
    InvalidStateTransitionError,
    JobError,
    NotInHand,
    QueueFull,
    StoreUnavailable,
    TaskNotFoundError,
)
from bot.queue.job import Priority
from bot.queue.retry import RetryPolicy
from bot.queue.slots import Bounds
from bot.queue.states import State
from bot.queue.store.base import Alive, CancelRequested, Limits, Lost, SetBounds
from bot.queue.worker_queue import KIND, WorkerQueue, WorkerQueueOptions
from tests.queue.watching import TappedStore, never, on_a_file, soon

FAR = 4_000_000_000.0
"""A time at which nothing is due by the store's own clock."""


@pytest.fixture
async def hands(new_store):
    """Open a queue, over the same jobs as all others; it closes with the test."""
    async with AsyncExitStack() as opened:

        async def hands(store=None, clock=time.time, **options) -> WorkerQueue:
            made = WorkerQueueOptions(**{"retry": RetryPolicy(base_s=0), **options})
            return await opened.enter_async_context(WorkerQueue(store or new_store(), made, clock))

        yield hands


@pytest.fixture
async def queue(hands):
    return await hands()


@on_a_file
async def test_a_queue_that_cannot_open_leaves_no_store_open(new_store):
    store = TappedStore(new_store())
    store.refused = {"reap"}
    with pytest.raises(StoreUnavailable, match="The disk is away"):
        await WorkerQueue(store).open()
    with pytest.raises(StoreUnavailable, match="not open"):
        await store.store.stats()


async def one_in_hand(queue):
    """A job that was enqueued and handed out."""
    await queue.enqueue("work")
    (job,) = await queue.dequeue()
    return job


async def stored(queue, job):
    return await queue.store.get(job.id)


async def waiting(store, dequeue):
    """A dequeue that has looked, found nothing, and waits."""
    looked = asyncio.create_task(store.next("claim"))
    await asyncio.sleep(0)
    waiter = asyncio.create_task(dequeue)
    await looked
    return waiter


async def taken_over(hands, job):
    """Another queue, which took the job back and has it in hand, and its run there."""
    other = await hands(lease_s=0.3)
    (again,) = await soon(other.dequeue(wait_s=None))
    assert again.id == job.id
    return other, again


# what goes in comes out


@pytest.mark.parametrize(
    "payload", ["a text", 7, None, True, [1, [2]], {"url": "é", "depth": {"n": 1.5}}]
)
async def test_a_value_goes_in_comes_out_and_its_result_is_kept(queue, payload):
    (enqueued,) = await queue.enqueue(payload)
    (job,) = await queue.dequeue()
    assert (job.id, job.payload, job.attempt) == (enqueued.id, payload, 1)
    assert await queue.mark_as_complete(job, {"of": payload}) is State.COMPLETED
    assert '"of": ' in (await stored(queue, job)).result
    assert await queue.dequeue() == []


async def test_many_are_enqueued_together_or_not_at_all(hands):
    queue = await hands(limits=Limits(max_size=2))
    with pytest.raises(QueueFull):
        await queue.enqueue(1, 2, 3)
    assert await queue.dequeue(10) == []
    assert [job.payload for job in await queue.enqueue(1, 2)] == ["1", "2"]
    assert [job.payload for job in await queue.dequeue(10)] == [1, 2]


async def test_what_is_brought_back_counts_as_what_is_new(hands):
    queue = await hands(limits=Limits(max_size=1))
    (job,) = await queue.enqueue(1)
    await queue.mark_as_discarded(job.id, "no")
    await queue.enqueue(2)
    for again in (queue.mark_as_resume, queue.retry):
        with pytest.raises(QueueFull):
            await again(job.id)
    assert (await stored(queue, job)).state is State.DISCARDED


@pytest.mark.parametrize("none", [0, -1])
async def test_a_job_without_any_attempt_is_refused(queue, none):
    with pytest.raises(ValueError, match=f"at least one attempt, not {none}"):
        await queue.enqueue(1, max_attempts=none)
    assert await queue.dequeue(10) == []


@pytest.mark.parametrize("unsayable", [float("nan"), {1, 2}, object()])
async def test_what_json_cannot_say_is_refused_with_all_that_came_along(queue, unsayable):
    with pytest.raises((TypeError, ValueError)):
        await queue.enqueue("good", unsayable)
    assert await queue.dequeue(10) == []


async def test_a_result_that_json_cannot_say_leaves_the_job_in_hand(queue):
    job = await one_in_hand(queue)
    with pytest.raises(TypeError):
        await queue.mark_as_complete(job, object())
    assert await queue.mark_as_complete(job.id) is State.COMPLETED


async def test_a_key_that_is_known_answers_the_older_job(queue):
    (first,) = await queue.enqueue("once", keys=["order 1"])
    again, other = await queue.enqueue("twice", "else", keys=["order 1", None])
    assert (again.id == first.id, other.id == first.id) == (True, False)
    assert [job.payload for job in await queue.dequeue(10)] == ["once", "else"]


async def test_a_key_is_given_for_each_payload_or_for_none(queue):
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        await queue.enqueue("a", "b", keys=["only one"])


async def test_no_more_are_handed_out_than_asked_for_the_best_first(queue):
    await queue.enqueue("low", priority=Priority.LOW)
    await queue.enqueue("a", "b", "c")
    await queue.enqueue("high", priority=Priority.HIGH)
    assert [job.payload for job in await queue.dequeue(2)] == ["high", "a"]
    assert [job.payload for job in await queue.dequeue(9)] == ["b", "c", "low"]


async def test_people_take_turns(queue):
    await queue.enqueue(1, 2, 3, owner=1)
    await queue.enqueue("first of another", owner=2)
    assert [job.payload for job in await queue.dequeue(2)] == [1, "first of another"]


async def test_the_first_of_several_queues_that_has_any_gives(queue):
    await queue.enqueue("b1", "b2", queue="b")
    await queue.enqueue("a1", queue="a")
    taken = [await queue.dequeue(9, "a", "b") for _ in range(3)]
    assert [[job.payload for job in jobs] for jobs in taken] == [["a1"], ["b1", "b2"], []]


async def test_at_least_one_job_must_be_asked_for(queue):
    with pytest.raises(ValueError, match="at least one"):
        await soon(queue.dequeue(0, wait_s=None))


# waiting


async def test_whoever_waits_is_woken_and_asks_no_more_than_needed(new_store, hands):
    store = TappedStore(new_store())
    queue = await hands(store)
    waiter = await waiting(store, queue.dequeue(wait_s=None))
    await store.silent("claim")
    before = store.calls["claim"]
    await queue.enqueue("news")
    (job,) = await soon(waiter)
    assert job.payload == "news"
    assert store.calls["claim"] == before + 1


async def test_all_who_wait_get_their_share(new_store, hands):
    store = TappedStore(new_store())
    queue = await hands(store)
    waiters = [await waiting(store, queue.dequeue(wait_s=None)) for _ in range(3)]
    await queue.enqueue(1, 2, 3)
    taken = await soon(asyncio.gather(*waiters))
    assert sorted(job.payload for (job,) in taken) == [1, 2, 3]


@pytest.mark.parametrize("wait_s", [0.01, -1, float("nan")])
async def test_waiting_has_an_end(queue, wait_s):
    assert await soon(queue.dequeue(wait_s=wait_s)) == []


async def test_a_delayed_job_is_handed_out_when_its_time_comes(queue):
    (job,) = await queue.enqueue("later", delay_s=0.2)
    assert (await stored(queue, job)).state is State.SCHEDULED
    (handed,) = await soon(queue.dequeue(wait_s=None))
    assert handed.id == job.id
    assert time.time() >= job.created_at + 0.2


@on_a_file
async def test_a_job_of_another_process_wakes(new_store, hands):
    store = TappedStore(new_store())
    queue, other = await hands(store), await hands()
    waiter = await waiting(store, queue.dequeue(wait_s=None))
    await other.enqueue("from afar")
    (job,) = await soon(waiter)
    assert job.payload == "from afar"


class LateStore(TappedStore):
    """Claims reach the caller only when they are let through."""

    def __init__(self, store) -> None:
        super().__init__(store)
        self.claimed, self.through = asyncio.Event(), asyncio.Event()

    async def claim(self, *args):
        jobs = await self.store.claim(*args)
        if jobs:
            self.claimed.set()
            await self.through.wait()
        return jobs


@pytest.mark.parametrize("times", [1, 2])
async def test_who_is_interrupted_while_jobs_come_gives_them_to_others_who_wait(
    new_store, hands, times
):
    store = LateStore(new_store())
    queue = await hands(store)
    interrupted = asyncio.create_task(queue.dequeue(wait_s=None))
    other = asyncio.create_task(queue.dequeue(wait_s=None))
    (enqueued,) = await queue.enqueue("work")
    await soon(store.claimed.wait())
    job = await stored(queue, enqueued)
    for _ in range(times):
        interrupted.cancel()
        await asyncio.sleep(0)
    store.through.set()
    with pytest.raises(asyncio.CancelledError):
        await soon(interrupted)
    (again,) = await soon(other)
    assert (again.id, again.attempt, again.job.token) == (enqueued.id, 1, job.token + 1)


# the visibility timeout


async def test_the_lease_of_what_is_in_hand_is_renewed(new_store, hands):
    store = TappedStore(new_store())
    queue = await hands(store, lease_s=0.3)
    job = await one_in_hand(queue)
    await store.next("beat")
    assert (await stored(queue, job)).lease_until > job.job.lease_until


async def test_what_is_marked_gets_no_more_beats(new_store, hands):
    store = TappedStore(new_store())
    queue = await hands(store, lease_s=0.3)
    job = await one_in_hand(queue)
    await queue.mark_as_complete(job)
    with pytest.raises(NotInHand):
        await queue.renew(job.id)
    await soon(store.silent("beat"))


async def test_what_is_not_renewed_is_visible_again_and_counts_once(new_store, hands):
    store = TappedStore(new_store())
    queue = await hands(store, lease_s=0.3, beat=False)
    store.refused = {"reap"}
    job = await one_in_hand(queue)
    other, again = await taken_over(hands, job)
    assert (again.attempt, again.job.losses) == (1, 1)
    assert await queue.renew(job) == Lost()
    with pytest.raises(NotInHand):
        await queue.renew(job.id)
    with pytest.raises(NotInHand, match=job.id):
        await queue.mark_as_complete(job, "late")
    assert await other.mark_as_complete(again, "in time") is State.COMPLETED
    assert (await stored(queue, job)).result == '"in time"'


async def test_an_older_run_counts_no_more_also_in_the_queue_that_has_the_newer(hands):
    queue = await hands(lease_s=0.3, beat=False)
    older = await one_in_hand(queue)
    (newer,) = await soon(queue.dequeue(wait_s=None))
    with pytest.raises(NotInHand):
        await queue.mark_as_complete(older, "old")
    assert await queue.mark_as_complete(newer.id, "new") is State.COMPLETED
    assert (await stored(queue, newer)).result == '"new"'


async def test_what_was_abandoned_is_forgotten(hands):
    now = [time.time()]
    queue = await hands(clock=lambda: now[0], lease_s=30, beat=False)
    kept, abandoned = await one_in_hand(queue), await one_in_hand(queue)
    now[0] += 20
    await queue.renew(kept)
    now[0] += 20
    await queue.dequeue()
    with pytest.raises(NotInHand):
        await queue.mark_as_complete(abandoned.id)
    assert await queue.mark_as_complete(kept.id) is State.COMPLETED


async def test_what_is_beaten_for_stays_in_hand_however_long_it_takes(hands):
    now = [time.time()]
    queue = await hands(clock=lambda: now[0], lease_s=30)
    job = await one_in_hand(queue)
    now[0] += 3600
    await queue.dequeue()
    assert await queue.mark_as_complete(job.id) is State.COMPLETED


async def test_a_lost_job_is_dropped_when_a_beat_says_so(new_store, hands):
    store = TappedStore(new_store())
    queue = await hands(store, lease_s=0.3)
    store.refused = {"beat", "reap"}
    job = await one_in_hand(queue)
    other, again = await taken_over(hands, job)
    store.refused = set()
    await store.next("beat")
    await soon(store.silent("beat"))
    with pytest.raises(NotInHand):
        await queue.mark_as_complete(job.id, "mine")
    assert await other.mark_as_complete(again) is State.COMPLETED


async def test_renewing_tells_that_the_run_counts_is_to_stop_or_is_lost(hands):
    queue = await hands(lease_s=600, beat=False)
    other = await hands()
    job = await one_in_hand(queue)
    assert await queue.renew(job) == Alive()
    assert await other.mark_as_cancelled(job.id, "not needed") is State.PROCESSING
    assert await queue.renew(job.id) == CancelRequested("not needed")
    assert await queue.mark_as_retry(job, "stopped") is State.CANCELLED
    assert await queue.renew(job) == Lost()


async def test_renewing_renews(hands):
    queue = await hands(lease_s=600, beat=False)
    job = await one_in_hand(queue)
    await queue.renew(job)
    assert (await stored(queue, job)).lease_until > job.job.lease_until


async def test_a_long_sleep_of_the_machine_loses_nothing(new_store, hands, monkeypatch):
    asleep_s = [0.0]
    store = TappedStore(new_store())
    store.store._clock = lambda: time.time() + asleep_s[0]
    queue = await hands(store, lease_s=1.2)
    job = await one_in_hand(queue)
    asleep_s[0] = 3600
    await store.next("reap")
    assert await queue.mark_as_complete(job) is State.COMPLETED


# marks


async def test_a_failed_job_comes_again_with_its_error_after_the_backoff(hands):
    queue = await hands(clock=lambda: FAR, retry=RetryPolicy(base_s=5))
    job = await one_in_hand(queue)
    assert await queue.mark_as_retry(job, "The page is away.") is State.RETRYABLE
    kept = await stored(queue, job)
    assert kept.error == "The page is away."
    assert FAR < kept.run_at <= FAR + 5


async def test_a_given_delay_replaces_the_backoff(hands):
    queue = await hands(clock=lambda: FAR)
    job = await one_in_hand(queue)
    await queue.mark_as_retry(job, ValueError("secret"), delay_s=60)
    kept = await stored(queue, job)
    assert kept.run_at == FAR + 60
    assert "ValueError" in kept.error
    assert "secret" not in kept.error


async def test_who_waits_gets_a_failed_job_again(new_store, hands):
    store = TappedStore(new_store())
    queue = await hands(store)
    job = await one_in_hand(queue)
    waiter = await waiting(store, queue.dequeue(wait_s=None))
    await queue.mark_as_retry(job, "once more", delay_s=0.05)
    (again,) = await soon(waiter)
    assert (again.id, again.attempt) == (job.id, 2)


async def test_a_job_that_is_out_of_attempts_is_discarded(hands):
    queue = await hands(max_attempts=2)
    first = await one_in_hand(queue)
    assert await queue.mark_as_retry(first, "one") is State.RETRYABLE
    (second,) = await soon(queue.dequeue(wait_s=None))
    assert await queue.mark_as_retry(second, "two", delay_s=0) is State.DISCARDED
    assert (await stored(queue, first)).error == "two"


async def test_the_number_of_attempts_can_be_the_jobs_own(queue):
    await queue.enqueue("fragile", max_attempts=1)
    (job,) = await queue.dequeue()
    assert await queue.mark_as_retry(job, "broken") is State.DISCARDED


async def test_an_error_that_cannot_be_mended_is_not_retried(queue):
    job = await one_in_hand(queue)
    error = JobError("Forbidden.", retryable=False)
    assert await queue.mark_as_retry(job, error) is State.DISCARDED


async def test_a_discarded_or_cancelled_job_is_resumed_with_all_its_attempts(new_store, hands):
    store = TappedStore(new_store())
    queue = await hands(store)
    ends = {
        State.DISCARDED: queue.mark_as_discarded,
        State.CANCELLED: queue.mark_as_cancelled,
    }
    for state, mark in ends.items():
        job = await one_in_hand(queue)
        assert await mark(job, "for now") is state
        assert (await stored(queue, job)).error == "for now"
        waiter = await waiting(store, queue.dequeue(wait_s=None))
        assert await queue.mark_as_resume(job.id) is State.PENDING
        (again,) = await soon(waiter)
        assert (again.id, again.attempt) == (job.id, 1)
        await queue.mark_as_complete(again)


@pytest.mark.parametrize("mark", ["mark_as_discarded", "mark_as_cancelled"])
async def test_who_waits_gets_what_was_parked_behind_a_job_that_is_taken_out(
    new_store, hands, mark
):
    store = TappedStore(new_store())
    queue = await hands(store)
    await store.policy(SetBounds(Bounds(per_kind={KIND: 1})))
    (ahead,) = await queue.enqueue("work", queue="elsewhere")
    (parked,) = await queue.enqueue("work")
    assert parked.state is State.PARKED
    waiter = await waiting(store, queue.dequeue(wait_s=None))
    await getattr(queue, mark)(ahead.id, "not now")
    (handed,) = await soon(waiter)
    assert handed.id == parked.id


async def test_what_is_complete_is_not_resumed(queue):
    job = await one_in_hand(queue)
    await queue.mark_as_complete(job)
    with pytest.raises(InvalidStateTransitionError):
        await queue.mark_as_resume(job.id)


async def test_a_backoff_can_be_cut_short(queue):
    job = await one_in_hand(queue)
    await queue.mark_as_retry(job, "busy", delay_s=3600)
    assert await queue.retry(job.id) is State.PENDING
    (again,) = await queue.dequeue()
    assert (again.id, again.attempt) == (job.id, 2)


async def test_a_waiting_job_is_cancelled_by_its_id(queue):
    (job,) = await queue.enqueue("nobody wants it")
    assert await queue.mark_as_cancelled(job.id, "changed my mind") is State.CANCELLED
    assert (await stored(queue, job)).error == "changed my mind"
    assert await queue.dequeue() == []


async def test_a_job_that_waits_or_is_elsewhere_is_discarded_by_its_id(hands):
    queue, other = await hands(), await hands(beat=False)
    (waits,) = await queue.enqueue("nobody can do it", queue="other")
    elsewhere = await one_in_hand(other)
    for job in (waits, elsewhere):
        assert await queue.mark_as_discarded(job.id, "hopeless") is State.DISCARDED
        assert (await stored(queue, job)).error == "hopeless"
    with pytest.raises(NotInHand):
        await other.mark_as_complete(elsewhere)


async def test_a_job_in_this_hand_is_cancelled_by_its_id_at_once(queue):
    job = await one_in_hand(queue)
    assert await queue.mark_as_cancelled(job.id, "not needed") is State.CANCELLED


@pytest.mark.parametrize("mark", ["mark_as_resume", "retry"])
async def test_an_id_that_nobody_knows_is_said_to_be_so(queue, mark):
    with pytest.raises(TaskNotFoundError):
        await getattr(queue, mark)("nobody")
    with pytest.raises(TaskNotFoundError):
        await queue.mark_as_cancelled("nobody", "why not")


async def test_a_run_is_marked_once(queue):
    job = await one_in_hand(queue)
    await queue.mark_as_complete(job.id)
    for which in (job, job.id):
        with pytest.raises(NotInHand):
            await queue.mark_as_complete(which)
        with pytest.raises(NotInHand):
            await queue.mark_as_retry(which, "again")
    for mark in (queue.mark_as_discarded, queue.mark_as_cancelled):
        with pytest.raises(NotInHand):
            await mark(job, "again")
        with pytest.raises(InvalidStateTransitionError):
            await mark(job.id, "again")


async def test_of_two_marks_at_once_one_counts(queue):
    job = await one_in_hand(queue)
    marks = [queue.mark_as_complete(job, n) for n in range(2)]
    first, second = await asyncio.gather(*marks, return_exceptions=True)
    assert first is State.COMPLETED
    assert isinstance(second, NotInHand)


async def test_a_mark_that_the_store_refuses_can_be_repeated(new_store, hands):
    store = TappedStore(new_store())
    queue = await hands(store, lease_s=0.3)
    job = await one_in_hand(queue)
    store.refused = {"finish"}
    with pytest.raises(StoreUnavailable):
        await queue.mark_as_complete(job.id)
    await store.next("beat")
    store.refused = set()
    assert await queue.mark_as_complete(job.id) is State.COMPLETED


async def test_the_counters_tell_what_became_of_all(queue):
    await queue.enqueue(1, 2, 3, queue="a")
    done, _ = await queue.dequeue(2, "a")
    await queue.mark_as_complete(done)
    stats = await queue.get_queue_stats()
    for state in (State.PENDING, State.PROCESSING, State.COMPLETED):
        assert stats.total(state, queue="a") == 1


# closing


async def test_closing_gives_back_what_is_in_hand_at_once_and_unspent(new_store, hands):
    async with WorkerQueue(new_store(), WorkerQueueOptions(lease_s=600)) as queue:
        job = await one_in_hand(queue)
    (again,) = await soon((await hands()).dequeue(wait_s=None))
    assert (again.id, again.attempt, again.job.losses) == (job.id, 1, 0)


async def test_closing_ends_all_waiting(new_store, hands):
    store = TappedStore(new_store())
    queue = await hands(store)
    waiter = await waiting(store, queue.dequeue(wait_s=None))
    await queue.close()
    with pytest.raises(StoreUnavailable):
        await soon(waiter)
    with pytest.raises(StoreUnavailable):
        await queue.dequeue()


async def test_closing_gives_back_what_was_just_coming(new_store, hands):
    store = LateStore(new_store())
    queue = await hands(store)
    await queue.enqueue("work")
    coming = asyncio.create_task(queue.dequeue())
    await soon(store.claimed.wait())
    closing = asyncio.create_task(queue.close())
    await never(asyncio.shield(closing))
    store.through.set()
    await soon(closing)
    with pytest.raises(StoreUnavailable):
        await coming
    (again,) = await soon((await hands()).dequeue(wait_s=None))
    assert (again.attempt, again.job.losses) == (1, 0)


async def test_closing_is_calm_also_when_the_store_refuses(new_store, hands, caplog):
    store = TappedStore(new_store())
    queue = await hands(store)
    await one_in_hand(queue)
    store.refused = {"finish"}
    await soon(queue.close())
    assert "come back when their leases run out" in caplog.text
