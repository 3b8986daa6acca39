"""The bot is kicked, comes back, and reaches people in private only as Discord lets it."""

import pytest

from sandbox.invocation import InvocationError

GUILDS = 1


def refusal(answer):
    return answer[0], answer[1]["code"]


@pytest.fixture
def write_to(rest):
    """Sends a direct message."""

    async def write(person):
        opened = await rest("POST", "/users/@me/channels", {"recipient_id": person.id})
        return await rest("POST", f"/channels/{opened[1]['id']}/messages", {"content": "x"})

    return write


async def test_a_kicked_bot_knows_the_guild_no_more(sandbox, rest):
    world = sandbox.world
    general, guild = world.channel("general"), world.guild

    world.kick_bot()

    assert refusal(await rest("GET", f"/guilds/{guild.id}")) == (404, 10004)
    assert refusal(await rest("GET", f"/guilds/{guild.id}/roles")) == (403, 50001)
    answer = await rest("POST", f"/channels/{general.id}/messages", {"content": "x"})
    assert refusal(answer) == (403, 50001)
    assert (await rest("GET", "/users/@me/guilds"))[1] == []


async def test_the_tokens_of_the_guild_s_interactions_end_with_the_kick(sandbox, desk):
    asked = await desk.ask()
    unanswered = await desk.ask()
    await desk.respond(asked, 5)

    sandbox.world.kick_bot()

    assert refusal(await desk.original("PATCH", asked, content="x")) == (401, 50027)
    assert refusal(await desk.respond(unanswered, 5)) == (404, 10062)
    with pytest.raises(InvocationError, match="not in this server"):
        await desk.ask()


async def test_the_gateway_tells_of_the_kick_and_of_the_return(sandbox, gateway):
    world = sandbox.world
    async with gateway(GUILDS) as socket:
        await socket.event("GUILD_CREATE")
        world.kick_bot()
        world.directory.add_channel(world.guild, "unheard-of")
        world.invite_bot()

        assert (await socket.event("GUILD_DELETE"))["d"] == {"id": world.guild.id}
        back = await socket.receive()

    assert back["t"] == "GUILD_CREATE"
    assert "unheard-of" in {channel["name"] for channel in back["d"]["channels"]}


async def test_discordpy_leaves_and_joins(sandbox, bot):
    world = sandbox.world

    await bot.wait_until_ready()
    world.kick_bot()
    await bot.wait_for("guild_remove", timeout=5)
    world.invite_bot()
    await bot.wait_for("guild_join", timeout=5)
    asked = await world.answered(await world.slash("Ben", "general", "echo", text="back"))

    assert asked.original.content == "back"


async def test_discordpy_hears_what_it_may_and_where(sandbox, bot):
    world = sandbox.world
    general = world.channel("general")

    world.permit(general, "Conveyor", deny=["SEND_MESSAGES"])
    world.directory.add_channel(world.guild, "later")
    world.delete_channel("art")
    await bot.wait_for("guild_channel_delete", timeout=5)

    guild = bot.get_guild(int(world.guild.id))
    assert not guild.get_channel(int(general.id)).permissions_for(guild.me).send_messages
    assert {one.name for one in guild.text_channels} == {
        "general",
        "admin-only",
        "no-bots",
        "later",
    }


async def test_who_closed_their_direct_messages_is_50007(sandbox, write_to):
    ben = sandbox.world.person("Ben")
    assert (await write_to(ben))[0] == 200

    sandbox.world.directory.set_dm_open(ben, is_open=False)

    assert refusal(await write_to(ben)) == (403, 50007)


async def test_without_a_guild_in_common_it_is_50278(sandbox, write_to):
    world = sandbox.world
    world.kick_bot()
    assert refusal(await write_to(world.person("Ben"))) == (403, 50278)

    world.add_guild("Elsewhere", owner="Cleo", people=["Ben"])
    assert (await write_to(world.person("Ben")))[0] == 200
