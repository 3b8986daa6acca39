"""The built-in responder says what it is, and moves so that the queue can be watched."""

import pytest

from bot.providers.built_in import PACE_S, BuiltIn, script_for
from bot.providers.chat import ChatMessage, ChatRequest, ProviderError
from bot.ui.text import split_message


def saying(text):
    return ChatRequest((ChatMessage("user", text),))


async def ask(text):
    return [piece async for piece in BuiltIn(pace_s=0).stream(saying(text))]


async def test_says_what_it_is_and_how_to_set_a_provider():
    answer = "".join(await ask("What is love?"))
    assert "no model" in answer
    for setting in ("CHAT_BASE_URL", "CHAT_API_KEY", "CHAT_MODEL"):
        assert setting in answer


async def test_says_facts_about_the_question():
    assert "13 characters, 3 words on 1 line;" in "".join(await ask("What is love?"))


async def test_lists_every_demo_phrase():
    answer = "".join(await ask("help"))
    assert all(f"`{phrase}`" in answer for phrase in ("long", "huge", "slow", "fail", "reject"))


async def test_comes_word_by_word():
    pieces = await ask("hello")
    assert all(len(piece.split()) == 1 for piece in pieces)


async def test_the_same_request_gets_the_same_answer():
    assert await ask("hello") == await ask("hello")


async def test_an_empty_conversation_gets_an_answer():
    assert [piece async for piece in BuiltIn(pace_s=0).stream(ChatRequest(()))]


@pytest.mark.parametrize(("phrase", "fewest", "most"), [(" Long\n", 2, 4), ("huge", 5, 20)])
async def test_a_lengthy_answer_needs_several_messages_and_has_code(phrase, fewest, most):
    answer = "".join(await ask(phrase))
    assert fewest <= len(split_message(answer)) <= most
    assert answer.count("```") >= 4


async def test_slow_takes_about_forty_seconds():
    script = script_for(saying("slow"))
    assert 35 <= len(script.pieces) * script.beats * PACE_S <= 45


@pytest.mark.parametrize(("phrase", "retryable"), [("fail", True), ("reject", False)])
async def test_fails_when_it_is_asked_to(phrase, retryable):
    with pytest.raises(ProviderError) as caught:
        await ask(phrase)
    assert caught.value.retryable is retryable


async def test_fail_breaks_off_after_some_text():
    stream = BuiltIn(pace_s=0).stream(saying("fail"))
    assert await anext(stream) == "This "
