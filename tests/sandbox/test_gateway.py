"""The gateway: who may identify, what they hear, and that nothing is lost over a resume."""

import aiohttp
import pytest

GUILDS, MEMBERS, GUILD_MESSAGES, DIRECT, CONTENT = 1, 1 << 1, 1 << 9, 1 << 12, 1 << 15


async def test_a_wrong_token_closes_with_4004(gateway):
    async with gateway() as socket:
        await socket.send(2, {"token": "wrong", "intents": 0})
        assert await socket.closed() == 4004


async def test_an_intent_that_was_not_granted_closes_with_4014(sandbox, gateway):
    sandbox.world.portal = frozenset({"members"})
    async with gateway(MEMBERS | CONTENT) as socket:
        assert await socket.closed() == 4014


@pytest.mark.parametrize(("intents", "names"), [(GUILDS, 1), (GUILDS | MEMBERS, 4)])
async def test_guild_create_lists_members_as_intents_allow(gateway, intents, names):
    async with gateway(intents) as socket:
        ready = (await socket.event("READY"))["d"]
        guild = (await socket.event("GUILD_CREATE"))["d"]

    assert ready["resume_gateway_url"].startswith("ws://127.0.0.1")
    assert ready["guilds"] == [{"id": guild["id"], "unavailable": True}]
    assert len(guild["members"]) == names
    assert guild["member_count"] == 4


async def test_heartbeats_are_acknowledged(gateway):
    async with gateway() as socket:
        await socket.send(1, None)
        assert (await socket.receive())["op"] == 11


async def test_content_is_empty_without_its_intent_but_for_mentions_and_direct_messages(
    sandbox, gateway
):
    world = sandbox.world
    async with gateway(GUILD_MESSAGES | DIRECT) as socket:
        await world.connected(commands=False)
        mention = f"<@{world.bot.id}> hello"
        await world.post("Ben", "general", "not for bots")
        await world.post("Ben", "general", mention)
        await world.post_direct("Ben", "in private")
        heard = [(await socket.event("MESSAGE_CREATE"))["d"] for _ in range(3)]

    assert [message["content"] for message in heard] == ["", mention, "in private"]
    assert "guild_id" not in heard[2]


async def test_channels_that_the_bot_cannot_see_stay_silent(sandbox, gateway):
    world = sandbox.world
    async with gateway(GUILD_MESSAGES | CONTENT) as socket:
        await world.connected(commands=False)
        await world.post("Ben", "no-bots", "hidden")
        await world.post("Ben", "general", "seen")
        heard = await socket.event("MESSAGE_CREATE")

    assert heard["d"]["content"] == "seen"


async def test_an_ephemeral_answer_comes_back_without_a_guild(sandbox, desk, gateway):
    async with gateway(GUILD_MESSAGES | DIRECT) as socket:
        await sandbox.world.connected()
        asked = await desk.ask()
        await desk.respond(asked, 4, content="secret", flags=64)
        heard = (await socket.event("MESSAGE_CREATE"))["d"]

    assert heard["content"] == "secret"
    assert "guild_id" not in heard


async def test_a_resume_brings_what_was_missed_once_and_in_order(sandbox, gateway):
    world = sandbox.world
    async with gateway(GUILD_MESSAGES | CONTENT) as socket:
        session = (await socket.event("READY"))["d"]["session_id"]
        await world.post("Ben", "general", "heard")
        seen = (await socket.event("MESSAGE_CREATE"))["s"]
        world.troubles.drop_gateway()
        assert await socket.closed() == 4000
    for text in ("one", "two"):
        await world.post("Ben", "general", text)

    async with gateway() as socket:
        resume = {"token": sandbox.token, "session_id": session, "seq": seen}
        await socket.send(6, resume)
        missed = [await socket.receive() for _ in range(3)]

    assert [f["t"] for f in missed] == ["MESSAGE_CREATE", "MESSAGE_CREATE", "RESUMED"]
    assert [f["d"]["content"] for f in missed[:2]] == ["one", "two"]
    assert [f["s"] for f in missed] == [seen + 1, seen + 2, seen + 3]


async def test_a_session_that_is_not_resumable_is_invalid(sandbox, gateway):
    async with gateway(0) as socket:
        session = (await socket.event("READY"))["d"]["session_id"]
        sandbox.world.troubles.drop_gateway(resumable=False)
        await socket.closed()

    async with gateway() as socket:
        await socket.send(6, {"token": sandbox.token, "session_id": session, "seq": 1})
        frame = await socket.receive()

    assert (frame["op"], frame["d"]) == (9, False)


async def test_members_are_sent_in_chunks_on_request(sandbox, gateway):
    world = sandbox.world
    world.add_people(1500)
    async with gateway(GUILDS | MEMBERS) as socket:
        await socket.event("READY")
        await socket.send(8, {"guild_id": world.guild.id, "query": "", "limit": 0, "nonce": "n"})
        chunks = [(await socket.event("GUILD_MEMBERS_CHUNK"))["d"] for _ in range(2)]

    assert [len(chunk["members"]) for chunk in chunks] == [1000, 504]
    assert {chunk["nonce"] for chunk in chunks} == {"n"}


async def test_duplicated_events_arrive_twice(sandbox, desk, gateway):
    async with gateway(0) as socket:
        await sandbox.world.connected()
        sandbox.world.troubles.duplicate_events()
        asked = await desk.ask()
        first = await socket.event("INTERACTION_CREATE")
        second = await socket.event("INTERACTION_CREATE")

    assert first["d"]["id"] == second["d"]["id"] == asked.id
    assert second["s"] == first["s"] + 1
    assert asked.deliveries == 2


async def test_a_gateway_that_is_down_lets_nobody_in(sandbox, gateway, http):
    sandbox.world.troubles.gateway_down()

    with pytest.raises(aiohttp.WSServerHandshakeError):
        async with gateway():
            pass
    sandbox.world.troubles.gateway_down(False)
    async with gateway(0) as socket:
        assert await socket.event("READY")


async def test_discordpy_resumes_after_a_drop(bot, sandbox):
    world = sandbox.world

    world.troubles.drop_gateway()
    await world.post("Ben", "general", "meanwhile")
    await world.wait_for(lambda: world.ready_sessions)
    await world.post("Ben", "general", "hello")
    await world.wait_for(lambda: len(world.messages("general")) == 3)

    assert [m.content for m in bot.heard][:2] == ["meanwhile", "hello"]


async def test_a_new_guild_and_new_roles_are_heard_of(bot, sandbox):
    world = sandbox.world

    other = world.add_guild("Elsewhere", owner="Cleo")
    world.directory.set_member_role(
        world.guild.id, world.person("Cleo").id, world.directory.role("Readers").id, held=True
    )
    asked = await world.answered(await world.slash("Cleo", "elsewhere", "echo", text="x"))

    assert asked.guild_id == other.id
    assert {guild.name for guild in bot.guilds} == {"Conveyor HQ", "Elsewhere"}
    cleo = bot.get_guild(int(world.guild.id)).get_member(int(world.person("Cleo").id))
    assert [role.name for role in cleo.roles] == ["@everyone", "Readers"]


async def test_an_interaction_that_a_resume_brings_counts_as_delivered(desk, sandbox, gateway):
    async with gateway(0) as socket:
        ready = await socket.event("READY")
        sandbox.world.troubles.drop_gateway()
        await socket.closed()
    asked = await desk.ask()
    assert asked.deliveries == 0

    async with gateway() as socket:
        session = ready["d"]["session_id"]
        await socket.send(6, {"token": sandbox.token, "session_id": session, "seq": ready["s"]})
        await socket.event("INTERACTION_CREATE")

    assert asked.deliveries == 1


async def test_an_invalid_session_is_told_and_cannot_be_resumed(sandbox, gateway):
    async with gateway(0) as socket:
        ready = await socket.event("READY")
        await sandbox.world.connected(commands=False)
        sandbox.world.troubles.invalid_session()
        while (frame := await socket.receive())["op"] != 9:
            pass
    assert frame["d"] is False
    assert sandbox.world.ready_sessions == 0

    async with gateway() as socket:
        session = ready["d"]["session_id"]
        await socket.send(6, {"token": sandbox.token, "session_id": session, "seq": ready["s"]})
        assert (await socket.receive())["op"] == 9
