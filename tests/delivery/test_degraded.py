"""While the database is locked by another program, a question is answered all the same, and its
ticket says that it would be lost in a restart.
"""

import sqlite3
from contextlib import closing

import pytest

from bot.queue.errors import CommitUnknown
from bot.queue.events import EventName
from bot.queue.store.sqlite import file as sqlite_file
from tests.delivery.house import GUARD_S, TOKEN_DEAD_S, House

AWAY = "The queue's storage is away: this runs without it"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_S", 0.05)


@pytest.fixture
async def house(build) -> House:
    return await build(durable=True)


@pytest.fixture
def lock(house, database):
    """Another program's transaction."""
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other
        if other.in_transaction:
            other.execute("ROLLBACK")


@pytest.mark.usefixtures("lock")
class TestAQuestion:
    async def test_is_answered_under_a_ticket_that_says_what_it_lacks(self, house):
        interaction = await house.asked("why?")
        assert AWAY in interaction.original.text
        house.teller.say("why?", "Because ")
        ticket = await house.sees(interaction.original, "Because")
        assert AWAY in ticket.text
        assert ticket.components

        house.teller.answer("why?", "of this.")
        answer = await house.sees(interaction.original, "Because of this.")
        assert (answer.content, answer.components) == ("Because of this.", ())

    async def test_by_mention_is_answered_too(self, house):
        bot = house.world.bot.id
        await house.world.post("Ben", "general", f"<@{bot}> why?")
        await house.world.wait_for(lambda: house.reading(AWAY))
        house.teller.answer("why?", "Because.")
        await house.world.wait_for(lambda: "Because." in house.texts())

    async def test_in_private_is_answered_in_private(self, house):
        interaction = await house.asked("why?", private=True)
        house.teller.answer("why?", "Between us.")
        assert (await house.sees(interaction.original, "Between us.")).ephemeral

    async def test_that_discord_tells_of_twice_is_answered_once(self, house):
        house.world.troubles.duplicate_events()
        interaction = await house.asked("twice?")
        house.teller.answer("twice?", "Once.")
        await house.sees(interaction.original, "Once.")
        assert interaction.deliveries == 2
        assert len(await house.jobs()) == 1

    async def test_is_answered_through_the_channel_when_its_token_died(self, house):
        interaction = await house.asked("why?")
        house.advance(TOKEN_DEAD_S)
        house.teller.answer("why?", "Because.")
        await house.sees(interaction.original, "Because.")

    async def test_is_answered_though_discord_refuses_the_answer_for_a_while(self, house):
        interaction = await house.asked("why?")
        await house.diary.until(EventName.JOB_STARTED)
        trouble = house.world.troubles.fail("PATCH", 500, times=None)
        house.teller.answer("why?", "Because.")
        await house.world.wait_for(lambda: trouble.hits)
        house.world.troubles.clear()
        await house.sees(interaction.original, "Because.")

    async def test_that_nobody_could_be_told_of_is_not_run_on(self, house):
        late = house.world.troubles.hold("callback")
        await house.ask("why?")
        await late.reached()
        house.world.advance(4)
        late.release()
        await house.diary.until(EventName.JOB_CANCELLED)

    async def test_whose_acknowledgement_is_uncertain_is_asked_for(self, house):
        house.world.troubles.lose_answer("callback", times=2)
        interaction = await house.asked("why?")
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)
        house.advance(6)
        await house.sees(interaction.original, "Because.")


@pytest.mark.usefixtures("lock")
class TestAPress:
    async def test_on_cancel_ends_it(self, house):
        interaction = await house.asked("why?")
        await house.diary.until(EventName.JOB_STARTED)
        await house.world.press("Ben", interaction.original, "Cancel")
        ended = await house.sees(interaction.original, "Cancelled by you.")
        assert AWAY not in ended.text

    async def test_on_refresh_shows_how_far_it_is(self, house):
        interaction = await house.asked("why?")
        await house.diary.until(EventName.JOB_STARTED)
        await house.budget.stop()
        await house.world.press("Ben", interaction.original, "Refresh")
        assert AWAY in (await house.sees(interaction.original, "Working")).text

    async def test_of_somebody_else_is_refused(self, house):
        interaction = await house.asked("why?")
        await house.world.press("Cleo", interaction.original, "Cancel")
        await house.world.wait_for(lambda: house.reading("Only who started this job"))
        house.teller.answer("why?", "Because.")  # it was not done in spite of that
        await house.sees(interaction.original, "Because.")


@pytest.mark.usefixtures("lock")
class TestAnEnd:
    async def test_that_is_calm_tells_what_is_lost(self, house):
        interaction = await house.asked("why?")
        await house.diary.until(EventName.JOB_STARTED)
        await house.queue.stop_working(0)
        await house.degraded.stop(GUARD_S)
        assert "The bot was stopped before this was done" in interaction.original.text
        assert "You can simply ask again." in interaction.original.text


class TestARefusal:
    @pytest.mark.usefixtures("lock")
    async def test_of_another_kind_says_what_happened_and_what_to_do(self, house, monkeypatch):
        monkeypatch.setattr(type(house.chat), "degraded", False)
        interaction = await house.asked("why?")
        assert "could not be used, so nothing was done" in interaction.original.text
        assert "Please try again in a moment" in interaction.original.text
        assert interaction.original.ephemeral

    async def test_of_what_may_have_been_stored_says_so_and_runs_nothing(self, house, monkeypatch):
        async def unknown(*_, **__):
            raise CommitUnknown("disk I/O error")

        monkeypatch.setattr(house.store, "enqueue", unknown)
        interaction = await house.asked("why?")
        assert "it may not have been done" in interaction.original.text
        assert house.diary.events == []


async def test_a_question_after_that_is_durable_again(house, lock):
    await house.asked("while away?")
    lock.execute("ROLLBACK")
    interaction = await house.asked("when back?")
    assert AWAY not in interaction.original.text
    assert await house.store.get((await house.job()).id) is not None
