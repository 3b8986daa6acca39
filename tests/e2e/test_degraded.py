"""While another program holds the database, `/chat` is answered, and says what would be lost."""

import asyncio

import pytest

from tests.e2e.chat_server import answer_to

pytestmark = pytest.mark.asyncio(loop_scope="module")

AWAY, REFUSED_AFTER_S = "would be lost in a restart", 15
STORED = "SELECT type, state FROM job"


async def shows(stage, asked, text):
    await stage.world.wait_for(lambda: text in asked.original.text, REFUSED_AFTER_S)


async def test_chat_works_without_its_database_and_is_durable_again_with_it(shared):
    ben, talk = shared.person(), shared.chat.talk("answered")
    shared.chat.closed = True
    with shared.locked_database():
        answered, cancelled, lost = await asyncio.gather(
            *(shared.ask(question, ben) for question in ("answered", "cancelled", "lost"))
        )
        for one in (answered, cancelled, lost):
            await shows(shared, one, AWAY)

        talk.say("A beginning, ")
        await shows(shared, answered, "A beginning")
        assert AWAY in answered.original.text
        talk.say("and an end.")
        talk.end()
        assert (await shared.ended(answered)).content == "A beginning, and an end."

        await shared.world.press(ben, cancelled.original, "Cancel")
        assert "Cancelled by you." in (await shared.ended(cancelled)).text
        await shared.kill()
    shared.chat.open()
    assert shared.rows(STORED) == []

    await shared.start()
    press = await shared.world.press(ben, lost.original, "Refresh")
    assert "lost in a restart" in await shared.told(press)

    durable = await shared.ask("durable", ben)
    assert AWAY not in durable.original.text
    assert (await shared.ended(durable)).content == answer_to("durable")
    assert shared.rows(STORED) == [("chat", "COMPLETED")]
