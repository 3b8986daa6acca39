"""A small model is told the question, and of what was before it as much as it can bear in mind."""

from bot.providers.chat import ChatMessage, ChatRequest
from bot.providers.local.conversation import INSTRUCTION, MOST_REMEMBERED, shortened

QUESTION = ChatMessage("user", "And now?")
PROMPT = ChatMessage("system", "Rhyme.")


def told(*messages):
    return shortened(ChatRequest(messages, "any")).messages


def turn(role, size):
    return ChatMessage(role, "x" * size)


def test_it_is_told_to_be_brief_unless_a_server_has_a_prompt_of_its_own():
    assert told(QUESTION) == (ChatMessage("system", INSTRUCTION), QUESTION)
    assert told(PROMPT, QUESTION) == (PROMPT, QUESTION)


def test_of_a_long_talk_the_newest_turns_stay():
    old = (turn("user", 1000), turn("assistant", 1000))
    new = (turn("user", 1400), turn("assistant", MOST_REMEMBERED - 1400))
    assert told(PROMPT, *old, *new, QUESTION) == (PROMPT, *new, QUESTION)


def test_an_answer_without_its_question_is_left_out():
    talk = (turn("user", MOST_REMEMBERED), turn("assistant", 10))
    assert told(PROMPT, *talk, QUESTION) == (PROMPT, QUESTION)


def test_the_question_itself_is_never_cut():
    long = turn("user", 10 * MOST_REMEMBERED)
    assert told(PROMPT, turn("user", 1), turn("assistant", 1), long)[-1] == long
