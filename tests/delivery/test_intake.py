"""A question is stored before it is acknowledged, and what becomes of it follows from whether
its person saw the ticket.
"""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot.delivery import intake
from bot.delivery.first_response import ALREADY_ACKNOWLEDGED
from bot.queue.deliveries import DeliveryState
from bot.queue.errors import StoreUnavailable
from bot.queue.events import EventName
from bot.queue.states import State
from bot.queue.store.base import Limits
from tests.delivery.house import CHECK_S

CALLBACK = "callback"
ASK_FOR_ORIGINAL = "GET *@original"


async def unable(*_) -> None:
    raise StoreUnavailable("gone")


class TestASeenTicket:
    async def test_is_the_first_response_itself(self, house):
        interaction = await house.asked("why?")

        job = await house.job()
        assert f"job {job.id}" in interaction.original.text
        assert not interaction.original.ephemeral
        assert [e.text for e in house.world.log if e.method == "POST"] == [
            "POST /interactions/{interaction}/{token}/callback"
        ]

    async def test_releases_the_delivery_and_remembers_the_message(self, house):
        interaction = await house.asked("why?")
        house.teller.answer("why?", "Because.")
        await house.sees(interaction.original, "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)
        await house.bring()

        delivery = await house.delivery()
        assert (delivery.state, delivery.note) == (DeliveryState.DELIVERED, "ticket")
        assert (await house.target()).message == int(interaction.original.id)

    async def test_of_a_private_question_is_for_its_person_alone(self, house):
        interaction = await house.asked("a secret?", private=True)
        house.teller.answer("a secret?", "Between us.")
        answer = await house.sees(interaction.original, "Between us.")

        assert answer.ephemeral
        assert house.texts(viewer="Cleo") == []

    async def test_pings_nobody(self, house):
        interaction = await house.asked("who?")
        house.teller.answer("who?", f"@everyone and <@{house.world.person('Cleo').id}>")
        answer = await house.sees(interaction.original, "@everyone")

        assert not answer.mention_everyone
        assert not answer.mentions

    async def test_is_one_even_if_discord_tells_of_the_question_twice(self, house):
        house.world.troubles.duplicate_events()
        interaction = await house.asked("twice?")
        house.teller.answer("twice?", "Once.")
        await house.sees(interaction.original, "Once.")

        assert interaction.deliveries == 2
        assert len(await house.jobs()) == 1
        assert len(house.reading("Once.")) == 1


class TestARefusal:
    async def test_says_why_to_the_person_alone_and_stores_nothing(self, build):
        house = await build(limits=Limits(max_size=0))
        interaction = await house.asked("why?")

        assert "The queue is full" in interaction.original.text
        assert interaction.original.ephemeral
        assert await house.jobs() == []

    async def test_of_a_person_over_the_limit_says_what_to_do(self, build):
        house = await build(limits=Limits(max_active_per_owner=1))
        await house.asked("first?")
        interaction = await house.asked("second?")

        assert "Wait for one to finish or cancel one." in interaction.original.text
        assert len(await house.jobs()) == 1

    async def test_of_a_store_that_cannot_store_says_what_it_means(self, build, database):
        house = await build(durable=True, working=False)
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("DROP TABLE delivery")
        interaction = await house.asked("why?")

        assert "could not be used, so nothing was done" in interaction.original.text
        assert await house.jobs() == []


class TestAnAcknowledgement:
    async def test_that_came_too_late_cancels_the_job(self, build):
        house = await build(working=False)
        late = house.world.troubles.hold(CALLBACK)
        await house.ask("why?")
        await late.reached()
        house.world.advance(4)
        late.release()

        job = await house.diary.until(EventName.JOB_CANCELLED)
        assert job.state is State.CANCELLED
        house.advance(CHECK_S)
        await house.bring()
        assert (await house.delivery()).state is DeliveryState.ABANDONED
        assert house.texts(viewer="Ben") == []

    async def test_that_came_too_late_is_told_to_nobody_though_a_crash_came_between(self, build):
        house = await build(working=False)
        house.store.deliveries_settle = unable  # the process dies before it has stored that
        house.world.troubles.fail(CALLBACK, 404, code=10062)
        await house.ask("why?")
        await house.diary.until(EventName.JOB_CANCELLED)
        del house.store.deliveries_settle
        house.advance(16 * 60)  # nobody can ask any more what the person saw
        await house.bring()
        assert (await house.delivery()).state is DeliveryState.ABANDONED
        assert house.texts(viewer="Ben") == []

    async def test_that_was_heard_already_counts(self, house):
        """What a retry after a lost answer gets is 40060, although the person sees the ticket."""
        house.world.troubles.fail(CALLBACK, 400, code=ALREADY_ACKNOWLEDGED)
        await house.ask("why?")
        await house.diary.until(EventName.JOB_STARTED)
        house.teller.answer("why?", "Because.")

        await house.world.wait_for(lambda: house.reading("Because."))
        assert (await house.job()).state is State.COMPLETED

    async def test_whose_connection_was_torn_is_tried_again(self, house):
        house.world.troubles.fail(CALLBACK, "reset")
        interaction = await house.accepted("why?")
        assert f"job {(await house.job()).id}" in interaction.original.text

    async def test_whose_answer_was_lost_is_known_after_another_try(self, house):
        house.world.troubles.lose_answer(CALLBACK)
        interaction = await house.accepted("why?")
        house.teller.answer("why?", "Because.")
        await house.sees(interaction.original, "Because.")
        assert len(house.reading("Because.")) == 1


class TestAnUncertainAcknowledgement:
    """Both tries were torn, or their answers were lost."""

    async def test_of_a_ticket_that_is_there_lets_the_job_go_on(self, house):
        house.world.troubles.lose_answer(CALLBACK, times=2)
        interaction = await house.asked("why?")
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)
        await house.bring()
        assert (await house.delivery()).state is DeliveryState.HELD

        house.advance(CHECK_S)
        await house.bring()
        assert interaction.original.content == "Because."
        assert (await house.delivery()).state is DeliveryState.DELIVERED
        assert (await house.target()).message == int(interaction.original.id)

    async def test_of_a_ticket_that_surely_is_not_there_cancels_the_job(self, build):
        house = await build(working=False)
        trouble = house.world.troubles.fail(CALLBACK, "reset", times=2)
        await house.ask("why?")
        await house.world.wait_for(lambda: trouble.hits == 2)
        house.advance(CHECK_S)
        await house.bring()

        assert (await house.job()).state is State.CANCELLED
        delivery = await house.delivery()
        assert (delivery.state, delivery.note) == (
            DeliveryState.ABANDONED,
            "the person never saw a ticket",
        )
        assert house.texts(viewer="Ben") == []

    async def test_is_not_asked_for_before_discord_must_know(self, build):
        house = await build(working=False)
        house.world.troubles.lose_answer(CALLBACK, times=2)
        await house.asked("why?")
        await house.bring()

        assert (await house.delivery()).state is DeliveryState.HELD
        assert not [e for e in house.world.log if e.method == "GET" and "{token}" in e.route]

    async def test_with_a_dead_token_counts_as_promised(self, house):
        house.world.troubles.lose_answer(CALLBACK, times=2)
        await house.asked("why?")
        house.world.troubles.expire_tokens()
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)
        house.advance(CHECK_S)

        await house.world.wait_for(lambda: house.reading("Because."))
        assert len(house.reading("Because.")) == 1

    async def test_whose_token_died_of_age_counts_as_promised_whatever_discord_calls_it(
        self, house
    ):
        """A process that comes back late may hear 404 for a token that was good once."""
        house.world.troubles.lose_answer(CALLBACK, times=2)
        await house.asked("why?")
        house.world.troubles.fail(ASK_FOR_ORIGINAL, 404, times=None, code=10015)
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)
        house.advance(16 * 60)

        await house.world.wait_for(lambda: house.reading("Because."))

    async def test_that_was_deleted_before_it_was_asked_for_was_seen(self, build):
        house = await build(working=False)
        house.world.troubles.lose_answer(CALLBACK, times=2)
        asked = await house.asked("why?")
        house.world.delete_message(asked.original)
        house.advance(CHECK_S)
        await house.bring()
        assert (await house.delivery()).state is DeliveryState.WAITING
        assert (await house.job()).state is State.PENDING

    async def test_is_asked_for_again_while_there_is_no_clear_answer(self, build):
        house = await build(working=False)
        house.world.troubles.lose_answer(CALLBACK, times=2)
        await house.asked("why?")
        trouble = house.world.troubles.fail(ASK_FOR_ORIGINAL, "reset", times=None)
        house.advance(CHECK_S)
        await house.bring()
        assert (await house.delivery()).state is DeliveryState.HELD

        trouble.end()
        house.advance(3)
        await house.bring()
        assert (await house.delivery()).state is DeliveryState.WAITING


class TestASlowStore:
    """The store is slow because another process holds the file's write lock."""

    @pytest.fixture(autouse=True)
    def _impatient(self, monkeypatch):
        monkeypatch.setattr(intake, "PATIENCE_S", 0.02)

    @pytest.fixture
    def lock(self, database):
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            yield other

    @pytest.mark.parametrize("private", [False, True])
    async def test_brings_a_deferral_with_the_tickets_visibility(self, build, lock, private):
        house = await build(durable=True, working=False)
        lock.execute("BEGIN IMMEDIATE")
        interaction = await house.asked("why?", private=private)
        assert interaction.original.loading
        assert interaction.original.ephemeral is private

        lock.execute("ROLLBACK")
        ticket = await house.sees(interaction.original, "job ")
        assert ticket.ephemeral is private
        assert ticket.components
        assert f"job {(await house.job()).id}" in ticket.text

    async def test_that_cannot_tell_the_position_in_time_holds_up_no_ticket(
        self, build, monkeypatch
    ):
        house = await build(working=False)
        monkeypatch.setattr(house.queue, "outlooks", lambda _: asyncio.Event().wait())
        interaction = await house.asked("why?")
        assert f"job {(await house.job()).id}" in interaction.original.text

    async def test_then_brings_the_answer_into_the_deferral(self, build, lock):
        house = await build(durable=True, working=False)
        lock.execute("BEGIN IMMEDIATE")
        interaction = await house.asked("why?")
        lock.execute("ROLLBACK")
        await house.sees(interaction.original, "job ")
        await house.queue.start()
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)
        await house.bring()

        assert [message.content for message in house.world.messages("general")] == ["Because."]

    @pytest.mark.parametrize("lost", [False, True], ids=["heard", "answer lost"])
    async def test_that_refuses_in_the_end_says_so_in_the_deferral(self, build, lock, lost):
        house = await build(durable=True, working=False, limits=Limits(max_size=0))
        if lost:
            house.world.troubles.lose_answer(CALLBACK)
        lock.execute("BEGIN IMMEDIATE")
        interaction = await house.asked("why?")
        lock.execute("ROLLBACK")

        refusal = await house.sees(interaction.original, "The queue is full")
        assert not refusal.loading

    async def test_whose_deferral_was_heard_but_not_answered_still_gets_its_ticket(
        self, build, lock
    ):
        house = await build(durable=True, working=False)
        house.world.troubles.lose_answer(CALLBACK)
        lock.execute("BEGIN IMMEDIATE")
        interaction = await house.asked("why?")
        lock.execute("ROLLBACK")

        await house.sees(interaction.original, "job ")
