"""Many live tickets of one channel leave Discord's limit to what people wait for: the answers."""

import pytest

from tests.e2e.stage import is_over

pytestmark = pytest.mark.asyncio(loop_scope="module")

CROWD = 24
"""With a live edit and a final one each, more than the 30 calls a minute that a channel has."""

FEW = 2


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    return {"QUEUE_CONCURRENCY": f"chat:{CROWD}"}


async def test_a_crowd_in_one_channel_is_answered_at_once_and_never_refused(shared):
    world, chat, channel = shared.world, shared.chat, shared.channel()
    questions = [f"question {n}" for n in range(CROWD)]
    talks = [chat.talk(question) for question in questions]
    asked = [await shared.ask(question, channel=channel) for question in questions]
    for question, talk in zip(questions, talks, strict=True):
        await shared.begun(question)
        talk.say("Half of the answer")

    def moved() -> list[str]:
        return [one.id for one in asked if "Half of the answer" in one.original.text]

    await world.wait_for(lambda: len(moved()) >= FEW)
    assert len(moved()) == FEW  # the others wait for their turn
    for talk in talks:
        talk.say(" and the rest.")
        talk.end()
    await world.wait_for(lambda: all(is_over(one.original) for one in asked))

    assert {one.original.content for one in asked} == {"Half of the answer and the rest."}
    assert not [entry for entry in world.log if entry.status == 429]
    assert len(world.invalid_requests) == 0
