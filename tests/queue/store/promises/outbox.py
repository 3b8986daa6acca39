"""Deliveries: held until the acknowledgement, due with the completion, each leased to one."""

import asyncio
from itertools import chain

import pytest

from bot.queue.controls import CancelJob, RetryJob
from bot.queue.deliveries import (
    NEVER_SEEN,
    Abandoned,
    Again,
    Delivered,
    DeliveryState,
    Later,
    NewDelivery,
    Released,
    Way,
)
from bot.queue.lifecycle import Cancel, Complete, Discard, Fail, HandBack
from bot.queue.states import State
from bot.queue.store.base import DueDelivery, SettleDelivery, Store
from tests.queue.store.workbench import (
    LEASE_S,
    NOW,
    Clock,
    a_job,
    claimed,
    finished,
    known,
    with_delivery,
)

HELD, WAITING, DUE = DeliveryState.HELD, DeliveryState.WAITING, DeliveryState.DUE


async def due(store: Store, limit: int = 10) -> list[DueDelivery]:
    return await store.deliveries_claim("d1", limit, LEASE_S)


async def a_due_delivery(store: Store) -> DueDelivery:
    """A delivery of a completed job, in the hands of d1."""
    await with_delivery(store, a_job())
    await finished(store, await claimed(store), Complete("1"))
    (one,) = await due(store)
    return one


async def settled(store: Store, delivery_id: str, token: int | None, how) -> bool:
    (answer,) = await store.deliveries_settle([SettleDelivery(delivery_id, token, how)])
    return answer


async def the_delivery(store: Store, job_id: str):
    (delivery,) = await store.deliveries(job_id)
    return delivery


class OutboxPromises:
    async def test_deliveries_are_stored_with_their_job_in_order(self, store: Store):
        job = a_job()
        new = [NewDelivery(f"target {n}", [None, NOW + 5][n % 2], id=str(9 - n)) for n in range(6)]
        deliveries = await with_delivery(store, job, *new)
        assert [one.id for one in deliveries] == [one.id for one in new]
        assert [one.target for one in deliveries] == [one.target for one in new]
        assert [one.state for one in deliveries] == [WAITING, HELD] * 3

    async def test_an_unknown_job_has_none(self, store: Store):
        assert await store.deliveries("unknown") == []

    async def test_nothing_is_due_before_the_job_is_finished(self, store: Store):
        await with_delivery(store, a_job())
        run = await claimed(store)
        await finished(store, run, Fail("broke", retry_at=NOW))
        await store.promote()
        await finished(store, await claimed(store), HandBack())
        assert (await due(store), await store.deliveries_next()) == ([], None)

    @pytest.mark.parametrize("outcome", [Complete("1"), Discard("x"), Cancel("x")])
    async def test_a_completion_makes_all_its_deliveries_due(
        self, store: Store, clock: Clock, outcome
    ):
        job = a_job()
        await with_delivery(store, job, NewDelivery("one"), NewDelivery("two"))
        clock.forward(3)
        await finished(store, await claimed(store), outcome)
        assert await store.deliveries_next() == NOW + 3
        claims = await due(store)
        assert [one.delivery.target for one in claims] == ["one", "two"]
        assert [one.job for one in claims] == [await known(store, job.id)] * 2

    async def test_each_way_is_claimed_apart(self, store: Store):
        both = NewDelivery("person"), NewDelivery("program", way=Way.WEBHOOK)
        await with_delivery(store, a_job(), *both)
        await finished(store, await claimed(store), Complete("1"))
        assert [one.delivery.target for one in await due(store)] == ["person"]
        assert await store.deliveries_next(Way.WEBHOOK) == NOW
        (one,) = await store.deliveries_claim("d1", 10, LEASE_S, Way.WEBHOOK)
        assert (one.delivery.target, one.delivery.way) == ("program", Way.WEBHOOK)
        assert await store.deliveries_next(Way.WEBHOOK) == NOW + LEASE_S

    @pytest.mark.parametrize("end", [Delivered("ticket"), Abandoned("gone")])
    async def test_what_was_settled_may_be_asked_for_again(self, store: Store, clock: Clock, end):
        one = await a_due_delivery(store)
        await settled(store, one.delivery.id, one.delivery.token, Later(NOW, progress="half"))
        (one,) = await due(store)
        await settled(store, one.delivery.id, one.delivery.token, end)
        clock.forward(5)
        assert await settled(store, one.delivery.id, None, Again())
        (again,) = await due(store)
        assert (again.delivery.attempt, again.delivery.id) == (1, one.delivery.id)
        assert again.delivery.progress is None  # all of it, from the beginning
        assert again.delivery.token > one.delivery.token

    async def test_what_is_open_is_not_asked_for_again(self, store: Store):
        one = await a_due_delivery(store)
        assert not await settled(store, one.delivery.id, None, Again())
        assert await settled(store, one.delivery.id, one.delivery.token, Delivered("ticket"))

    async def test_who_left_is_told_no_more_though_it_is_asked_for_again(self, store: Store):
        job = a_job(owner=1, dedup_key="same")
        await with_delivery(store, job, NewDelivery("first", owner=1))
        await store.enqueue([a_job(owner=2, dedup_key="same")])
        await store.control(job.id, CancelJob("no", by=1))
        await finished(store, await claimed(store), Complete("1"))
        one = await the_delivery(store, job.id)
        assert not await settled(store, one.id, None, Again())
        assert await due(store) == []

    async def test_nothing_is_told_again_before_the_job_has_ended(self, store: Store):
        job = a_job()
        await with_delivery(store, job)
        one = await the_delivery(store, job.id)
        await settled(store, one.id, None, Abandoned("gone"))
        assert not await settled(store, one.id, None, Again())
        assert await due(store) == []

    async def test_a_cancelled_waiting_job_is_told_too(self, store: Store):
        job = a_job()
        await with_delivery(store, job)
        await store.control(job.id, CancelJob("no"))
        assert [one.job.state for one in await due(store)] == [State.CANCELLED]

    async def test_a_leased_delivery_is_nobody_elses_until_the_lease_ends(
        self, store: Store, clock: Clock
    ):
        one = await a_due_delivery(store)
        assert (one.delivery.worker, one.delivery.attempt) == ("d1", 1)
        assert await due(store) == []
        assert await store.deliveries_next() == NOW + LEASE_S
        clock.forward(LEASE_S)
        (again,) = await store.deliveries_claim("d2", 10, LEASE_S)
        assert (again.delivery.worker, again.delivery.attempt) == ("d2", 2)
        assert again.delivery.token > one.delivery.token

    async def test_the_longest_due_come_first(self, store: Store, clock: Clock):
        jobs = [a_job() for _ in range(3)]
        for job in jobs:
            await with_delivery(store, job)
        for job in reversed(jobs):
            await store.control(job.id, CancelJob("no"))
            clock.forward(1)
        assert [one.job.id for one in await due(store, 2)] == [jobs[2].id, jobs[1].id]
        assert [one.job.id for one in await due(store, 2)] == [jobs[0].id]

    async def test_many_deliverers_get_each_delivery_once(self, store: Store):
        job = a_job()
        await with_delivery(store, job, *(NewDelivery(str(n)) for n in range(40)))
        await store.control(job.id, CancelJob("no"))

        async def deliver(name: str) -> list[str]:
            mine = []
            while claims := await store.deliveries_claim(name, 3, LEASE_S):
                mine += [one.delivery.target for one in claims]
            return mine

        shares = await asyncio.gather(*(deliver(f"d{n}") for n in range(8)))
        assert sorted(chain.from_iterable(shares), key=int) == [str(n) for n in range(40)]

    @pytest.mark.parametrize(
        ("how", "state"),
        [
            (Delivered("channel 5"), DeliveryState.DELIVERED),
            (Abandoned("channel 5"), DeliveryState.ABANDONED),
        ],
    )
    async def test_a_settled_delivery_is_settled_for_good(
        self, store: Store, clock: Clock, how, state
    ):
        one = await a_due_delivery(store)
        assert await settled(store, one.delivery.id, one.delivery.token, how)
        delivery = await the_delivery(store, one.job.id)
        assert (delivery.state, delivery.note) == (state, "channel 5")
        clock.forward(LEASE_S * 10)
        assert (await due(store), await store.deliveries_next()) == ([], None)
        for other in (Delivered(), Later(NOW), Abandoned("no"), Released("elsewhere")):
            assert not await settled(store, one.delivery.id, one.delivery.token, other)
            assert not await settled(store, one.delivery.id, None, other)
        assert await the_delivery(store, one.job.id) == delivery

    async def test_later_comes_back_then_with_what_was_done(self, store: Store, clock: Clock):
        one = await a_due_delivery(store)
        later = Later(NOW + 7, "429", progress='{"parts": 2}')
        assert await settled(store, one.delivery.id, one.delivery.token, later)
        delivery = await the_delivery(store, one.job.id)
        assert (delivery.worker, delivery.note) == (None, "429")
        assert await store.deliveries_next() == NOW + 7
        clock.forward(6)
        assert await due(store) == []
        clock.forward(1)
        (again,) = await due(store)
        assert (again.delivery.attempt, again.delivery.progress) == (2, '{"parts": 2}')
        await settled(store, again.delivery.id, again.delivery.token, Later(NOW + 9))
        assert (await the_delivery(store, one.job.id)).progress == '{"parts": 2}'

    async def test_an_older_token_cannot_settle(self, store: Store, clock: Clock):
        old = (await a_due_delivery(store)).delivery
        clock.forward(LEASE_S)
        (new,) = await due(store)
        assert not await settled(store, old.id, old.token, Delivered())
        assert await the_delivery(store, old.job_id) == new.delivery

    async def test_each_settlement_has_its_own_answer(self, store: Store):
        one = (await a_due_delivery(store)).delivery
        answers = await store.deliveries_settle(
            [
                SettleDelivery("unknown", None, Delivered()),
                SettleDelivery(one.id, one.token + 1, Delivered()),
                SettleDelivery(one.id, one.token, Delivered()),
                SettleDelivery(one.id, one.token, Delivered()),
            ]
        )
        assert answers == [False, False, True, False]


class HeldPromises:
    async def test_a_held_delivery_is_not_due_with_its_job_but_at_its_check(
        self, store: Store, clock: Clock
    ):
        job = a_job()
        await with_delivery(store, job, NewDelivery("t", check_at=NOW + 5))
        await finished(store, await claimed(store), Complete("1"))
        assert (await due(store), await store.deliveries_next()) == ([], NOW + 5)
        clock.forward(5)
        (asked,) = await due(store)
        assert (asked.delivery.state, asked.job.state) == (HELD, State.COMPLETED)

    async def test_an_unsure_check_is_asked_again_later(self, store: Store):
        job = a_job()
        await with_delivery(store, job, NewDelivery("t", check_at=NOW))
        (asked,) = await due(store)
        await settled(store, asked.delivery.id, asked.delivery.token, Later(NOW + 9))
        assert (await the_delivery(store, job.id)).state is HELD
        assert await store.deliveries_next() == NOW + 9

    async def test_released_before_the_end_it_follows_its_job(self, store: Store, clock: Clock):
        job = a_job()
        (held,) = await with_delivery(store, job, NewDelivery("t", check_at=NOW + 5))
        assert await settled(store, held.id, None, Released("message 9"))
        delivery = await the_delivery(store, job.id)
        assert (delivery.state, delivery.target) == (WAITING, "message 9")
        clock.forward(60)
        assert await due(store) == []
        await finished(store, await claimed(store), Complete("1"))
        (one,) = await due(store)
        assert (one.delivery.target, one.delivery.attempt) == ("message 9", 1)

    async def test_released_after_the_end_it_is_due_at_once(self, store: Store, clock: Clock):
        job = a_job()
        (held,) = await with_delivery(store, job, NewDelivery("t", check_at=NOW + 5))
        await finished(store, await claimed(store), Complete("1"))
        clock.forward(1)
        assert await settled(store, held.id, None, Released())
        (one,) = await due(store)
        assert (one.delivery.state, one.delivery.target) == (DUE, "t")

    async def test_a_second_release_only_brings_a_better_target(self, store: Store):
        job = a_job()
        (held,) = await with_delivery(store, job, NewDelivery("t", check_at=NOW + 5))
        await settled(store, held.id, None, Released())
        assert await settled(store, held.id, None, Released("message 9"))
        delivery = await the_delivery(store, job.id)
        assert (delivery.state, delivery.target) == (WAITING, "message 9")

    async def test_a_release_ends_the_question_that_was_being_asked(self, store: Store):
        job = a_job()
        (held,) = await with_delivery(store, job, NewDelivery("t", check_at=NOW))
        (asked,) = await due(store)
        assert await settled(store, held.id, None, Released())
        late = Abandoned("Discord knows no such interaction")
        assert not await settled(store, held.id, asked.delivery.token, late)
        assert (await the_delivery(store, job.id)).state is WAITING

    async def test_a_hold_can_be_abandoned_by_who_acknowledged(self, store: Store):
        job = a_job()
        (held,) = await with_delivery(store, job, NewDelivery("t", check_at=NOW))
        assert await settled(store, held.id, None, Abandoned("10062"))
        await store.control(job.id, CancelJob("never acknowledged"))
        assert await due(store) == []


class ToldAnewPromises:
    async def test_a_resumed_job_is_told_anew(self, store: Store, clock: Clock):
        await with_delivery(store, a_job())
        await finished(store, await claimed(store), Discard("hopeless"))
        (half,) = await due(store)
        await settled(store, half.delivery.id, half.delivery.token, Later(NOW, progress="half"))
        (one,) = await due(store)
        await settled(store, one.delivery.id, one.delivery.token, Delivered("channel 5"))
        await store.control(one.job.id, RetryJob())
        delivery = await the_delivery(store, one.job.id)
        assert (delivery.state, delivery.worker, delivery.attempt) == (WAITING, None, 0)
        assert (delivery.progress, delivery.note) == (None, "")
        assert await due(store) == []
        clock.forward(9)
        await finished(store, await claimed(store), Complete("1"))
        (again,) = await due(store)
        assert (again.job.result, again.delivery.attempt) == ("1", 1)
        assert again.delivery.token > one.delivery.token

    async def test_news_of_the_old_end_cannot_settle_the_new_one(self, store: Store):
        await with_delivery(store, a_job())
        await finished(store, await claimed(store), Discard("hopeless"))
        (old,) = await due(store)
        await store.control(old.job.id, RetryJob())
        assert not await settled(store, old.delivery.id, old.delivery.token, Delivered())
        await finished(store, await claimed(store), Complete("1"))
        assert [one.job.result for one in await due(store)] == ["1"]

    async def test_who_never_saw_a_ticket_is_told_of_no_later_end(self, store: Store):
        job = a_job()
        (held,) = await with_delivery(store, job, NewDelivery("t", check_at=NOW))
        assert await settled(store, held.id, None, Abandoned(NEVER_SEEN))
        await store.control(job.id, CancelJob("never acknowledged"))
        await store.control(job.id, RetryJob())
        await finished(store, await claimed(store), Complete("1"))
        assert await due(store) == []
        assert not await settled(store, held.id, None, Again())
        assert (await the_delivery(store, job.id)).note == NEVER_SEEN

    async def test_a_held_delivery_stays_held_through_a_resume(self, store: Store):
        job = a_job()
        await with_delivery(store, job, NewDelivery("t", check_at=NOW + 5))
        await store.control(job.id, CancelJob("no"))
        await store.control(job.id, RetryJob())
        assert (await the_delivery(store, job.id)).state is HELD
