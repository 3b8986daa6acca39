"""Tickets stay true while their job lives, also across processes, and never after its end."""

import asyncio
from functools import partial

import pytest

from bot.delivery import tickets
from bot.delivery.person import Person
from bot.delivery.sight import NotAllowed
from bot.queue.errors import StoreUnavailable
from bot.queue.events import EventName
from bot.queue.states import State
from tests.delivery.admins import confirms
from tests.delivery.house import GUARD_S, TOKEN_DEAD_S, labels

LIVE_EDIT = "PATCH *@original"


def person(house, name="Ben", *, administrator=False) -> Person:
    return Person(int(house.world.person(name).id), int(house.world.guild.id), administrator, name)


class TestALiveTicket:
    async def test_shows_the_answer_as_it_is_written(self, house):
        interaction = await house.asked("why?")
        house.teller.say("why?", "Because of ")
        ticket = await house.sees(interaction.original, "Because of")
        assert "Working" in ticket.text
        assert labels(ticket) == ["Cancel", "Refresh"]

        house.teller.say("why?", "this.")
        await house.sees(interaction.original, "Because of this.")

    async def test_pings_nobody_while_it_moves(self, house):
        interaction = await house.asked("who?")
        house.teller.say("who?", "@everyone")
        ticket = await house.sees(interaction.original, "@everyone")
        assert not ticket.mention_everyone

    async def test_of_a_job_that_began_before_its_ticket_was_seen_moves_too(self, house):
        held = house.world.troubles.hold("callback", answered=True)
        interaction = await house.ask("why?")
        await held.reached()
        house.teller.say("why?", "Because")
        await house.diary.until(EventName.JOB_PROGRESS, times=2)
        held.release()
        await house.sees(interaction.original, "Because")

    async def test_never_comes_after_the_result(self, house):
        interaction = await house.accepted("why?")
        held = house.world.troubles.hold(LIVE_EDIT)
        house.teller.say("why?", "Half")
        await held.reached()
        house.teller.answer("why?", " and whole.")
        await house.diary.until(EventName.JOB_COMPLETED)
        held.release()
        await house.sees(interaction.original, "Half and whole.")
        await house.bring()

        versions = [version.message for version in house.world.history(interaction.original)]
        assert [m.content for m in versions][-1] == "Half and whole."
        assert all(not m.content for m in versions[:-1])

    async def test_goes_on_after_its_store_could_not_be_read(self, house, monkeypatch):
        interaction = await house.accepted("why?")
        await house.diary.until(EventName.JOB_STARTED)
        followed, refused = dict(house.tickets._live), asyncio.Event()

        async def away(_):
            refused.set()
            raise StoreUnavailable("away")

        with monkeypatch.context() as broken:
            broken.setattr(house.store, "get", away)
            house.teller.say("why?", "Half")
            await refused.wait()
        assert house.tickets._live == followed
        house.teller.say("why?", " and more")
        await house.sees(interaction.original, "Half and more")

    async def test_that_cannot_be_edited_leaves_the_result_alone(self, house):
        interaction = await house.accepted("why?")
        refused = house.world.troubles.fail(LIVE_EDIT, 404, code=10015)
        house.teller.say("why?", "Half")
        await house.world.wait_for(lambda: refused.hits)
        house.teller.answer("why?", " and whole.")
        await house.sees(interaction.original, "Half and whole.")

    async def test_goes_on_by_channel_when_its_token_is_dead(self, house):
        interaction = await house.accepted("why?")
        house.advance(TOKEN_DEAD_S)
        house.teller.say("why?", "Still here")
        await house.sees(interaction.original, "Still here")

    async def test_that_is_private_is_never_shown_by_channel(self, house):
        interaction = await house.accepted("why?", private=True)
        house.advance(TOKEN_DEAD_S)
        house.teller.say("why?", "Half")
        refused = lambda: [e for e in house.world.log if e.method == "PATCH" and e.status == 404]  # noqa: E731
        await house.world.wait_for(refused)
        assert house.texts() == []
        assert "Half" not in interaction.original.text

    async def test_is_not_edited_when_nothing_has_changed(self, house):
        interaction = await house.accepted("why?")
        house.teller.say("why?", "Half")
        await house.sees(interaction.original, "Half")
        versions = len(house.world.history(interaction.original))
        ((job_id, live),) = house.tickets._live.items()
        (ticket,) = live.tickets
        await house.budget.now(job_id, partial(house.tickets._edit, live, ticket))
        assert len(house.world.history(interaction.original)) == versions

    async def test_says_that_it_is_tried_again(self, house):
        interaction = await house.accepted("why?")
        house.teller.fail("why?", ZeroDivisionError("a bug"))
        await house.sees(interaction.original, "Attempt 2 of 3.")

    async def test_is_forgotten_after_the_end(self, house):
        await house.accepted("why?")
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)
        await house.bring()
        assert (house.tickets._live, house.tickets._unseen, house.budget._lanes) == ({}, {}, {})


class TestAWaitingTicket:
    @pytest.fixture(autouse=True)
    def _looks_often(self, monkeypatch):
        monkeypatch.setattr(tickets, "LINE_MOVES_EVERY_S", 0.01)

    @pytest.fixture
    async def line(self, build):
        """A house with one slot, taken, whose tickets' positions move."""
        house = await build(slots=1)
        await house.accepted("first?")
        await house.diary.until(EventName.JOB_STARTED)
        moving = asyncio.create_task(house.tickets.run())
        yield house
        moving.cancel()

    async def test_says_how_many_are_ahead_and_moves_up(self, line):
        await line.accepted("second?", user="Ada")
        third = await line.accepted("third?", user="Cleo")
        assert "**1** job is ahead of yours." in third.original.text

        line.teller.answer("first?", "1")
        await line.diary.until(EventName.JOB_STARTED, times=2)
        await line.world.wait_for(lambda: "ahead" not in third.original.text)
        line.teller.answer("second?", "2")
        await line.sees(third.original, "Working")

    async def test_is_not_edited_while_its_line_stands_still(self, line, monkeypatch):
        await line.accepted("second?", user="Ada")
        third = await line.accepted("third?", user="Cleo")
        looks, outlooks = asyncio.Queue(), line.queue.outlooks

        async def seen(jobs):
            looks.put_nowait(None)
            return await outlooks(jobs)

        monkeypatch.setattr(line.queue, "outlooks", seen)
        for _ in range(3):
            await looks.get()
        assert (await line.job()).id not in line.budget._lanes
        assert len(line.world.history(third.original)) == 1

    async def test_says_nothing_of_a_line_that_is_empty(self, line):
        second = await line.accepted("second?")
        assert "ahead" not in second.original.text

    async def test_moves_up_also_after_a_restart(self, build):
        first = await build(durable=True, working=False)
        await first.accepted("first?", user="Ada")
        second = await first.accepted("second?")
        assert "**1** job is ahead of yours." in second.original.text
        await first.outbox.prepare()
        await first.close()

        successor = await build(durable=True, slots=1)
        moving = asyncio.create_task(successor.tickets.run())
        await successor.world.wait_for(lambda: "ahead" not in second.original.text)
        assert "Queued" in second.original.text
        moving.cancel()

    async def test_that_is_private_says_in_time_that_it_will_stand_still(self, line):
        second = await line.accepted("second?", private=True)
        assert "Refresh" not in second.original.text.splitlines()[0]
        line.advance(TOKEN_DEAD_S - 30)
        await line.sees(second.original, "**Refresh** moves it on")

    async def test_far_from_the_front_is_left_alone(self, line, monkeypatch):
        monkeypatch.setattr(tickets, "FRONT", 0)
        monkeypatch.setattr(
            line.budget._line, "_interval_s", 3600
        )  # what is submitted stays in sight
        ids = []
        for number in range(3):
            await line.accepted(f"question {number}?")
            ids.append((await line.job()).id)
        line.teller.answer("first?", "1")
        await line.diary.until(EventName.JOB_STARTED, times=2)
        looks = asyncio.Queue()
        outlooks = line.queue.outlooks

        async def seen(jobs):
            looks.put_nowait(None)
            return await outlooks(jobs)

        monkeypatch.setattr(line.queue, "outlooks", seen)
        for _ in range(2):  # when the second look begins, the first has been acted on
            await looks.get()
        assert [job_id in line.budget._lanes for job_id in ids] == [True, True, False]


class TestAfterARestart:
    async def test_the_ticket_is_found_again_and_goes_on(self, build):
        first = await build(durable=True)
        interaction = await first.accepted("why?")
        first.teller.say("why?", "Half")
        await first.sees(interaction.original, "Half")
        await first.bring()
        await first.close()

        successor = await build(durable=True)
        successor.teller.say("why?", "Once more")
        ticket = await successor.sees(interaction.original, "Once more")
        assert ticket.id == interaction.original.id
        successor.teller.answer("why?", " and done.")
        await successor.sees(interaction.original, "Once more and done.")
        assert len(successor.texts()) == 1

    async def test_its_buttons_work(self, build):
        first = await build(durable=True)
        interaction = await first.accepted("why?")
        await first.bring()
        await first.close()

        successor = await build(durable=True)
        await successor.world.press("Ben", interaction.original, "Cancel")
        ticket = await successor.sees(interaction.original, "Cancelled by you.")
        assert labels(ticket) == ["Retry"]


class TestPressingAButton:
    @pytest.mark.parametrize("ended", [True, False])
    async def test_shows_nothing_of_a_job_that_ended_meanwhile(self, house, ended):
        """Its news is on the way, and nothing may come after that."""
        await house.accepted("why?")
        job = await house.diary.until(EventName.JOB_STARTED)
        if ended:
            house.teller.answer("why?", "Because.")
            await house.diary.until(EventName.JOB_COMPLETED)
        shown = []

        async def show(post):
            shown.append(post)

        await house.tickets.show(job.id, show)
        assert bool(shown) is not ended

    async def test_refresh_shows_the_ticket_as_it_is(self, build):
        house = await build(working=False)
        first = await house.accepted("first?")
        second = await house.accepted("second?")
        assert "ahead" in second.original.text
        await house.queue.cancel((await house.jobs())[1].id, "no")
        await house.world.press("Ben", second.original, "Refresh")
        await house.world.wait_for(lambda: "ahead" not in second.original.text)
        assert first.original.id != second.original.id

    async def test_cancel_ends_a_waiting_job(self, build):
        house = await build(working=False)
        interaction = await house.accepted("why?")
        await house.world.press("Ben", interaction.original, "Cancel")
        await house.diary.until(EventName.JOB_CANCELLED)
        await house.bring()
        assert "Cancelled by you." in interaction.original.text

    async def test_cancel_ends_a_running_job(self, house):
        interaction = await house.accepted("why?")
        await house.diary.until(EventName.JOB_STARTED)
        await house.world.press("Ben", interaction.original, "Cancel")
        await house.sees(interaction.original, "Cancelled by you.")

    async def test_an_administrator_may_and_is_named(self, house):
        interaction = await house.accepted("why?")
        press = await house.world.press("Ada", interaction.original, "Cancel")
        assert "is being cancelled" in await confirms(house, press)
        await house.sees(interaction.original, "Cancelled by Ada (administrator).")

    async def test_an_administrator_may_keep_what_others_asked(self, house):
        interaction = await house.accepted("why?")
        press = await house.world.press("Ada", interaction.original, "Cancel")
        assert await confirms(house, press, "Keep") == "Nothing was changed."
        house.teller.answer("why?", "Because.")
        await house.sees(interaction.original, "Because.")

    @pytest.mark.parametrize("button", ["Cancel", "Refresh"])
    async def test_somebody_else_may_not_and_is_told_alone(self, house, button):
        interaction = await house.accepted("why?")
        pressed = await house.world.press("Cleo", interaction.original, button)
        await house.world.wait_for(lambda: pressed.followup_ids)
        (told,) = house.reading("Only who started this job or an administrator may do that.")
        assert told.ephemeral
        assert told.viewer_id == house.world.person("Cleo").id
        assert (await house.job()).state is State.PROCESSING

    async def test_while_the_store_cannot_be_read_says_what_to_do(self, build, monkeypatch):
        house = await build(working=False)
        interaction = await house.accepted("why?")

        async def away(_):
            raise StoreUnavailable("no such table: job")

        monkeypatch.setattr(house.store, "get", away)
        pressed = await house.world.press("Ben", interaction.original, "Cancel")
        await house.world.wait_for(lambda: pressed.followup_ids)
        assert house.reading("Please try again in a moment")
        assert not house.reading("no such table")

    async def test_of_a_job_that_is_not_known_any_more_says_so(self, build):
        house = await build(working=False)
        interaction = await house.accepted("why?")
        await house.bring()
        house.store._jobs.clear()  # as retention will do
        house.store._debts._deliveries.clear()
        await house.world.press("Ben", interaction.original, "Cancel")
        await house.world.wait_for(lambda: house.reading("This job is not known any more"))


class TestAnAction:
    async def test_on_a_finished_job_says_that_it_is_finished(self, house):
        await house.accepted("why?")
        house.teller.answer("why?", "Because.")
        job = await house.diary.until(EventName.JOB_COMPLETED)
        with pytest.raises(NotAllowed, match="This job is completed already"):
            await house.services.actions.cancel(person(house), job.id)

    async def test_of_another_guilds_administrator_is_refused(self, house):
        await house.accepted("why?")
        job = await house.job()
        stranger = Person(1, 1, administrator=True, name="Stranger")
        with pytest.raises(NotAllowed, match="not known"):
            await house.services.actions.cancel(stranger, job.id)

    async def test_of_an_administrator_of_no_guild_is_refused(self, build):
        house = await build(working=False)
        await house.world.post_direct("Ben", "why?")
        await house.diary.until(EventName.JOB_ENQUEUED)
        stranger = Person(1, None, administrator=True, name="Stranger")
        with pytest.raises(NotAllowed):
            await house.services.actions.cancel(stranger, (await house.job()).id)


class TestAProcessThatNeverShowedTheTicket:
    async def test_moves_it_all_the_same_when_it_runs_the_job(self, build):
        """Two bots on one database: one takes the question, the other runs it."""
        taker = await build(durable=True, working=False)
        interaction = await taker.accepted("why?")
        await taker.bring()
        runner = await build(durable=True, connected=False)
        runner.teller.say("why?", "Over here")
        await runner.sees(interaction.original, "Over here")
        runner.teller.answer("why?", "!")
        await runner.sees(interaction.original, "Over here!")
        assert len(taker.texts()) == 1

    async def test_is_left_to_it_by_the_one_that_did(self, build, monkeypatch):
        monkeypatch.setattr(tickets, "LINE_MOVES_EVERY_S", 0.01)
        taker = await build(durable=True, working=False)
        await taker.accepted("why?")
        await taker.bring()
        moving = asyncio.create_task(taker.tickets.run())
        runner = await build(durable=True, connected=False)
        await runner.diary.until(EventName.JOB_STARTED)
        async with asyncio.timeout(GUARD_S):
            while taker.tickets._live:  # noqa: ASYNC110 - nobody outside can see it
                await asyncio.sleep(0.01)
        moving.cancel()
