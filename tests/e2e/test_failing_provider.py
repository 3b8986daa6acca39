"""A chat server that keeps failing is left alone; questions wait for it and are answered then."""

import pytest

from tests.e2e.chat_server import answer_to, refusing
from tests.e2e.stage import stage


@pytest.fixture
async def one(tmp_path):
    async with stage(tmp_path, QUEUE_MAX_ATTEMPTS="1") as running:
        yield running


async def says(stage, command):
    asked = await stage.world.slash("Ada", "general", command)
    await stage.world.answered(asked)
    await stage.world.wait_for(lambda: not asked.original.loading)
    return asked.original.text


async def test_questions_wait_for_a_server_that_is_left_alone_and_lose_no_attempt(one):
    for n in range(5):
        one.chat.plan(f"in vain {n}", refusing(503))
        text = (await one.ended(await one.ask(f"in vain {n}"))).text
        assert "having trouble on its side" in text

    asked = await one.ask("patient")
    await one.world.wait_for(lambda: "which keeps failing" in asked.original.text)
    assert one.chat.asked["patient"] == 0
    for command in ("queue status", "admin queue status"):
        assert "The chat provider keeps failing, so it is left alone" in await says(one, command)

    assert (await one.ended(asked, 30)).content == answer_to("patient")
    assert one.rows("select attempt from job order by id desc limit 1") == [(1,)]
    assert "keeps failing" not in await says(one, "queue status")
