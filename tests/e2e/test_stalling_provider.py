"""A chat server that begins and never ends costs a person no more than the job's time.

The time is short here, so that on a slow machine an attempt more may be over it.
"""

import asyncio

import pytest

from tests.e2e.chat_server import answer_to, saying

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def settings():
    return {"QUEUE_JOB_TIMEOUT": "1"}


async def stalling(exchange):
    await exchange.say("It is")
    await asyncio.Event().wait()


async def test_that_goes_on_with_the_next_attempt_is_an_answer(shared):
    question = "stalls once"
    shared.chat.plan(question, stalling, saying(answer_to(question)))
    assert (await shared.ended(await shared.ask(question))).content == answer_to(question)
    assert shared.chat.asked[question] >= 2


async def test_that_stalls_each_time_is_a_sentence(shared):
    shared.chat.plan("endless", stalling)
    text = (await shared.ended(await shared.ask("endless"))).text
    assert "It took longer than one second." in text
