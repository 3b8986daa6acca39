"""A small model answers, alone on this machine; where it cannot, the built-in responder does."""

import asyncio
import os
import select
import signal
import sys
from contextlib import aclosing, nullcontext
from pathlib import Path

import aiohttp
import pytest

from bot.providers.built_in import DEMONSTRATIONS, script_for
from bot.providers.chat import ChatMessage, ChatRequest, Picture
from bot.providers.errors import ProviderError
from bot.providers.local.model import find_model
from bot.providers.local.serving import PARALLEL

ROOT = Path(__file__).parents[3]


def saying(text):
    return ChatRequest((ChatMessage("user", text),))


async def answer_of(model, text):
    async with asyncio.timeout(60):
        said = [piece async for piece in model.stream(saying(text))]
        return "".join(piece for piece in said if isinstance(piece, str))


@pytest.fixture
async def broken(local, tmp_path):
    """A model whose file is none."""
    file = tmp_path / "broken.gguf"
    file.write_bytes(b"This is no model. " * 1000)
    return await local(file)


async def test_it_answers_one_question_after_the_other(local):
    model = await local()
    answers = [await answer_of(model, "What is the capital of France?") for _ in range(3)]
    assert all(answers)
    assert not any("built-in responder" in answer for answer in answers)
    assert "SmolLM2" in await model.check()


@pytest.mark.long
async def test_more_questions_than_it_can_answer_at_once_take_turns(local):
    model = await local()
    answers = await asyncio.gather(*(answer_of(model, "hello") for _ in range(PARALLEL * 2)))
    assert all(answers)


async def test_a_reader_who_leaves_gives_the_turn_back(local):
    model = await local()
    for _ in range(PARALLEL + 1):
        async with (
            asyncio.timeout(60),
            aclosing(model.stream(saying("Tell me a long story."))) as answer,
        ):
            assert await anext(answer)
    assert await answer_of(model, "hello")


async def test_a_picture_is_refused_with_a_sentence(local):
    seen = ChatMessage("user", "What is this?", (Picture("image/png", b"a picture"),))
    with pytest.raises(ProviderError, match="sees no pictures") as refused:
        await anext((await local()).stream(ChatRequest((seen,))))
    assert not refused.value.retryable


async def test_a_model_that_died_is_started_again(local):
    model = await local()
    first = await model.server()
    first.process.kill()
    await first.process.wait()
    assert await answer_of(model, "hello")
    assert (await model.server()).process.pid != first.process.pid


@pytest.mark.long
async def test_a_model_that_says_no_more_is_started_again(local):
    model = await local(stall_timeout_s=0.2)
    first = await model.server()
    first.process.send_signal(signal.SIGSTOP)
    with pytest.raises(ProviderError, match="small model") as lost:
        await answer_of(model, "hello")
    assert lost.value.retryable
    assert (await model.server()).process.pid != first.process.pid


@pytest.mark.long
async def test_a_model_that_dies_in_its_answer_is_not_blamed_on_a_setting(local):
    model = await local()
    async with asyncio.timeout(60), aclosing(model.stream(saying("A long story?"))) as answer:
        assert await anext(answer)
        (await model.server()).process.kill()
        with pytest.raises(ProviderError, match="small model") as lost:
            [piece async for piece in answer]
    assert lost.value.retryable


async def test_a_question_that_is_too_long_for_it_is_refused_with_a_sentence(local):
    with pytest.raises(ProviderError, match="too long") as refused:
        await answer_of(await local(), "word " * 9000)
    assert not refused.value.retryable


async def test_nobody_else_may_ask_it(local):
    server = await (await local()).server()
    question = {"messages": [{"role": "user", "content": "hello"}]}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/v1/chat/completions", json=question) as refused,
    ):
        assert refused.status == 401
    assert server.url.startswith("http://127.0.0.1:")


async def test_a_model_that_does_not_start_leaves_the_answer_to_the_built_in(broken, caplog):
    for _ in range(2):
        assert "built-in responder" in await answer_of(broken, "hello")
    assert "did not start" in await broken.check()
    (warning,) = [one for one in caplog.records if one.levelname == "WARNING"]
    assert "the local model did not start" in warning.getMessage()
    assert "exit code 1" in warning.getMessage()


@pytest.mark.parametrize("word", sorted(DEMONSTRATIONS))
async def test_the_words_that_show_the_queue_need_no_model(broken, caplog, word):
    script, said = script_for(saying(word)), []
    with nullcontext() if script.failure is None else pytest.raises(ProviderError):
        said.extend([piece async for piece in broken.stream(saying(f" {word.upper()} "))])
    assert script.failure or tuple(said) == script.pieces
    assert not caplog.records


STARTING = """
import asyncio, pathlib, sys
from bot.providers.local.server import start_server

async def main():
    server = await start_server(pathlib.Path(sys.argv[1]))
    print(server.process.pid, server.url, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux tells of others' children")
async def test_it_ends_with_the_bot_also_if_that_is_killed(local):
    await local()
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", STARTING, find_model()), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    pid, url = (await bot.stdout.readline()).decode().split()
    model = os.pidfd_open(int(pid))
    try:
        signal.pidfd_send_signal(model, signal.SIGTERM)  # a stop is for the bot to hear
        async with aiohttp.ClientSession() as session, session.get(f"{url}/health") as health:
            assert health.status == 200
        bot.kill()
        await bot.wait()
        assert await asyncio.to_thread(select.select, [model], [], [], 10) != ([], [], [])
    finally:
        os.close(model)
