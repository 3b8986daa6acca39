"""Discord may tell of the same thing twice: it is one job, and one answer."""

import pytest

from tests.e2e.chat_server import answer_to

pytestmark = pytest.mark.asyncio(loop_scope="module")

JOBS = "SELECT count(*) FROM job WHERE key = ?"


@pytest.fixture
def doubled(shared):
    shared.world.troubles.duplicate_events()
    yield
    shared.world.troubles.duplicate_events(on=False)


@pytest.mark.parametrize("question", ["twice", "long and twice"])
async def test_a_command_told_twice_is_one_job_with_one_answer(shared, doubled, question):
    asked = await shared.ask(question)
    await shared.ended(asked)
    assert asked.deliveries == 2
    await the_second_was_refused(shared, asked)
    assert shared.rows(JOBS, f"interaction:{asked.id}") == [(1,)]
    assert shared.chat.asked[question] == 1
    await shared.world.wait_for(lambda: text_of(shared, asked) == answer_to(question).split())


async def the_second_was_refused(stage, asked):
    def refusals():
        return [e for e in stage.world.log if asked.id in e.path and e.status == 400]

    await stage.world.wait_for(refusals)


def text_of(stage, asked):
    return "\n".join(m.content for m in stage.world.messages(asked.channel_id)).split()


async def test_a_mention_told_twice_is_one_job_with_one_answer(shared, doubled):
    channel, bot = shared.world.channel("art"), shared.world.bot
    said = await shared.world.post("Ben", channel, f"<@{bot.id}> twice mentioned")
    (answer,) = await shared.world.wait_for(
        lambda: shared.holding(answer_to("twice mentioned")) if shared.bot.running else None
    )
    await the_line_is_empty(shared)
    assert shared.rows(JOBS, f"message:{said.id}") == [(1,)]
    assert [m.id for m in shared.world.messages(channel)] == [said.id, answer.id]


async def test_an_empty_mention_told_twice_gets_one_sentence(shared, doubled):
    channel, bot = shared.world.channel("admin-only"), shared.world.bot
    said = await shared.world.post("Ada", channel, f"<@{bot.id}>")
    await shared.world.wait_for(lambda: len(shared.world.messages(channel)) > 1)
    await the_line_is_empty(shared)
    sentences = [m for m in shared.world.messages(channel) if m.id != said.id]
    assert len(sentences) == 1
    assert "nothing in your message" in sentences[0].content


async def the_line_is_empty(stage):
    """Whatever the bot was told before has been dealt with when this command is answered."""
    asked = await stage.ask("the end of the line")
    await stage.ended(asked)


@pytest.mark.parametrize("command", ["queue status", "my_tasks", "admin log audit"])
async def test_a_command_of_another_kind_told_twice_is_answered_once(shared, doubled, command):
    asked = await shared.world.slash("Ada", shared.channel(), command)
    await the_second_was_refused(shared, asked)
    await shared.world.wait_for(lambda: not asked.original.loading)
    await the_line_is_empty(shared)
    assert asked.original.embeds
    assert asked.followup_ids == []


async def test_a_refusal_told_twice_is_said_once(shared, doubled):
    asked = await shared.world.slash("Ben", shared.channel(), "admin log audit")
    await the_second_was_refused(shared, asked)
    await the_line_is_empty(shared)
    assert "Only administrators" in asked.original.text
    assert asked.followup_ids == []


async def test_a_press_told_twice_cancels_once_and_says_nothing_else(shared, doubled):
    shared.chat.talk("pressed twice")
    ben = shared.world.person("Ben")
    asked = await shared.ask("pressed twice", ben)
    await shared.begun("pressed twice")
    press = await shared.world.press(ben, asked.original, "Cancel")
    assert "Cancelled by you." in (await shared.ended(asked)).text
    await the_line_is_empty(shared)
    assert press.followup_ids == []
