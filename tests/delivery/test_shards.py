"""A bot on two shards is one bot: every server and every private message reaches it once."""

import asyncio

import pytest

from bot.client import Conveyor
from bot.operation import readiness
from tests.delivery.admins import says
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


def guilds_of_both(world) -> dict:
    """A server of each shard."""
    guilds = {shard_of(world.guild): world.guild}
    number = 0
    while len(guilds) < 2:
        number += 1
        guild = world.add_guild(f"Server {number}", "Ada", ["Ben"])
        guilds.setdefault(shard_of(guild), guild)
    return guilds


async def test_servers_on_both_and_private_messages_are_answered_once(world, sharded):
    guilds = guilds_of_both(world)
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


async def test_what_touches_all_servers_waits_until_both_have_named_theirs(
    world, build, monkeypatch
):
    second_may_come = asyncio.Event()

    async def in_turn(_, shard: int | None, *, initial: bool = False) -> None:
        if shard == 1:
            await second_may_come.wait()

    monkeypatch.setattr(Conveyor, "before_identify_hook", in_turn)
    world.shards = 2
    house = await build(working=False, connected=False)
    guilds = guilds_of_both(world)
    house.connect()
    await world.wait_for(lambda: world.ready_sessions == 1)
    (channel, *_) = world.directory.guild_channels(guilds[0].id)
    told = await says(house, "admin queue pause", where=channel)
    assert told.startswith("I am just starting and do not know yet of all servers")

    second_may_come.set()
    await world.connected()
    told = await says(house, "admin queue pause", where=channel)
    assert told.startswith("This touches the jobs of every server")
    assert (await house.store.policies()).paused == frozenset()


async def test_both_must_be_connected_for_all_to_be_well(world, sharded):
    def connection():
        return readiness.connection(sharded.client.shards.values())

    assert connection().text == "Connected to Discord (2 shards)."
    cut_off = sharded.client.wait_for("shard_disconnect", timeout=GUARD_S)
    world.troubles.gateway_up = False
    world.troubles.drop_connections(True)
    await cut_off
    assert "Not connected to Discord at the moment" in connection().text
