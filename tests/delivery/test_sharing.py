"""Several people ask for the same: each has a ticket and an answer, and takes it from nobody."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot.delivery import intake, tickets
from bot.delivery.sight import NotAllowed
from bot.jobs.question import Question
from bot.queue.deliveries import DeliveryState
from bot.queue.events import EventName
from bot.queue.states import State
from tests.delivery.admins import confirms, does, says
from tests.delivery.house import CHECK_S, PlainChat, labels
from tests.delivery.test_mention import mention, replies
from tests.delivery.test_tickets import person

CALLBACK = "callback"
GOES_ON = "Cancelled by you. It goes on for others who asked for the same."


class Shared(PlainChat):
    """A chat whose answers are for everybody who asks the same."""

    joinable = True

    def cache_key(self, request: Question) -> str:
        return request.text


@pytest.fixture
async def house(build):
    return await build(kind=Shared)


@pytest.fixture
async def pair(house):
    """Ben and Cleo wait for the same answer."""
    return [await house.accepted("why?", user=user) for user in ("Ben", "Cleo")]


def versions(house, message) -> list[str]:
    return [version.message.text for version in house.world.history(message)]


class TestTwoWhoAskTheSame:
    async def test_have_a_ticket_and_an_answer_each(self, house, pair):
        (job,) = await house.jobs()
        assert [f"job {job.id}" in one.original.text for one in pair] == [True, True]
        assert [labels(one.original) for one in pair] == [["Cancel", "Refresh"]] * 2
        house.teller.answer("why?", "Because.")
        for one in pair:
            await house.sees(one.original, "Because.")
        await house.bring()
        assert len(house.reading("Because.")) == 2
        deliveries = await house.store.deliveries(job.id)
        assert [one.state for one in deliveries] == [DeliveryState.DELIVERED] * 2
        people = [int(house.world.person(name).id) for name in ("Ben", "Cleo")]
        assert [one.owner for one in deliveries] == people

    async def test_see_it_being_written_on_both_tickets(self, house, pair):
        house.teller.say("why?", "Half")
        for one in pair:
            await house.sees(one.original, "Half")

    async def test_see_it_though_one_ticket_cannot_be_edited_any_more(self, house, pair):
        refused = house.world.troubles.fail(f"PATCH *{pair[0].token}*", 404, code=10015)
        house.teller.say("why?", "Half")
        await house.sees(pair[1].original, "Half")
        house.teller.say("why?", " and more")
        await house.sees(pair[1].original, "Half and more")
        refused.end()
        house.teller.answer("why?", ".")
        for one in pair:
            await house.sees(one.original, "Half and more.")

    async def test_have_one_ticket_each_though_discord_tells_twice(self, house):
        await house.accepted("why?")
        house.world.troubles.duplicate_events()
        await house.accepted("why?", user="Cleo")
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)
        await house.bring()
        assert len(house.reading("Because.")) == 2
        assert len(await house.store.deliveries((await house.job()).id)) == 2

    async def test_in_private_share_nothing(self, house):
        for user in ("Ben", "Cleo"):
            await house.asked("a secret?", user=user, private=True)
        assert len(await house.jobs()) == 2

    async def test_by_mentioning_have_a_reply_each(self, house):
        questions = [await mention(house, "why?", user) for user in ("Ben", "Cleo")]
        shown = [(await replies(house, question))[0] for question in questions]
        assert len(await house.jobs()) == 1
        house.teller.answer("why?", "Because.")
        for ticket in shown:
            await house.sees(ticket, "Because.")
        await house.bring()
        assert len(house.reading("Because.")) == 2

    async def test_by_mentioning_are_answered_though_the_second_ticket_is_uncertain(self, house):
        await replies(house, await mention(house, "why?", "Ben"))
        house.world.troubles.lose_answer("POST /channels/*/messages", times=None)
        question = await mention(house, "why?", "Cleo")
        await replies(house, question)
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)
        house.advance(CHECK_S)
        await house.world.wait_for(lambda: len(house.reading("Because.")) == 2)
        assert len(await replies(house, question)) == 1

    async def test_of_which_the_second_had_to_wait_for_the_store(
        self, build, database, monkeypatch
    ):
        monkeypatch.setattr(intake, "PATIENCE_S", 0.02)
        house = await build(kind=Shared, durable=True, working=False)
        await house.accepted("why?")
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            second = await house.asked("why?", user="Cleo")
            other.execute("ROLLBACK")
        await house.sees(second.original, f"job {(await house.job()).id}")


class TestCancelling:
    @pytest.mark.parametrize(("leaver", "stays"), [(0, 1), (1, 0)])
    async def test_is_for_oneself_while_others_wait(self, house, pair, leaver, stays):
        await house.diary.until(EventName.JOB_STARTED)
        user = ("Ben", "Cleo")[leaver]
        await house.world.press(user, pair[leaver].original, "Cancel")
        left = await house.sees(pair[leaver].original, GOES_ON)
        assert labels(left) == []
        house.teller.answer("why?", "Because.")
        await house.sees(pair[stays].original, "Because.")
        await house.bring()
        assert GOES_ON in pair[leaver].original.text
        assert len(house.reading("Because.")) == 1

    async def test_shows_nothing_more_to_who_left(self, house, pair):
        await house.world.press("Ben", pair[0].original, "Cancel")
        await house.sees(pair[0].original, GOES_ON)
        house.teller.say("why?", "Half")
        await house.sees(pair[1].original, "Half")
        assert versions(house, pair[0].original)[-1].count(GOES_ON) == 1

    async def test_by_the_last_one_ends_it(self, house, pair):
        await house.diary.until(EventName.JOB_STARTED)
        await house.world.press("Ben", pair[0].original, "Cancel")
        await house.sees(pair[0].original, GOES_ON)
        await house.world.press("Cleo", pair[1].original, "Cancel")
        await house.sees(pair[1].original, "Nothing more will come of it, unless")
        assert (await house.job()).state is State.CANCELLED
        await house.bring()
        assert GOES_ON in pair[0].original.text

    async def test_by_an_administrator_ends_it_for_all(self, house, pair):
        await confirms(house, await house.world.press("Ada", pair[0].original, "Cancel"))
        for one in pair:
            await house.sees(one.original, "Cancelled by Ada (administrator).")

    async def test_by_an_administrator_who_asked_is_for_all_after_a_question(self, build):
        house = await build(kind=Shared, working=False)
        asked = [await house.accepted("why?", user=user) for user in ("Ada", "Ben")]
        job = (await house.job()).id
        shown = await does(house, "admin task cancel", id=job)
        assert labels(shown.original) == ["Confirm", "Keep"]
        await house.world.press("Ben", asked[1].original, "Cancel")
        await house.sees(asked[1].original, GOES_ON)
        assert "is cancelled." in await says(house, "admin task cancel", id=job)

    async def test_on_anothers_ticket_is_for_oneself_too(self, house, pair):
        await house.world.press("Cleo", pair[0].original, "Cancel")
        await house.sees(pair[1].original, GOES_ON)
        assert GOES_ON not in pair[0].original.text
        house.teller.answer("why?", "Because.")
        await house.sees(pair[0].original, "Because.")

    async def test_ends_all_tickets_of_who_asked_twice(self, house, pair):
        again = await house.accepted("why?", user="Ben")
        await house.world.press("Ben", pair[0].original, "Cancel")
        for ticket in (pair[0], again):
            await house.sees(ticket.original, GOES_ON)

    async def test_is_nothing_for_who_left_already(self, house, pair):
        await house.world.press("Ben", pair[0].original, "Cancel")
        await house.sees(pair[0].original, GOES_ON)
        with pytest.raises(NotAllowed, match="Only who started this job"):
            await house.services.actions.cancel(person(house), (await house.job()).id)
        assert (await house.job()).state is State.PROCESSING

    async def test_works_after_a_restart(self, build):
        first = await build(kind=Shared, durable=True, working=False)
        asked = [await first.accepted("why?", user=user) for user in ("Ben", "Cleo")]
        await first.bring()
        await first.close()
        house = await build(kind=Shared, durable=True)
        await house.world.press("Ben", asked[0].original, "Cancel")
        await house.sees(asked[0].original, GOES_ON)
        house.teller.answer("why?", "Because.")
        await house.sees(asked[1].original, "Because.")


class TestAnAcknowledgementThatFailed:
    async def test_takes_the_job_from_nobody_else(self, house):
        first = await house.accepted("why?")
        late = house.world.troubles.hold(CALLBACK)
        await house.ask("why?", user="Cleo")
        await late.reached()
        house.world.advance(4)
        late.release()
        deliveries = house.store.deliveries

        async def abandoned() -> bool:
            _, second = await deliveries((await house.job()).id)
            return second.state is DeliveryState.ABANDONED

        async with asyncio.timeout(10):
            while not await abandoned():  # noqa: ASYNC110 - nobody outside can see it
                await asyncio.sleep(0.01)
        house.teller.answer("why?", "Because.")
        await house.sees(first.original, "Because.")
        house.advance(CHECK_S)
        await house.bring()
        assert len(house.reading("Because.")) == 1

    async def test_takes_the_job_not_from_the_same_persons_other_ticket(self, house):
        first = await house.accepted("why?")
        failed = house.world.troubles.fail(CALLBACK, 404, code=10062)
        await house.ask("why?")
        await house.world.wait_for(lambda: failed.hits)
        house.advance(CHECK_S)
        await house.bring()
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)
        await house.bring()
        assert first.original.content == "Because."
        states = [one.state for one in await house.store.deliveries((await house.job()).id)]
        assert states == [DeliveryState.DELIVERED, DeliveryState.ABANDONED]

    async def test_is_not_told_out_of_the_blue_when_the_job_runs_again(self, house):
        failed = house.world.troubles.fail(CALLBACK, 404, code=10062)
        await house.ask("why?")
        await house.world.wait_for(lambda: failed.hits)
        job = await house.diary.until(EventName.JOB_CANCELLED)
        await does(house, "admin task retry", id=job.id)
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)
        await house.bring()
        assert house.reading("Because.") == []
        shown = await says(house, "job show", by="Ben", id=job.id)
        assert "Told to nobody, for its command failed" in shown


class TestAKnownResult:
    async def test_is_shown_without_any_noise_of_a_queue(self, house):
        first = await house.accepted("why?")
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)  # from then on it is known
        await house.sees(first.original, "Because.")
        second = await house.asked("why?", user="Cleo")
        await house.sees(second.original, "Because.")
        await house.bring()
        seen = versions(house, second.original)
        assert seen[-1] == "Because."
        noise = ("Queued", "Working", "ahead")  # one that is thinking makes none
        assert [text for text in seen if any(word in text for word in noise)] == []
        assert labels(second.original) == []
        assert len(await house.jobs()) == 2

    async def test_that_was_never_seen_is_brought_to_nobody(self, house):
        first = await house.accepted("why?")
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)  # from then on it is known
        await house.sees(first.original, "Because.")
        failed = house.world.troubles.fail(CALLBACK, 404, code=10062)
        await house.ask("why?", user="Cleo")
        await house.world.wait_for(lambda: failed.hits)
        house.advance(CHECK_S)
        await house.bring()
        assert len(house.reading("Because.")) == 1
        assert (await house.delivery()).state is DeliveryState.ABANDONED


class TestAParkedTicket:
    async def test_says_why_it_waits_and_goes_on_in_its_turn(self, build, monkeypatch):
        monkeypatch.setattr(tickets, "LINE_MOVES_EVERY_S", 0.01)
        house = await build(kind=Shared, per_owner=1, slots=1)
        moving = asyncio.create_task(house.tickets.run())
        await house.accepted("first?")
        second = await house.accepted("second?")
        joined = await house.accepted("second?", user="Cleo")
        assert "It waits for your other jobs" in second.original.text
        assert "It waits for other jobs of whoever asked for it first" in joined.original.text
        await house.diary.until(EventName.JOB_STARTED)
        await house.accepted("third?", user="Ada")
        house.teller.answer("first?", "1")
        await house.world.wait_for(lambda: "waits for" not in second.original.text)
        house.teller.answer("third?", "3")
        for one in (second, joined):
            await house.sees(one.original, "Working")
        moving.cancel()
