"""A bot on two shards is one bot: every server and every private message reaches it once."""

import pytest

from bot.client import Conveyor
from bot.operation import readiness
from tests.delivery.house import GUARD_S


@pytest.fixture
async def sharded(world, build, monkeypatch):
    async def at_once(*_, initial: bool = False) -> None:
        """Discord wants 5 s between two shards; the sandbox does not."""

    monkeypatch.setattr(Conveyor, "before_identify_hook", at_once)
    world.shards = 2
    return await build()


def shard_of(guild) -> int:
    """Which shard hears of a server (Discord's documentation on sharding)."""
    return (int(guild.id) >> 22) % 2


async def test_servers_on_both_and_private_messages_are_answered_once(world, sharded):
    guilds = {shard_of(world.guild): world.guild}
    number = 0
    while len(guilds) < 2:
        number += 1
        guild = world.add_guild(f"Server {number}", "Ada", ["Ben"])
        guilds.setdefault(shard_of(guild), guild)
    assert world.ready_sessions == 2

    for shard, guild in guilds.items():
        (channel, *_) = world.directory.guild_channels(guild.id)
        asked = await sharded.accepted(f"from shard {shard}", channel=channel)
        sharded.teller.answer(f"from shard {shard}", f"to shard {shard}")
        await sharded.sees(asked.original_id, f"to shard {shard}")

    await world.post_direct("Ben", "in private")
    sharded.teller.answer("in private", "only to you")
    await world.wait_for(lambda: sharded.reading("only to you"))
    assert len(await sharded.jobs()) == 3


async def test_both_must_be_connected_for_all_to_be_well(world, sharded):
    def connection():
        return readiness.connection(sharded.client.shards.values())

    assert connection().text == "Connected to Discord (2 shards)."
    cut_off = sharded.client.wait_for("shard_disconnect", timeout=GUARD_S)
    world.troubles.gateway_up = False
    world.troubles.drop_connections(True)
    await cut_off
    assert "Not connected to Discord at the moment" in connection().text
