"""What surrounds a question: the models there are, the server's prompt, the day's tokens."""

import asyncio
import re

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

PER_DAY = 2000


@pytest.fixture(scope="module")
def settings():
    return {"CHAT_TOKENS_PER_USER_PER_DAY": str(PER_DAY)}


async def says(stage, user, command, **options):
    asked = await stage.world.slash(user, "general", command, **options)
    await stage.world.answered(asked)
    await stage.world.wait_for(lambda: not asked.original.loading)
    return asked.original.text


async def used(stage, person) -> int:
    """What administrators see that the person used today."""
    text = await says(stage, "Ada", "admin queue users")
    found = re.search(rf"<@{person.id}>.* ([\d,]+) tokens today", text)
    return int(found[1].replace(",", "")) if found else 0


async def test_the_models_are_those_of_the_server(shared):
    shared.chat.models = ["small", "large"]
    offered = await shared.world.autocomplete("Ben", "general", "chat", focused="model", msg="?")
    assert [one["value"] for one in offered] == ["small", "large"]


async def test_the_prompt_is_told_to_the_server(shared):
    await says(shared, "Ada", "admin chat prompt", text="Be brief.")
    await shared.ended(await shared.ask("with a prompt"))
    await says(shared, "Ada", "admin chat prompt", text="reset")
    await shared.ended(await shared.ask("without a prompt"))
    assert shared.chat.told_first["with a prompt"] == "Be brief."
    assert shared.chat.told_first["without a prompt"] is None


async def test_tokens_are_counted_once_and_for_all_also_when_the_bot_is_killed(shared):
    person = shared.person()
    talk = shared.chat.talk("a dear question")
    asked = await shared.ask("a dear question", person)
    await shared.begun("a dear question")
    reserved = await used(shared, person)
    assert 0 < reserved < PER_DAY
    await shared.kill()
    await shared.start()
    await shared.begun("a dear question", times=2)
    assert await used(shared, person) == reserved

    talk.say("So it is.")
    talk.end(tokens=1900)
    assert (await shared.ended(asked)).content == "So it is."
    async with asyncio.timeout(10):
        while await used(shared, person) != 1900:  # it is counted just after it was told
            continue

    refused = await shared.ask("one more", person)
    assert "The 2,000 tokens of today have no room left" in refused.original.text
    assert re.search(r"They begin anew <t:\d+:R>", refused.original.text)
    assert shared.chat.asked["one more"] == 0
    await shared.ended(await shared.ask("somebody else's"))
