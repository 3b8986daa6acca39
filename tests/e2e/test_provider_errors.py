"""Whatever the chat server does, a person gets an answer or a sentence; never silence, no trace."""

import pytest

from tests.e2e.chat_server import answer_to, refusing, saying

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOT_FOR_PEOPLE = ("Traceback", "Error(", "bot/", ".py", "sandbox-key")


@pytest.fixture(scope="module")
def settings():
    return {"CHAT_API_KEY": "sandbox-key"}


async def breaking_off(exchange):
    await exchange.say("Half of an")
    exchange.response.force_close()


async def malformed(exchange):
    await exchange.send_raw("data: {this is no JSON\n\n")


async def failing_inside(exchange):
    await exchange.say("Well")
    await exchange.send({"error": {"message": "Traceback", "code": "server_error"}})


async def vanishing(exchange):
    exchange._request.transport.abort()


PASSING = {
    "429": refusing(429, Retry_After="0"),
    "500": refusing(500),
    "503": refusing(503),
    "breaking off": breaking_off,
    "malformed": malformed,
    "failing inside": failing_inside,
    "vanishing": vanishing,
    "empty": saying(),
}

LASTING = {
    "401": (refusing(401), "did not accept the bot's key", 1),
    "404": (refusing(404), "Choose another model", 1),
    "400": (refusing(400), "refused this request", 1),
    "429": (refusing(429, Retry_After="0"), "taking no more requests", 3),
    "500": (refusing(500), "having trouble on its side", 3),
    "malformed": (malformed, "something that is no answer", 3),
    "breaking off": (breaking_off, "broke off", 3),
    "empty": (saying(" "), "no text at all", 3),
}


@pytest.mark.parametrize("fault", PASSING)
async def test_a_fault_that_passes_is_tried_again(shared, fault):
    question = f"passing: {fault}"
    shared.chat.plan(question, PASSING[fault], saying(answer_to(question)))
    asked = await shared.ask(question)
    assert (await shared.ended(asked)).content == answer_to(question)
    assert shared.chat.asked[question] == 2
    assert_readable(shared, asked)


@pytest.mark.parametrize("fault", LASTING)
async def test_a_fault_that_lasts_ends_in_a_sentence(shared, fault):
    plan, sentence, attempts = LASTING[fault]
    await shared.ended(await shared.ask("all is well"))  # else the provider would be left alone
    question = f"lasting: {fault}"
    shared.chat.plan(question, plan)
    asked = await shared.ask(question)
    text = (await shared.ended(asked)).text
    assert sentence in text
    assert "simply ask again." in text
    assert shared.chat.asked[question] == attempts
    assert_readable(shared, asked)


async def test_the_provider_s_own_wish_to_wait_is_shown_and_kept(shared):
    question = "come back later"
    shared.chat.plan(question, refusing(429, Retry_After="600"), saying("too early"))
    person = shared.person()
    asked = await shared.ask(question, person)
    await shared.world.wait_for(lambda: "The next attempt starts" in asked.original.text)
    ((waits_s,),) = shared.rows(
        "SELECT run_at - ? FROM job WHERE key = ?", asked.created_at, f"interaction:{asked.id}"
    )
    assert 590 < waits_s < 610
    await shared.world.press(person, asked.original, "Cancel")
    await shared.ended(asked)
    assert_readable(shared, asked)


def assert_readable(stage, asked):
    for version in stage.world.history(asked.original):
        assert not any(word in version.message.text for word in NOT_FOR_PEOPLE)
