"""A host gets a few calls at once, some wait in line, and a silent one gets one."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bot.delivery.webhooks import hosts as module
from bot.delivery.webhooks.hosts import LINE, MOST, Hosts
from tests.queue.watching import never, soon


@pytest.fixture
def hosts() -> Hosts:
    return Hosts()


@pytest.fixture
async def enter(hosts):
    """Begin a call that lasts until it is ended; whether it may be made."""
    async with AsyncExitStack() as calls:

        async def enter(host="a") -> tuple[bool, AsyncExitStack]:
            call = await calls.enter_async_context(AsyncExitStack())
            return await call.enter_async_context(hosts.turn(host)), call

        yield enter


async def test_so_many_at_once_and_others_wait_for_their_turn(enter):
    calls = [(await enter())[1] for _ in range(MOST)]
    waiting = asyncio.create_task(enter())
    await never(asyncio.shield(waiting))
    assert (await enter("b"))[0]
    await calls[0].aclose()
    assert (await soon(waiting))[0]


async def test_the_line_is_short(enter):
    calls = [(await enter())[1] for _ in range(MOST)]
    waiting = [asyncio.create_task(enter()) for _ in range(LINE)]
    await asyncio.sleep(0)
    assert not (await enter())[0]
    for call in calls:
        await call.aclose()
    assert [(await soon(one))[0] for one in waiting[:MOST]] == [True] * MOST
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_nobody_waits_longer_than_patience_lasts(enter, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)
    for _ in range(MOST):
        await enter()
    assert not (await soon(asyncio.create_task(enter())))[0]


async def test_a_silent_one_gets_one_and_its_line_is_sent_away(hosts, enter):
    calls = [(await enter())[1] for _ in range(MOST)]
    waiting = [asyncio.create_task(enter()) for _ in range(LINE)]
    await asyncio.sleep(0)
    hosts.answered("a", silent=True)
    await calls[0].aclose()
    assert [(await soon(one))[0] for one in waiting] == [False] * LINE
    for call in calls[1:]:
        assert not (await enter())[0]
        await call.aclose()
    assert (await enter())[0]
    assert not (await enter())[0]
    assert (await enter("b"))[0]


async def test_one_that_answers_again_gets_all_again(hosts, enter):
    hosts.answered("a", silent=True)
    assert (await enter())[0]
    hosts.answered("a", silent=False)
    assert (await enter())[0]
