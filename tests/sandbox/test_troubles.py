"""What goes wrong on purpose goes wrong exactly so, and only as often as asked for."""

import asyncio

import aiohttp
import pytest


async def test_the_next_calls_fail_and_then_pass(sandbox, rest):
    failure = sandbox.world.troubles.fail("GET /users/@me", 503, times=2)

    statuses = [(await rest("GET", "/users/@me"))[0] for _ in range(3)]

    assert statuses == [503, 503, 200]
    assert failure.hits == 2


async def test_failures_hit_only_what_matches(sandbox, rest):
    sandbox.world.troubles.fail("GET /guilds/*/roles", 500, times=None)
    guild = sandbox.world.guild.id

    assert (await rest("GET", f"/guilds/{guild}/roles"))[0] == 500
    assert (await rest("GET", f"/guilds/{guild}"))[0] == 200


async def test_routes_can_be_named_by_their_pattern(sandbox, rest):
    sandbox.world.troubles.fail("GET /guilds/{guild}/roles", 500)

    assert (await rest("GET", f"/guilds/{sandbox.world.guild.id}/roles"))[0] == 500


async def test_chance_is_respected(sandbox, rest):
    never = sandbox.world.troubles.fail("users", 500, times=None, probability=0.0)
    assert (await rest("GET", "/users/@me"))[0] == 200
    never.probability = 1.0
    assert (await rest("GET", "/users/@me"))[0] == 500


async def test_a_429_on_purpose_looks_like_a_real_one(sandbox, rest):
    sandbox.world.troubles.fail("users", 429, retry_after_s=0.25)

    status, body, headers = await rest("GET", "/users/@me")

    assert (status, body["retry_after"], headers["Via"]) == (429, 0.25, "1.1 sandbox")


async def test_everything_fails_until_told_otherwise(sandbox, rest):
    sandbox.world.troubles.fail_everything(500)
    assert [(await rest("GET", "/users/@me"))[0] for _ in range(2)] == [500, 500]

    sandbox.world.troubles.fail_everything(None)
    assert (await rest("GET", "/users/@me"))[0] == 200


async def test_a_torn_connection_is_seen_as_a_reset(sandbox, rest):
    sandbox.world.troubles.fail("typing", "reset")
    path = f"/channels/{sandbox.world.channel('general').id}/typing"

    with pytest.raises(aiohttp.ClientOSError) as caught:
        await rest("POST", path)

    assert caught.value.errno == 104


async def test_the_api_can_be_down(sandbox, rest):
    sandbox.world.troubles.rest_down()
    with pytest.raises(aiohttp.ClientConnectionError):
        await rest("GET", "/users/@me")

    sandbox.world.troubles.rest_down(False)
    assert (await rest("GET", "/users/@me"))[0] == 200


async def test_a_hanging_call_ends_when_the_caller_gives_up(sandbox, rest):
    sandbox.world.troubles.fail("users", "hang")

    call = asyncio.create_task(rest("GET", "/users/@me"))
    await sandbox.world.wait_for(lambda: any("hangs" in entry.text for entry in sandbox.world.log))
    assert not call.done()
    call.cancel()


async def test_a_held_call_is_performed_only_after_its_release(desk):
    held = desk.world.troubles.hold("callback")
    asked = await desk.ask()

    answer = asyncio.create_task(desk.respond(asked, 4, content="x"))
    await held.reached()
    assert asked.state == "waiting"
    held.release()

    assert (await answer)[0] == 204
    assert asked.state == "answered"


async def test_a_held_answer_belongs_to_a_call_that_was_performed(desk):
    held = desk.world.troubles.hold("callback", answered=True)
    asked = await desk.ask()

    answer = asyncio.create_task(desk.respond(asked, 4, content="x"))
    await held.reached()
    assert asked.original.content == "x"
    assert not answer.done()
    held.release()

    assert (await answer)[0] == 204


async def test_a_call_whose_caller_left_while_it_was_held_is_not_performed(sandbox, desk):
    held = desk.world.troubles.hold("callback")
    asked = await desk.ask()
    _, writer = await asyncio.open_connection("127.0.0.1", sandbox.port)
    path = f"/api/v10/interactions/{asked.id}/{asked.token}/callback"
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n".encode())
    writer.write(b'{"type":5}')
    await held.reached()

    writer.close()
    await writer.wait_closed()
    held.release()
    await desk.world.wait_for(lambda: any("caller left" in e.text for e in desk.world.log))

    assert asked.original is None


async def test_a_lost_answer_was_performed_and_a_retry_is_40060(desk):
    desk.world.troubles.lose_answer("callback")
    asked = await desk.ask()

    with pytest.raises(aiohttp.ClientConnectionError):
        await desk.respond(asked, 4, content="seen")
    status, body, _ = await desk.respond(asked, 4, content="again")

    assert (status, body["code"]) == (400, 40060)
    assert asked.original.content == "seen"


async def test_clearing_lets_go_of_everything(sandbox, desk):
    held = sandbox.world.troubles.hold("callback")
    sandbox.world.troubles.fail("users", 500, times=None)
    asked = await desk.ask()
    answer = asyncio.create_task(desk.respond(asked, 4, content="x"))
    await held.reached()

    sandbox.world.troubles.clear()

    assert (await answer)[0] == 204
    assert (await desk.rest("GET", "/users/@me"))[0] == 200
