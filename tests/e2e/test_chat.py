"""`/chat` from the question to the answer, as people see it."""

from itertools import pairwise

import pytest

from tests.e2e.chat_server import answer_to, saying
from tests.e2e.stage import PROGRESS_INTERVAL_S, is_over

pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSAGE_WITH_SOURCE, DEFERRAL = 4, 5
FENCE = "```"


def labels(message):
    return [button["label"] for row in message.components for button in row["components"]]


def after(stage, ticket):
    """The messages that follow a ticket in its channel."""
    return [m for m in stage.world.messages(ticket.channel_id) if int(m.id) > int(ticket.id)]


async def test_the_ticket_is_the_first_response_and_becomes_the_answer(shared):
    talk = shared.chat.talk("first")
    asked = await shared.ask("first")
    assert asked.response_type == MESSAGE_WITH_SOURCE
    assert labels(asked.original) == ["Cancel", "Refresh"]
    talk.say(answer_to("first"))
    talk.end()
    answer = await shared.ended(asked)
    assert answer.id == asked.original_id
    assert (answer.content, answer.embeds) == (answer_to("first"), ())
    assert after(shared, answer) == []


async def test_a_slow_store_is_covered_by_a_deferral(shared):
    with shared.locked_database():
        asked = await shared.ask("slowly stored")
        assert asked.response_type == DEFERRAL
        assert asked.original.loading
    assert (await shared.ended(asked)).content == answer_to("slowly stored")


async def test_the_answer_is_seen_as_it_is_written_and_no_more_often_than_the_interval(shared):
    talk = shared.chat.talk("bit by bit")
    asked = await shared.ask("bit by bit")
    for number in range(4):
        talk.say(*(f"piece-{number}.{part} " for part in range(10)))
        await shared.world.wait_for(lambda n=number: f"piece-{n}.9" in asked.original.text)
        assert "piece-0.0" in asked.original.text
    talk.end()
    await shared.ended(asked)
    _, *live, final = shared.world.history(asked.original)
    assert 4 <= len(live) <= 10
    assert all(b.at - a.at >= PROGRESS_INTERVAL_S for a, b in pairwise(live))
    assert final.message.content.startswith("piece-0.0")
    assert final.message.content.endswith("piece-3.9")


async def test_nobody_is_pinged_by_a_question_an_answer_or_a_mention(shared):
    ben = shared.world.person("Ben")
    trap = f"@everyone @here <@{ben.id}> <@&{shared.world.guild.id}>"
    talk = shared.chat.talk(trap)
    asked = await shared.ask(trap)
    talk.say(answer_to("long trap"), "\n\n", trap)
    await shared.world.wait_for(lambda: trap in asked.original.text)
    talk.end()
    first = await shared.ended(asked)
    await shared.world.wait_for(lambda: len(after(shared, first)) >= 2)
    shared.chat.plan(trap, saying(trap))
    said = await mention(shared, trap)
    mine = await shared.world.wait_for(lambda: answered(shared, said))
    for message in (first, *after(shared, first), mine):
        for version in shared.world.history(message):
            assert not version.message.pinged
            assert not version.message.pinged_everyone
            assert not version.message.mentions


async def mention(stage, text, channel="general"):
    return await stage.world.post(stage.person(), channel, f"<@{stage.world.bot.id}> {text}")


def answered(stage, question):
    """The finished ticket that replies to this message."""
    for message in stage.world.messages(question.channel_id):
        if (message.reference or {}).get("message_id") == question.id and is_over(message):
            return message
    return None


async def test_a_mention_is_answered_like_a_command(shared):
    question = await mention(shared, "by mention")
    answer = await shared.world.wait_for(lambda: answered(shared, question))
    assert answer.content == answer_to("by mention")
    assert shared.chat.asked["by mention"] == 1


async def test_an_answer_over_2000_characters_is_split_with_its_code_blocks_whole(shared):
    code = "\n".join(f"value_{n} = {n}  # the line number {n}" for n in range(120))
    shared.chat.plan("code", saying(f"Look:\n{FENCE}python\n{code}\n{FENCE}\nThat is it."))
    first = await shared.ended(await shared.ask("code"))
    await shared.world.wait_for(
        lambda: any("That is it." in part.content for part in after(shared, first))
    )
    parts = [first, *after(shared, first)]
    assert 2 <= len(parts) <= 4
    assert all(len(part.content) <= 2000 for part in parts)
    assert all(part.content.count(FENCE) % 2 == 0 for part in parts)
    assert all(FENCE + "python" in part.content for part in parts[1:])
    together = "\n".join(part.content for part in parts)
    assert [f"value_{n} =" for n in range(120) if together.count(f"value_{n} =") != 1] == []


async def test_an_answer_over_four_messages_is_a_file(shared):
    text = "A paragraph that goes on for a while.\n\n" * 400
    shared.chat.plan("a book", saying(text))
    answer = await shared.ended(await shared.ask("a book"))
    (file,) = answer.attachments
    assert shared.world.file(file).decode() == text.strip()
    assert answer.content.startswith("A paragraph that goes on")
    assert len(answer.content) <= 2000
    assert after(shared, answer) == []


async def test_a_private_answer_is_one_message_that_only_its_person_sees(shared):
    question = "long private"
    talk = shared.chat.talk(question)
    asked = await shared.ask(question, private=True)
    assert asked.original.ephemeral
    talk.say(answer_to(question))
    talk.end()
    answer = await shared.ended(asked)
    assert answer.ephemeral
    (file,) = answer.attachments
    assert shared.world.file(file).decode() == answer_to(question)
    assert [message.id for message in shared.holding(question)] == [answer.id]
