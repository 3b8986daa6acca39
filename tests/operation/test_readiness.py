"""Each thing that is missing is named, with where it is missing and how to mend it."""

from dataclasses import replace

import discord
import pytest

from bot.operation import readiness
from bot.queue.health import Health, Issue, Level
from sandbox.model import Overwrite
from sandbox.permissions import ATTACH_FILES, BOT, EMBED_LINKS, MANAGE_ROLES, VIEW_CHANNEL
from sandbox.server import Sandbox
from tests.bot.test_doctor import the_line


@pytest.fixture
async def sandbox():
    async with Sandbox(rate_limits=False) as running:
        yield running


@pytest.fixture
async def look(sandbox, monkeypatch):
    """The findings about the sandbox's server, as Discord tells of it over HTTP."""
    monkeypatch.setattr(discord.http.Route, "BASE", sandbox.api_url)

    async def look() -> list[readiness.Finding]:
        async with discord.Client(intents=discord.Intents.none()) as client:
            await client.login(sandbox.token)
            guild = await client.fetch_guild(int(sandbox.world.guild.id))
            me = await guild.fetch_member(client.user.id)
            return readiness.access(me, await guild.fetch_channels())

    return look


def deny(world, channel, bits):
    here = world.channel(channel)
    ban = Overwrite(world.bot.id, 1, deny=bits)
    world.directory.channels[here.id] = replace(here, overwrites=(ban,))


def take_from_the_role(world, bits):
    for role in world.directory.guild_roles(world.guild.id):
        world.directory.roles[role.id] = replace(role, permissions=role.permissions & ~bits)


async def test_a_bot_with_all_it_needs_is_told_so(look):
    findings = await look()
    assert [one.text for one in findings if one.good] == [
        "I have every permission that I use in Conveyor HQ."
    ]
    assert not any(one.good is False for one in findings)


async def test_a_permission_missing_in_the_server_is_named_once(sandbox, look):
    take_from_the_role(sandbox.world, ATTACH_FILES)
    (missing,) = [one for one in await look() if one.good is False]
    assert "In Conveyor HQ I lack the permission Attach Files." in missing.text
    assert "the link below" in missing.text


async def test_a_permission_that_one_command_needs_is_worth_a_word_and_no_fault(sandbox, look):
    take_from_the_role(sandbox.world, MANAGE_ROLES)
    findings = await look()
    assert not any(one.good is False for one in findings)
    told = the_line([one.text for one in findings if one.good is None], "Manage Roles")
    assert "/async-job bulk-role" in told
    assert "Allow it for my role" in told


async def test_what_a_channel_denies_is_named_with_the_channel(sandbox, look):
    deny(sandbox.world, "general", EMBED_LINKS | ATTACH_FILES)
    deny(sandbox.world, "art", ATTACH_FILES)
    lines = [one.text for one in await look() if one.good is False]
    assert the_line(lines, "Embed Links").startswith("Embed Links is denied to me in #general.")
    assert "is denied to me in #general, #art." in the_line(lines, "Attach Files")


async def test_a_channel_that_is_hidden_is_worth_a_word_and_no_fault(sandbox, look):
    deny(sandbox.world, "art", VIEW_CHANNEL)
    (hidden,) = [one for one in await look() if one.good is None]
    assert "I cannot see #art, #no-bots." in hidden.text


async def test_of_many_channels_some_are_named_and_the_rest_is_counted(sandbox, look):
    world = sandbox.world
    ban = (Overwrite(world.bot.id, 1, deny=ATTACH_FILES),)
    for number in range(30):
        world.directory.add_channel(world.guild, f"room-{number}", overwrites=ban)
    (denied,) = [one for one in await look() if one.good is False]
    assert "#room-9 and 20 more." in denied.text
    assert "#room-10" not in denied.text


async def test_an_administrator_needs_nothing_more(sandbox, look):
    take_from_the_role(sandbox.world, BOT)
    world = sandbox.world
    admins = world.directory.role("Administrators")
    world.directory.set_member_role(world.guild.id, world.bot.id, admins.id, held=True)
    world.directory.roles[admins.id] = replace(admins, permissions=1 << 3)
    assert [one.good for one in await look()] == [True]


class TestIntents:
    GRANTED = discord.ApplicationFlags(gateway_guild_members_limited=True)

    def test_that_are_granted_and_asked_for_are_well(self):
        (members,) = readiness.intents({"members"}, self.GRANTED)
        assert members.good

    def test_that_are_asked_for_in_vain_are_named_with_both_ways_out(self):
        finding = readiness.intents({"members", "message_content"}, self.GRANTED)[1]
        assert finding.good is False
        assert "The intent Message Content is not granted" in finding.text
        assert "Switch it on in the developer portal" in finding.text
        assert "take message_content out of DISCORD_INTENTS" in finding.text

    def test_that_are_granted_in_vain_are_worth_a_word(self):
        (unused,) = readiness.intents((), self.GRANTED)
        assert unused.good is None
        assert "Add members to DISCORD_INTENTS" in unused.text


class TestTheQueue:
    def test_that_is_well_is_one_line(self):
        (well,) = readiness.queue(Health())
        assert well.good

    def test_in_trouble_says_what_and_what_to_do(self):
        critical = Issue(Level.CRITICAL, "It is full.", "Make room.")
        hint = Issue(Level.HEALTHY, "It is slow.", "Wait.")
        first, second = readiness.queue(Health((critical, hint)))
        assert (first.good, first.text) == (False, "It is full. Make room.")
        assert second.good is None
