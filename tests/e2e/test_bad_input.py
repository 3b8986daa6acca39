"""Whatever people type, they get an answer or a clear sentence."""

import pytest

from sandbox.invocation import InvocationError
from tests.e2e.chat_server import answer_to

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTHING_TO_ANSWER = "There is nothing in your message to answer."
MOST = 3

ODD = {
    "6,000 characters": "a" * 5990 + " the end.",
    "only emoji": "😀🏳️‍🌈👩‍👩‍👧‍👦",
    "right to left": "مرحبا، كيف حالك؟ \u202eabc",
    "everyone": "@everyone @here",
    "code fences": "```py\nprint(1)\n``` and ``` an open one",
    "markdown": "**[x](http://x.example)** ||spoiler|| > # <t:0:R> <#1> </chat:1>",
    "quotes and braces": "'; DROP TABLE job; -- {0} %s \\ \" $(reboot)",
    "combining": "Z" + "\u0301" * 500,
}

CLEANED = {
    "null bytes": ("null\0 bytes", "null bytes"),
    "a lone surrogate": ("half a \ud83d character", "half a  character"),
    "control characters": ("bell\a and escape\x1b[31m", "bell and escape[31m"),
}


@pytest.fixture(scope="module")
def settings():
    return {
        "QUEUE_MAX_SIZE": "5",
        "QUEUE_MAX_ACTIVE_PER_USER": str(MOST),
        "QUEUE_CONCURRENCY": "chat:1",
    }


async def test_an_empty_question_cannot_even_be_sent(shared):
    with pytest.raises(InvocationError):
        await shared.ask("")


@pytest.mark.parametrize("blank", [" ", "\n\t\n", "\0", "\u3000", "\u200b\ufe0f"])
async def test_a_blank_question_gets_a_sentence(shared, blank):
    asked = await shared.ask(blank)
    assert NOTHING_TO_ANSWER in asked.original.content
    assert asked.original.ephemeral


@pytest.mark.parametrize("kind", ODD)
async def test_odd_text_is_a_question_like_any_other(shared, kind):
    asked = await shared.ask(ODD[kind])
    answer = await shared.ended(asked)
    assert shared.chat.asked[ODD[kind].strip()] == 1
    if len(ODD[kind]) < 1900:
        assert answer.content.startswith(answer_to(ODD[kind].strip()))
    assert not answer.pinged_everyone


@pytest.mark.parametrize("kind", CLEANED)
async def test_what_no_text_may_hold_is_left_out(shared, kind):
    typed, meant = CLEANED[kind]
    await shared.ended(await shared.ask(typed))
    assert shared.chat.asked[meant] == 1


@pytest.mark.parametrize("odd", ["\0", "half \ud83d", "@everyone", "no/such model\n"])
async def test_an_odd_model_is_no_trouble(shared, odd):
    asked = await shared.ask(f"with the model {odd!r}", model=odd)
    assert "42" in (await shared.ended(asked)).content


async def test_one_person_s_limit_and_a_full_queue_are_clear_sentences(shared):
    shared.chat.closed = True
    ben = shared.world.person("Ben")
    asked = [await shared.ask(f"one of {MOST}: {number}", ben) for number in range(MOST)]
    await shared.begun(f"one of {MOST}: 0")
    refused = await shared.ask("one too many", ben)
    assert f"You have {MOST} unfinished jobs" in refused.original.content
    assert refused.original.ephemeral
    asked += [await shared.ask(f"somebody else's {number}") for number in range(3)]
    full = await shared.ask("no room")
    assert "The queue is full: 5 jobs are waiting. Please try again later." in full.original.content
    assert full.original.ephemeral
    said = await shared.world.post("Cleo", "general", f"<@{shared.world.bot.id}> no room either")
    await shared.world.wait_for(lambda: said.id in replied_to(shared, "The queue is full"))
    shared.chat.open()
    for one in asked:
        assert "42" in (await shared.ended(one)).content
    assert shared.chat.asked["one too many"] == shared.chat.asked["no room"] == 0


def replied_to(stage, text):
    """The messages that were answered with this text."""
    return [one.reference["message_id"] for one in stage.holding(text) if one.reference]
