"""An answer arrives although the interaction's token died meanwhile."""

import pytest

from tests.e2e.chat_server import answer_to
from tests.e2e.misfortunes import all_settled
from tests.e2e.stage import is_over

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def expired(shared):
    """Ask, and let the token die while the answer is still being thought of."""

    async def ask(question, channel=None, **options):
        talk = shared.chat.talk(question)
        person = shared.person()
        asked = await shared.ask(question, person, channel, **options)
        await shared.begun(question)
        shared.world.troubles.expire_tokens()
        talk.say(answer_to(question))
        talk.end()
        return asked, person

    return ask


async def test_the_ticket_is_edited_through_its_channel(shared, expired):
    asked, _ = await expired("expired")
    assert (await shared.ended(asked)).content == answer_to("expired")
    assert len(shared.holding("expired")) == 1


async def test_a_long_answer_follows_in_the_channel(shared, expired):
    asked, _ = await expired("long expired")
    await shared.ended(asked)
    parts = await shared.world.wait_for(lambda: whole(shared, "long expired"))
    assert {part.channel_id for part in parts} == {asked.channel_id}


def whole(stage, question):
    """The messages of a complete long answer, or nothing."""
    parts = stage.holding(f"the answer to [{question}]")
    text = "\n".join(part.content for part in parts)
    return parts if text.split() == answer_to(question).split() else None


async def test_a_deleted_ticket_is_answered_by_a_new_message(shared):
    talk = shared.chat.talk("deleted")
    asked = await shared.ask("deleted")
    await shared.begun("deleted")
    shared.world.store.delete(asked.original)
    shared.world.troubles.expire_tokens()
    talk.say(answer_to("deleted"))
    talk.end()
    (answer,) = await shared.world.wait_for(lambda: shared.holding(answer_to("deleted")))
    assert answer.channel_id == asked.channel_id


async def test_a_private_answer_comes_as_a_direct_message(shared, expired):
    asked, person = await expired("expired in private", private=True)
    (answer,) = await shared.world.wait_for(lambda: shared.world.direct_messages(person))
    assert answer.content == answer_to("expired in private")
    assert not is_over(asked.original)
    assert [m.id for m in shared.holding(answer_to("expired in private"))] == [answer.id]

    await refreshed(shared, person, asked)
    assert "direct message" in asked.original.text
    press = await shared.world.press(person, asked.original, "Show again")
    shown = await shared.world.wait_for(lambda: press.original and press.original.content)
    assert shown == answer.content
    assert press.original.viewer_id == person.id


async def refreshed(stage, person, asked):
    """Press Refresh once the bot knows that the result was brought."""
    await all_settled(stage)
    await stage.world.press(person, asked.original, "Refresh")
    await stage.world.wait_for(lambda: is_over(asked.original))


async def test_where_the_bot_cannot_look_the_answer_comes_as_a_direct_message(shared, expired):
    _, person = await expired("hidden", channel=shared.world.channel("no-bots"))
    (answer,) = await shared.world.wait_for(lambda: shared.world.direct_messages(person))
    assert answer.content == answer_to("hidden")
