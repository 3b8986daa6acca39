"""Whoever is owed a result is told once: what fails is tried again, what cannot be is said."""

import asyncio
import logging
from dataclasses import replace

import pytest
from pydantic import BaseModel

from bot.delivery.outbox import LEASE_S, LONGEST_PAUSE_S, MOST_ATTEMPTS
from bot.delivery.target import Sealer
from bot.queue.deliveries import Delivery, DeliveryState
from bot.queue.errors import StoreUnavailable
from bot.queue.events import EventName
from bot.queue.reply import Reply, ReplyButton
from tests.delivery.house import TOKEN_DEAD_S, labels
from tests.delivery.test_ladder import FINAL_EDIT, answered

CHANNEL_EDIT = "PATCH /channels/*"


class Nothing(BaseModel):
    """A result that has no text."""


class TestATroubledDelivery:
    @pytest.mark.parametrize("trouble", ["reset", 429], ids=["torn connection", "rate limit"])
    async def test_is_tried_again_after_a_growing_pause(self, house, trouble):
        await answered(house)
        rule = house.world.troubles.fail(FINAL_EDIT, trouble, times=None, retry_after_s=0.001)
        for attempt in (1, 2, 3):
            before = house.offset()
            await house.bring()
            delivery = await house.delivery()
            assert (delivery.state, delivery.attempt) == (DeliveryState.DUE, attempt)
            assert delivery.note
            assert 2**attempt / 2 <= delivery.due_at - before <= 2**attempt + 5
            house.advance(2**attempt)

        rule.end()
        await house.bring()
        assert house.texts() == ["Because."]
        assert (await house.delivery()).state is DeliveryState.DELIVERED

    async def test_is_tried_again_when_discord_is_broken(self, house):
        await answered(house)
        house.advance(TOKEN_DEAD_S)
        house.world.troubles.fail(CHANNEL_EDIT, 503)
        await house.bring()
        assert (await house.delivery()).state is DeliveryState.DUE

        house.advance(3)
        await house.bring()
        assert house.texts() == ["Because."]

    async def test_is_not_taken_for_told_because_another_one_reads_the_same(self, house):
        for question in ("why?", "how?"):
            await house.accepted(question, private=True)
        await house.bring()
        house.world.troubles.fail(FINAL_EDIT, 404, code=10015, times=None)
        for question in ("why?", "how?"):
            house.teller.answer(question, "Because.")
        await house.diary.until(EventName.JOB_COMPLETED, times=2)
        house.world.troubles.fail("POST /channels/*/messages", "reset")
        await house.bring()
        assert len(house.world.direct_messages("Ben")) == 1
        house.advance(5)
        await house.bring()
        assert [one.text for one in house.world.direct_messages("Ben")] == ["Because."] * 2

    async def test_is_told_by_its_buttons_from_another_that_reads_the_same(
        self, house, monkeypatch
    ):
        """After a restart, when nobody remembers whose the first one was."""
        again = Reply("Because.", buttons=(ReplyButton("Again", "again"),))
        monkeypatch.setattr(type(house.chat), "present", lambda *_: again)
        for question in ("why?", "how?"):
            await house.accepted(question, private=True)
        await house.bring()
        house.world.troubles.fail(FINAL_EDIT, 404, code=10015, times=None)
        for question in ("why?", "how?"):
            house.teller.answer(question, "Because.")
        await house.diary.until(EventName.JOB_COMPLETED, times=2)
        house.world.troubles.fail("POST /channels/*/messages", "reset")
        await house.bring()
        assert len(house.world.direct_messages("Ben")) == 1
        house.calls._whose.clear()
        house.advance(5)
        await house.bring()
        assert len(house.world.direct_messages("Ben")) == 2

    async def test_is_tried_again_by_itself(self, house):
        interaction = await house.asked("why?")
        trouble = house.world.troubles.fail(FINAL_EDIT, "reset", times=None)
        house.teller.answer("why?", "Because.")
        await house.world.wait_for(lambda: trouble.hits)
        trouble.end()
        house.advance(3)
        await house.sees(interaction.original, "Because.")

    async def test_is_given_up_at_last_with_a_reason(self, house, caplog):
        await answered(house)
        house.world.troubles.fail("PATCH", "reset", times=None)
        for _ in range(MOST_ATTEMPTS):
            assert (await house.delivery()).state is DeliveryState.DUE
            await house.bring()
            house.advance(LONGEST_PAUSE_S)

        delivery = await house.delivery()
        assert delivery.state is DeliveryState.ABANDONED
        assert delivery.note.startswith(f"given up after {MOST_ATTEMPTS} tries: ")
        assert [r for r in caplog.records if r.levelno >= logging.ERROR and "given up" in r.message]

    async def test_outlasts_a_day_without_discord(self, house, monkeypatch):
        monkeypatch.setattr("bot.delivery.outbox.random.random", lambda: 0.5)
        delivery, waited = Delivery("", "", "", DeliveryState.DUE, due_at=0), 0.0
        for attempt in range(1, MOST_ATTEMPTS):
            later = house.outbox._later(replace(delivery, attempt=attempt), "away")
            waited += later.at - house.offset()
        assert waited > 24 * 3600

    async def test_of_one_person_holds_up_nobody_else(self, house):
        stuck = await house.asked("stuck?")
        held = house.world.troubles.hold(FINAL_EDIT)
        house.teller.answer("stuck?", "Late.")
        await held.reached()
        interaction = await house.asked("quick?", user="Cleo")
        house.teller.answer("quick?", "Here.")
        await house.sees(interaction.original, "Here.")
        held.release()
        await house.sees(stuck.original, "Late.")


class TestAnOutbox:
    @pytest.mark.parametrize("fault", [StoreUnavailable("away"), ZeroDivisionError("a bug")])
    async def test_goes_on_after_its_store_failed(self, house, monkeypatch, fault):
        monkeypatch.setattr("bot.delivery.rounds.PAUSE_S", 0.01)
        interaction = await house.accepted("why?")
        claim, failing = house.store.deliveries_claim, [fault, fault]

        async def claim_after_faults(*args):
            if failing:
                raise failing.pop()
            return await claim(*args)

        monkeypatch.setattr(house.store, "deliveries_claim", claim_after_faults)
        house.teller.answer("why?", "Because.")
        await house.world.wait_for(lambda: interaction.original.content == "Because.")
        assert not failing


class TestAResultThatCannotBeShown:
    async def test_because_discord_refuses_it_is_said_in_its_place(self, house):
        interaction = await answered(house)
        house.world.troubles.fail(FINAL_EDIT, 400, code=200000)
        await house.bring()

        assert "Discord refused to show its result" in interaction.original.text
        assert f"job {(await house.job()).id}" in interaction.original.text
        assert not interaction.original.embeds

    async def test_because_its_kind_is_unknown_is_said_in_its_place(self, build):
        house = await build()
        interaction = await answered(house)
        house.queue.registry._types.clear()  # as after an update without this kind
        await house.bring()

        assert "another version of this bot" in interaction.original.text
        assert "why?" not in interaction.original.text

    async def test_because_its_result_has_another_shape_is_said_in_its_place(
        self, house, monkeypatch
    ):
        interaction = await answered(house)

        class Reshaped(Nothing):
            number: int

        monkeypatch.setattr(type(house.chat), "result_model", Reshaped)
        await house.bring()
        assert "another version of this bot" in interaction.original.text

    async def test_because_its_seal_is_broken_waits_for_the_former_key(self, house, caplog):
        await answered(house)
        known, house.outbox._sealer = house.outbox._sealer, Sealer("after a careless change")
        await house.bring()
        assert (await house.delivery()).state is DeliveryState.DUE
        assert "ENCRYPTION_KEY_OLD" in caplog.text

        house.outbox._sealer = known
        house.advance(LONGEST_PAUSE_S)
        await house.bring()
        assert house.texts() == ["Because."]


class TestAnEndWithoutAResult:
    async def test_by_cancellation_is_told_in_the_ticket(self, house):
        interaction = await house.asked("why?")
        await house.diary.until(EventName.JOB_STARTED)
        await house.queue.cancel((await house.job()).id, "Cancelled by you.")
        ticket = await house.sees(interaction.original, "Cancelled by you.")
        assert labels(ticket) == ["Retry"]

    async def test_by_failure_is_told_in_the_ticket(self, house):
        interaction = await house.asked("why?")
        for _ in range(3):
            house.teller.fail("why?", ZeroDivisionError("a bug"))
        ticket = await house.sees(interaction.original, "Failed")
        assert "Something inside this job went wrong (ZeroDivisionError)." in ticket.text
        assert "ask again" in ticket.text
        assert "Traceback" not in ticket.text


class TestARetriedJob:
    async def test_that_was_cancelled_brings_its_result_after_all(self, house):
        interaction = await house.asked("why?")
        await house.diary.until(EventName.JOB_STARTED)
        job = await house.job()
        await house.queue.cancel(job.id, "Cancelled by you.")
        await house.sees(interaction.original, "Cancelled")
        await house.bring()

        await house.queue.retry(job.id)
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)
        await house.bring()
        assert interaction.original.content == "Because."
        assert house.reading("Because.") == [interaction.original]

    async def test_whose_first_news_was_a_post_brings_its_result_in_another(self, house):
        """Discord would swallow a second post under the nonce of the first."""
        await house.accepted("why?")
        await house.diary.until(EventName.JOB_STARTED)
        house.advance(TOKEN_DEAD_S)
        house.world.troubles.fail(CHANNEL_EDIT, 404, times=None, code=10008)
        job = await house.job()
        await house.queue.cancel(job.id, "Cancelled by you.")
        await house.diary.until(EventName.JOB_CANCELLED)
        await house.bring()
        assert house.reading("Cancelled by you.")

        await house.queue.retry(job.id)
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)
        await house.bring()
        assert house.reading("Because.")


class TestTwoOutboxesOnOneStore:
    async def test_deliver_everything_once(self, build):
        first = await build(durable=True, working=False)
        other = await build(durable=True, working=False, connected=False)
        questions = [f"question {number}" for number in range(8)]
        for number, question in enumerate(questions):
            person = ("Ben", "Cleo")[number % 2]
            await first.accepted(question, user=person)
            first.teller.answer(question, f"Answer to {question}.\n\n" + "filler " * 500)
        await first.bring()
        await first.queue.start()
        await first.diary.until(EventName.JOB_COMPLETED, times=len(questions))
        await asyncio.gather(first.bring(), other.bring())
        await asyncio.gather(first.bring(), other.bring())

        for question in questions:
            (told,) = first.reading(f"Answer to {question}.")
            versions = [version.message.content for version in first.world.history(told)]
            assert len([content for content in versions if content]) == 1
        states = {(await first.delivery(job.id)).state for job in await first.jobs()}
        assert states == {DeliveryState.DELIVERED}

    async def test_what_one_left_under_way_is_done_by_the_other_when_its_lease_is_over(self, build):
        first = await build(durable=True)
        other = await build(durable=True, working=False, connected=False)
        await answered(first)
        held = first.world.troubles.hold(FINAL_EDIT)
        leaving = asyncio.create_task(first.bring())
        await held.reached()
        await other.bring()
        assert (await other.delivery()).state is DeliveryState.DUE
        first.outbox._under_way.pop().cancel()  # as if the process had died there
        await leaving
        held.release()

        other.advance(LEASE_S + 1)
        await other.bring()
        assert other.texts() == ["Because."]
        assert (await other.delivery()).state is DeliveryState.DELIVERED


class TestAtTheEndOfAProcess:
    async def test_what_is_due_is_still_brought(self, house):
        await answered(house)
        await house.outbox.stop(5)
        assert house.texts() == ["Because."]

    async def test_what_was_claimed_just_then_is_not_overlooked(self, build):
        house = await build(working=False)
        claim, claimed, gate = house.store.deliveries_claim, asyncio.Event(), asyncio.Event()

        async def claim_and_dawdle(*args):
            due = await claim(*args)
            if due:
                claimed.set()
                await gate.wait()
            return due

        house.store.deliveries_claim = claim_and_dawdle
        await house.accepted("why?")
        await house.outbox.prepare()
        await house.queue.cancel((await house.job()).id, "no more")
        round_ = asyncio.create_task(house.outbox.run())
        await asyncio.wait_for(claimed.wait(), 5)
        ending = asyncio.create_task(house.outbox.stop(5))
        for _ in range(100):  # an end that overlooked it would be over by then
            await asyncio.sleep(0)
        gate.set()
        await ending
        assert (await house.delivery()).state is DeliveryState.DELIVERED
        await round_

    async def test_what_takes_too_long_waits_for_the_next_start(self, build):
        first = await build(durable=True)
        interaction = await answered(first)
        held = first.world.troubles.hold(FINAL_EDIT)
        leaving = asyncio.create_task(first.outbox.stop(0.3))
        await held.reached()
        await leaving
        held.release()
        assert interaction.original.content == ""
        await first.close()

        successor = await build(durable=True)
        await successor.sees(interaction.original, "Because.")
        assert len(successor.reading("Because.")) == 1
