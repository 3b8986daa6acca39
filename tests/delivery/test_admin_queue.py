"""Administrators look after the queue: at a glance, in numbers, paused, cleaned up."""

import pytest

from bot.delivery.person import Person
from bot.queue.events import EventName
from bot.queue.states import State
from tests.delivery.admins import HERE, answered_job, audit, does, presses, says, waiting


class TestTheQueue:
    async def test_is_shown_at_a_glance(self, idle):
        await waiting(idle, "why?", "how?")
        text = await says(idle, "admin queue status")
        assert "**chat** · 2 waiting" in text
        assert "Health" in text

    async def test_is_shown_in_numbers(self, house):
        await answered_job(house, "why?")
        for options in ({}, {"queue": "chat"}):
            text = await says(house, "admin queue metrics", **options)
            assert "completed 1" in text
            assert "**chat** · 1 ended" in text

    async def test_is_shown_by_people(self, idle):
        await waiting(idle, "why?", "how?")
        await waiting(idle, "when?", user="Cleo")
        text = await says(idle, "admin queue users")
        ben, cleo = (idle.world.person(name).id for name in ("Ben", "Cleo"))
        assert f"<@{ben}> · 2 waiting · 0 running · weight 1 · 0 tokens today\n<@{cleo}>" in text

    async def test_is_paused_and_resumed_and_that_is_seen(self, idle):
        assert "The queue chat is paused" in await says(idle, "admin queue pause", queue="chat")
        assert "Paused\nchat" in await says(idle, "admin queue status")
        assert "All queues go on." in await says(idle, "admin queue resume")
        assert (await idle.store.policies()).paused == frozenset()
        told = await audit(idle)
        assert "paused chat" in told
        assert "resumed all queues" in told

    @pytest.mark.parametrize("command", ["status", "metrics", "users", "pause", "cleanup"])
    async def test_that_nobody_knows_is_named_with_those_there_are(self, idle, command):
        text = await says(idle, f"admin queue {command}", queue="@everyone")
        assert "There is no such queue, so nothing was done. I know: " in text
        assert (await idle.store.policies()).paused == frozenset()

    async def test_is_offered_while_typing(self, idle):
        offered = await idle.world.autocomplete("Ada", HERE, "admin queue pause", focused="queue")
        assert "chat" in [choice["value"] for choice in offered]
        assert (
            await idle.world.autocomplete("Ben", HERE, "admin queue pause", focused="queue") == []
        )


class TestCleaningUp:
    async def test_asks_first_and_keeps_what_is_kept(self, house):
        job = await answered_job(house, "why?")
        house.offset.seconds += 2 * 3600
        shown = await does(house, "admin queue cleanup", older_than=1)
        assert "One finished job of this server ended more than 1 h ago" in shown.original.text
        assert await presses(house, shown, "Keep") == "Nothing was changed."
        assert (await house.queue.get(job)).state is State.COMPLETED

    async def test_removes_what_ended_long_ago_and_nothing_else(self, house):
        old = await answered_job(house, "old?")
        house.offset.seconds += 2 * 3600
        young = await answered_job(house, "young?")
        await house.accepted("running?")
        shown = await does(house, "admin queue cleanup", older_than=1)
        assert await presses(house, shown, "Confirm") == "One job was removed."
        left = {job.id for job in await house.jobs()}
        assert old not in left
        assert young in left
        assert len(left) == 2
        assert "removed finished jobs that had ended more than 1 h ago: 1" in await audit(house)

    async def test_leaves_what_is_still_owed(self, house):
        house.world.troubles.fail("PATCH *@original", 503, times=None)
        await house.accepted("why?")
        house.teller.answer("why?", "Because.")
        await house.diary.until(EventName.JOB_COMPLETED)
        house.offset.seconds += 2 * 3600
        text = await says_by_post(house)
        assert "there is nothing to remove" in text


async def says_by_post(house) -> str:
    """Ask the desk itself, since Discord takes no edits."""
    ada = int(house.world.person("Ada").id)
    person = Person(ada, int(house.world.guild.id), administrator=True, name="Ada")
    return (await house.services.admin.ask_cleanup(person, None, 1)).content


class TestAWeight:
    async def test_counts_from_now_on_and_is_shown(self, idle):
        await waiting(idle, "why?")
        text = await says(idle, "admin user weight", user="Ben", weight=3)
        assert "has 3 turns for every one of others now" in text
        assert "weight 3" in await says(idle, "admin queue users")
        assert "a weight of 3" in await audit(idle)
