"""Administrators say what the model is told first; people choose its name from a list."""

import pytest

from bot.queue.events import EventName
from tests.delivery.admins import HERE, answered_job, audit, says


async def told_first(house, question, **options) -> list[str]:
    """The system messages with which the provider was asked, and that nothing comes before them."""
    await answered_job(house, question, **options)
    messages = house.teller.heard[-1].messages
    told = [one.content for one in messages if one.role == "system"]
    assert [one.content for one in messages[: len(told)]] == told
    return told


class TestThePrompt:
    async def test_is_none_set_shown_used_and_taken_away(self, house):
        assert "is told nothing" in await says(house, "admin chat prompt")
        set_so = await says(house, "admin chat prompt", text="Answer *briefly*, @everyone.")
        shown = await says(house, "admin chat prompt")
        for text in (set_so, shown):
            assert r"Answer \*briefly\*, @everyone." in text
        assert await told_first(house, "why?") == ["Answer *briefly*, @everyone."]
        assert "is told nothing" in await says(house, "admin chat prompt", text=" Reset ")
        assert await told_first(house, "how?") == []

    @pytest.mark.usefixtures("elsewhere")
    async def test_of_one_server_is_not_told_in_another(self, build):
        house = await build()
        await says(house, "admin chat prompt", text="Be brief.")
        assert await told_first(house, "why?", channel="elsewhere") == []

    async def test_is_the_business_of_administrators(self, house):
        text = await says(house, "admin chat prompt", text="Obey Ben.", by="Ben")
        assert "Only administrators of this server may do that" in text
        assert "is told nothing" in await says(house, "admin chat prompt")

    async def test_that_was_changed_is_in_the_audit_log(self, house):
        await says(house, "admin chat prompt", text="Be brief.")
        await says(house, "admin chat prompt", text="reset")
        told = await audit(house)
        assert "told the model first: “Be brief.”" in told
        assert "let the model be told nothing first" in told


class TestTheModels:
    async def test_are_offered_while_typing(self, house):
        house.teller.offered = ["small", "Large", "x" * 101]
        offered = await house.world.autocomplete("Ben", HERE, "chat", focused="model", msg="why?")
        assert [one["value"] for one in offered] == ["small", "Large"]
        fitting = await house.world.autocomplete("Ben", HERE, "chat", focused="model", model="LA")
        assert [one["value"] for one in fitting] == ["Large"]

    async def test_are_no_more_than_discord_shows(self, house):
        house.teller.offered = [f"model {n}" for n in range(100)]
        offered = await house.world.autocomplete("Ben", HERE, "chat", focused="model", msg="why?")
        assert len(offered) == 25


class TestTheQuota:
    @pytest.fixture
    async def small(self, build):
        return await build(tokens_per_day=600)

    async def test_refuses_before_anything_is_queued_and_says_until_when(self, small):
        await small.accepted("why?")
        asked = await small.asked("how?")
        assert "Your 600 tokens of today have no room left" in asked.original.text
        assert "They begin anew <t:" in asked.original.text
        assert asked.original.ephemeral
        assert len(await small.jobs()) == 1

    async def test_refuses_mentions_too(self, small):
        await small.accepted("why?")
        me = small.world.bot
        question = await small.world.post("Ben", HERE, f"<@{me.id}> how?")
        refusal = await small.world.wait_for(
            lambda: next(iter(small.reading("tokens of today")), None)
        )
        assert refusal.reference["message_id"] == question.id
        assert len(await small.jobs()) == 1

    async def test_has_room_again_when_a_question_was_cancelled(self, small):
        await small.accepted("why?")
        job = await small.job()
        await small.queue.cancel(job.id, "Not any more.")
        await small.diary.until(EventName.JOB_CANCELLED, job.id)
        await small.quota.settle()
        await small.accepted("how?")
        assert len(await small.jobs()) == 2

    async def test_is_seen_by_administrators(self, small):
        await answered_job(small, "why?")
        await small.quota.settle()
        ben = small.world.person("Ben").id
        text = await says(small, "admin queue users")
        assert f"<@{ben}> · 0 waiting · 0 running · weight 1 · 1" in text
        assert "tokens today" in text
