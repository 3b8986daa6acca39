"""Trouble that comes by itself: a share of calls, connections that do not last or go silent."""

import asyncio
from collections import Counter

import aiohttp
import pytest

GUILD_MESSAGES, CONTENT = 1 << 9, 1 << 15


async def outcome(rest):
    try:
        return (await rest("GET", "/users/@me"))[0]
    except aiohttp.ClientConnectionError:
        return "torn"


async def outcomes(rest, calls=200):
    return [await outcome(rest) for _ in range(calls)]


async def test_a_share_of_calls_fails_in_every_way_and_the_seed_says_which(sandbox, rest):
    sandbox.world.limits.enabled = False
    sandbox.world.troubles.storm(0.2, seed=7, hang_s=0.0)
    first = await outcomes(rest)
    sandbox.world.troubles.storm(0.2, seed=7, hang_s=0.0)
    second = await outcomes(rest)
    sandbox.world.troubles.storm(0)

    assert first == second
    assert set(first) == {200, 500, 503, "torn"}
    assert 20 <= 200 - Counter(first)[200] <= 60
    assert set(await outcomes(rest, 20)) == {200}


async def test_a_call_lost_in_a_storm_was_performed(desk):
    desk.world.troubles.storm(1, pattern="callback", outcomes=("lost",))
    asked = await desk.ask()

    with pytest.raises(aiohttp.ClientConnectionError):
        await desk.respond(asked, 4, content="seen")

    assert asked.original.content == "seen"


async def test_a_call_that_hangs_is_torn_after_a_while(sandbox, rest):
    sandbox.world.troubles.storm(1, outcomes=("hang",), hang_s=0.01)

    assert await outcome(rest) == "torn"


async def test_connections_end_by_turns_with_a_resume_and_with_an_invalid_session(sandbox, gateway):
    world = sandbox.world
    world.troubles.drop_gateway_every(0)
    moment = asyncio.Event()  # nobody is there whose connection could end in it
    asyncio.get_running_loop().call_later(0, moment.set)
    await moment.wait()
    world.troubles.drop_gateway_every(0.02)
    async with gateway(0) as socket:
        ready = await socket.event("READY")
        assert await socket.closed() == 4000
    async with gateway() as socket:
        resume = {"token": sandbox.token, "session_id": ready["d"]["session_id"]}
        await socket.send(6, resume | {"seq": ready["s"]})
        await socket.event("RESUMED")
        while (frame := await socket.receive())["op"] != 9:
            pass
    assert frame["d"] is False

    world.troubles.drop_gateway_every(None)
    async with gateway(0) as socket:
        await socket.event("READY")
        await socket.send(1, None)
        assert (await socket.receive())["op"] in {0, 11}


async def test_discordpy_lives_through_drops(sandbox, bot):
    world = sandbox.world
    world.troubles.drop_gateway_every(0.1)

    await bot.wait_for("shard_resumed", timeout=5)
    world.troubles.drop_gateway_every(None)
    await world.wait_for(lambda: world.ready_sessions)
    await world.post("Ben", "general", "hello")

    await world.wait_for(lambda: len(world.messages("general")) == 2)


async def test_a_resume_can_bring_again_what_was_heard(sandbox, gateway):
    world = sandbox.world
    world.troubles.replayed = 1
    async with gateway(GUILD_MESSAGES | CONTENT) as socket:
        session = (await socket.event("READY"))["d"]["session_id"]
        await world.post("Ben", "general", "heard")
        heard = (await socket.event("MESSAGE_CREATE"))["s"]

    async with gateway() as socket:
        await socket.send(6, {"token": sandbox.token, "session_id": session, "seq": heard})
        again = await socket.receive()

    assert (again["s"], again["d"]["content"]) == (heard, "heard")


async def test_a_frozen_connection_answers_no_heartbeats_and_a_resume_brings_the_rest(
    sandbox, gateway
):
    world = sandbox.world
    async with gateway(GUILD_MESSAGES | CONTENT) as socket:
        ready = await socket.event("READY")
        world.troubles.freeze_gateway()
        await socket.send(1, None)
        await world.post("Ben", "general", "into the void")
        async with gateway() as other:
            resume = {"token": sandbox.token, "session_id": ready["d"]["session_id"]}
            await other.send(6, resume | {"seq": ready["s"]})
            missed = await other.event("MESSAGE_CREATE")
            assert missed["d"]["content"] == "into the void"


async def test_discordpy_leaves_a_frozen_connection_and_resumes(sandbox, start_bot):
    world = sandbox.world
    world.troubles.heartbeat_s = 0.2
    async with start_bot(heartbeat_timeout=0.5) as bot:
        await bot.wait_until_ready()
        world.troubles.freeze_gateway()
        await world.post("Ben", "general", "hello")

        await world.wait_for(lambda: len(world.messages("general")) == 2)

    assert bot.resumes == 1


async def test_clearing_ends_storms_and_short_lives(sandbox, rest):
    troubles = sandbox.world.troubles
    troubles.storm(1, outcomes=(500,))
    troubles.drop_gateway_every(1)

    troubles.clear()

    assert await outcome(rest) == 200
    assert troubles.snapshot(0)["connection_life_s"] is None
