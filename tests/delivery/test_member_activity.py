"""`/async-job member-activity`: what it does where it cannot go on as it began."""

import csv
import io

import pytest

from bot.queue.states import State
from sandbox.gateway.guild_events import guild_created
from sandbox.model import VOICE_CHANNEL

COMMAND = "async-job member-activity"


@pytest.fixture
async def house(build):
    return await build(intents=frozenset({"members"}))


async def asks(house, by="Ada", **options):
    """Use the command; what it was answered with."""
    options = {"days": 1, "include_voice": False} | options
    return await house.world.answered(await house.world.slash(by, "general", COMMAND, **options))


def cells(house, message, column="messages") -> dict[str, int]:
    """A column of the table, by name."""
    (table,) = (one for one in message.attachments if one.filename == "activity.csv")
    lines = csv.DictReader(io.StringIO(house.world.file(table).decode("utf-8-sig"), newline=""))
    return {line["name"]: int(line[column]) for line in lines}


async def test_later_it_is_for_whoever_is_an_administrator_still(house):
    directory, guild = house.world.directory, house.world.guild
    admins, cleo = directory.role("Administrators").id, house.world.person("Cleo").id
    directory.set_member_role(guild.id, cleo, admins, held=True)
    ticket = await asks(house, by="Cleo", at="in 2h")
    assert (await house.job()).state is State.SCHEDULED

    directory.set_member_role(guild.id, cleo, admins, held=False)
    house.advance(7200)
    await house.queue.promote()

    await house.sees(ticket.original, "is no administrator of this server any more")


async def test_discord_s_being_away_for_a_while_costs_nothing_of_it(house):
    channel = house.world.channel("general")
    house.world.add_backlog(channel, 3, authors=["Ben"], every_s=60)
    away = house.world.troubles.fail(f"GET /channels/{channel.id}/messages", "reset", times=12)

    ticket = await asks(house)
    done = await house.sees(ticket.original, "Activity of the last")

    assert away.hits == 12
    assert cells(house, done)["Ben"] == 3


@pytest.mark.parametrize(("status", "named"), [(403, True), (404, False)])
async def test_a_channel_whose_threads_cannot_be_listed_costs_no_other(house, status, named):
    world = house.world
    closed = world.channel("general")
    lists = f"GET /channels/{closed.id}/threads/archived/public"
    world.troubles.fail(lists, status, times=None)
    world.troubles.fail(f"GET /channels/{closed.id}/messages", status, times=None)
    other = world.directory.add_channel(world.guild, "other")
    world.add_backlog(other, 3, authors=["Ben"], every_s=60)

    ticket = await asks(house)
    done = await house.sees(ticket.original, "Activity of the last")

    assert cells(house, done)["Ben"] == 3
    assert (f"<#{closed.id}>" in done.text) is named


async def test_who_left_the_voice_channel_while_the_server_was_away_is_not_there(house):
    world = house.world
    world.join_voice("Ben", world.directory.add_channel(world.guild, "lounge", kind=VOICE_CHANNEL))
    await house.client.wait_for("voice_state_update", timeout=10)
    library = house.client._connection
    library.parse_guild_delete({"id": world.guild.id, "unavailable": True})
    again = guild_created(world, world.guild).data(~0) | {"voice_states": []}
    library.parse_guild_create(again)
    await house.client.wait_for("guild_available", timeout=10)

    house.advance(120)
    ticket = await asks(house, include_voice=True)
    done = await house.sees(ticket.original, "Activity of the last")

    assert cells(house, done, "voice_seconds")["Ben"] < 60


async def test_who_sits_in_what_becomes_the_afk_channel_is_not_counted_on(house):
    world = house.world
    lounge = world.directory.add_channel(world.guild, "lounge", kind=VOICE_CHANNEL)
    world.join_voice("Ben", lounge)
    await house.client.wait_for("voice_state_update", timeout=10)
    world.directory.set_afk(lounge)
    await house.client.wait_for("guild_update", timeout=10)
    await house.client.get_cog("VoiceCog")._mark()

    house.advance(120)
    ticket = await asks(house, include_voice=True)
    done = await house.sees(ticket.original, "Activity of the last")

    assert cells(house, done, "voice_seconds")["Ben"] < 60
