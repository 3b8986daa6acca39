"""A conversation goes on: over questions and restarts, for its person and in its place."""

import pytest

from tests.e2e.chat_server import answer_to
from tests.e2e.stage import is_over

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def asked(stage, question, person, channel, **options):
    """Ask with /chat; the answer's message."""
    return await stage.ended(await stage.ask(question, person, channel, **options))


async def replied(stage, message):
    """The bot's answer to a message."""

    def answer():
        for one in stage.world.messages(message.channel_id):
            if (one.reference or {}).get("message_id") == message.id and is_over(one):
                return one
        return None

    return await stage.world.wait_for(answer)


async def test_a_question_knows_what_was_said_before_also_after_a_restart(shared):
    ben, here = shared.person(), shared.channel()
    await asked(shared, "my name is Ben", ben, here)
    await shared.kill()
    await shared.start()
    await asked(shared, "what is my name?", ben, here)
    assert shared.chat.before("what is my name?") == [
        "my name is Ben",
        answer_to("my name is Ben"),
    ]


async def test_nobody_else_knows_it_nor_another_channel(shared):
    ben, cleo, here = shared.person(), shared.person(), shared.channel()
    await asked(shared, "told here", ben, here)
    await asked(shared, "asked by another", cleo, here)
    await asked(shared, "asked elsewhere", ben, shared.channel())
    assert shared.chat.before("asked by another") == []
    assert shared.chat.before("asked elsewhere") == []


async def test_what_was_said_in_private_stays_there(shared):
    ben, here = shared.person(), shared.channel()
    await asked(shared, "a secret", ben, here, private=True)
    await asked(shared, "in public", ben, here)
    await asked(shared, "in private again", ben, here, private=True)
    assert shared.chat.before("in public") == []
    assert shared.chat.before("in private again") == ["a secret", answer_to("a secret")]


async def test_a_fresh_one_begins_anew(shared):
    ben, here = shared.person(), shared.channel()
    await asked(shared, "the old topic", ben, here)
    await asked(shared, "the new topic", ben, here, fresh=True)
    await asked(shared, "and then?", ben, here)
    assert shared.chat.before("the new topic") == []
    assert shared.chat.before("and then?") == ["the new topic", answer_to("the new topic")]


async def test_a_mention_goes_on_with_the_conversation(shared):
    ben, here = shared.person(), shared.channel()
    await asked(shared, "by command", ben, here)
    await replied(
        shared, await shared.world.post(ben, here, f"<@{shared.world.bot.id}> by mention")
    )
    assert shared.chat.before("by mention") == ["by command", answer_to("by command")]


class TestAReply:
    async def test_to_an_answer_needs_no_mention_and_goes_on_from_there(self, shared):
        ben, here = shared.person(), shared.channel()
        first = await asked(shared, "about cats", ben, here)
        await asked(shared, "about dogs", ben, here)
        await replied(shared, await shared.world.post(ben, here, "and kittens?", reply_to=first))
        assert shared.chat.before("and kittens?") == ["about cats", answer_to("about cats")]

    async def test_to_a_reply_goes_on_from_there(self, shared):
        ben, here = shared.person(), shared.channel()
        said = f"<@{shared.world.bot.id}> mentioned"
        first = await replied(shared, await shared.world.post(ben, here, said))
        await asked(shared, "in between", ben, here)
        await replied(shared, await shared.world.post(ben, here, "further", reply_to=first))
        assert shared.chat.before("further") == ["mentioned", answer_to("mentioned")]

    async def test_to_what_somebody_else_was_told_quotes_it(self, shared):
        ben, cleo, here = shared.person(), shared.person(), shared.channel()
        first = await asked(shared, "asked by Ben", ben, here)
        await replied(shared, await shared.world.post(cleo, here, "really?", reply_to=first))
        (told,) = [text for text in shared.chat.sent if text.endswith("really?")]
        assert f"> {answer_to('asked by Ben')}" in told
        assert shared.chat.before(told) == []

    async def test_in_private_goes_on_there(self, shared):
        ben = shared.person()
        direct = shared.world.directory.direct_channel(ben)
        first = await replied(shared, await shared.world.post_direct(ben, "directly"))
        await replied(shared, await shared.world.post(ben, direct, "more", reply_to=first))
        assert shared.chat.before("more") == ["directly", answer_to("directly")]


async def test_who_asks_the_same_first_gets_the_same_and_can_go_on(shared):
    ben, cleo, here = shared.person(), shared.person(), shared.channel()
    await asked(shared, "the same", ben, here)
    again = await shared.ask("the same", cleo, here)
    await shared.world.wait_for(lambda: again.original.content == answer_to("the same"))
    assert shared.chat.asked["the same"] == 1
    await asked(shared, "going on", cleo, here)
    assert shared.chat.before("going on") == ["the same", answer_to("the same")]
    await asked(shared, "the same", shared.person(), here, fresh=True)
    assert shared.chat.asked["the same"] == 2
