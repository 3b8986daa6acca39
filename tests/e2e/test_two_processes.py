"""Two bots with one token on one database: both work, and every person gets exactly one answer."""

import os
import signal

import pytest
import pytest_asyncio

from tests.e2e.chat_server import Talk, answer_to, refusing, saying
from tests.e2e.stage import bot_in, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORKERS = "SELECT DISTINCT worker FROM job WHERE state = 'PROCESSING'"


@pytest.fixture(scope="module")
def settings():
    return {"QUEUE_CONCURRENCY": "chat:3", "QUEUE_VISIBILITY_TIMEOUT": "1"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(tmp_path_factory, settings):
    folder = tmp_path_factory.mktemp("pair")
    async with stage(folder, **settings) as first:
        env = settings | {"CHAT_BASE_URL": first.chat.url}
        async with bot_in(folder, first.sandbox, **env) as second:
            await first.world.wait_for(lambda: first.world.ready_sessions == 2)
            yield first, second


async def test_both_work_and_everybody_gets_one_answer(pair):
    first, _ = pair
    first.chat.closed = True
    questions = [f"halting question {n}" for n in range(6)] + ["long question"]
    asked = {question: await first.ask(question) for question in questions}
    for question in questions[:6]:
        await first.begun(question)
    assert len(first.rows(WORKERS)) == 2
    for question in questions[:6]:
        ticket = asked[question]
        await first.world.wait_for(lambda seen=ticket: "answering" in seen.original.text)
    first.chat.open()
    for question, one in asked.items():
        answer = await first.ended(one)
        await first.world.wait_for(lambda q=question: whole(first, q))
        assert first.holding(f"[{question}]")[0].id == answer.id
        assert first.chat.asked[question] == 1


def whole(running, question):
    parts = running.holding(f"[{question}]")
    return "\n".join(part.content for part in parts).split() == answer_to(question).split()


async def test_a_process_that_froze_cannot_touch_what_another_one_finished(pair):
    first, _ = pair
    question = "frozen"
    early, late = Talk(), Talk()
    first.chat.plan(question, early, late)
    asked = await first.ask(question)
    early.say("A beginning.")
    await first.world.wait_for(lambda: "A beginning." in asked.original.text)
    frozen = holder(pair, asked)
    os.kill(frozen.pid, signal.SIGSTOP)
    try:
        await first.begun(question, times=2)
        late.say(answer_to(question))
        late.end()
        await first.ended(asked)
        early.say("A second piece.")
    finally:
        os.kill(frozen.pid, signal.SIGCONT)
    await first.world.wait_for(lambda: first.chat.left[question])
    await a_second_passes(first)
    assert asked.original.content == answer_to(question)
    assert not first.holding("A second piece.")


async def a_second_passes(running):
    """Long enough for the frozen process to send its edit, if it had one."""
    running.chat.plan("again", refusing(429, Retry_After="1"), saying("Now."))
    assert (await running.ended(await running.ask("again"))).content == "Now."


def holder(pair, asked):
    """The process that runs this job."""
    running, second = pair
    ((worker,),) = running.rows("SELECT worker FROM job WHERE key = ?", f"interaction:{asked.id}")
    return running.bot if str(running.bot.pid) in worker else second
