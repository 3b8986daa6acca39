"""People are in one voice channel at most; the bot hears of it as Discord tells it."""

import pytest

from sandbox.model import VOICE_CHANNEL

GUILDS, MEMBERS, VOICE_STATES = 1, 1 << 1, 1 << 7


def told(event):
    """Who is where, by an event or a state."""
    return event["user_id"], event["channel_id"], event["self_deaf"]


@pytest.fixture
def lounge(sandbox):
    return sandbox.world.channel("lounge")


@pytest.fixture
def ben(sandbox):
    return sandbox.world.person("Ben")


async def test_the_bot_hears_who_joins_hears_nothing_moves_and_leaves(
    sandbox, gateway, lounge, ben
):
    world = sandbox.world
    other = world.directory.add_channel(world.guild, "other", kind=VOICE_CHANNEL)
    async with gateway(GUILDS | VOICE_STATES) as socket:
        await socket.event("GUILD_CREATE")
        world.join_voice("Ben", "lounge")
        joined = (await socket.event("VOICE_STATE_UPDATE"))["d"]
        assert told(joined) == (ben.id, lounge.id, False)
        assert joined["member"]["user"]["id"] == ben.id
        assert joined["guild_id"] == world.guild.id
        world.join_voice("Ben", "lounge", deaf=True)
        assert told((await socket.event("VOICE_STATE_UPDATE"))["d"]) == (ben.id, lounge.id, True)
        world.join_voice("Ben", other)
        assert told((await socket.event("VOICE_STATE_UPDATE"))["d"]) == (ben.id, other.id, False)
        world.leave_voice("Ben")
        assert (await socket.event("VOICE_STATE_UPDATE"))["d"]["channel_id"] is None


async def test_a_new_connection_is_told_who_is_there_and_who_they_are(
    sandbox, gateway, lounge, ben
):
    sandbox.world.join_voice("Ben", "lounge")
    async with gateway(GUILDS | VOICE_STATES) as socket:
        guild = (await socket.event("GUILD_CREATE"))["d"]
    assert [told(state) for state in guild["voice_states"]] == [(ben.id, lounge.id, False)]
    assert {one["user"]["id"] for one in guild["members"]} == {sandbox.world.bot.id, ben.id}


async def test_without_the_intent_nothing_is_told(sandbox, gateway):
    async with gateway(GUILDS) as socket:
        assert (await socket.event("GUILD_CREATE"))["d"]["voice_states"] == []
        sandbox.world.join_voice("Ben", "lounge")
        sandbox.world.directory.add_channel(sandbox.world.guild, "later")
        assert (await socket.receive())["t"] == "CHANNEL_CREATE"


async def test_who_leaves_the_server_and_whose_channel_is_deleted_is_nowhere(sandbox):
    world = sandbox.world
    for name in ("Ben", "Cleo"):
        world.join_voice(name, "lounge")
    world.directory.leave(world.guild, world.person("Ben"))
    assert [state.user_id for state in world.voices.of(world.guild.id)] == [world.person("Cleo").id]
    world.delete_channel("lounge")
    assert world.voices.of(world.guild.id) == []


async def test_only_voice_channels_are_for_talking(sandbox):
    with pytest.raises(LookupError, match="not a voice channel"):
        sandbox.world.join_voice("Ben", "general")


async def test_whoever_may_not_connect_does_not_read_what_is_written_there(sandbox, rest, lounge):
    path = f"/channels/{lounge.id}/messages"
    assert (await rest("GET", path))[0] == 200
    sandbox.world.permit("lounge", sandbox.world.bot, deny=["CONNECT"])
    assert (await rest("GET", path))[1]["code"] == 50001


async def test_archived_threads_are_listed_the_last_one_first(sandbox, rest):
    directory = sandbox.world.directory
    general = sandbox.world.channel("general")
    path = f"/channels/{general.id}/threads/archived/public"
    ids = []
    for name in ("one", "two", "three"):
        thread = directory.add_thread("general", name, "Ben")
        directory.set_thread(thread, archived=True)
        ids.append(thread.id)
    directory.add_thread("general", "open", "Ben")

    first = (await rest("GET", f"{path}?limit=2"))[1]
    last = first["threads"][-1]["thread_metadata"]["archive_timestamp"]
    rest_of = (await rest("GET", f"{path}?before={last.replace('+', '%2B')}"))[1]

    assert [one["id"] for one in first["threads"]] == [ids[2], ids[1]]
    assert first["has_more"]
    assert [one["id"] for one in rest_of["threads"]] == [ids[0]]
    assert not rest_of["has_more"]
