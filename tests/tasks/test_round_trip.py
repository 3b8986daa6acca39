"""Whatever a command may take reaches its body in another process as it was given."""

import discord
import pytest
from discord.app_commands import Choice

from bot.queue.events import EventName
from bot.queue.states import State
from sandbox.model import Upload
from tests.tasks.everything import MOMENT, Colour, Everything, Point, Size

VALUES = {
    "text": "  a\x00 text @everyone 👩‍👩‍👧 ",
    "whole": 7,
    "real": 0.5,
    "yes": True,
    "colour": 1,
    "size": "large",
    "literal": "b",
    "pick": 1,
    "point": "3,4",
    "moment": f"<t:{int(MOMENT.timestamp())}:F>",
}


@pytest.fixture
def ask(build):
    """Use a command, let its process die, and run the job in another one; that one's cog."""

    async def ask(command: str, channel="general", between=lambda _: None, **options):
        first = await build(durable=True, working=False, cogs=[Everything()])
        asked = await first.world.answered(
            await first.world.slash("Ben", channel, command, **options)
        )
        await first.outbox.until_released(asked.token)
        await first.close()
        between(first.world)
        second = await build(durable=True, cogs=[cog := Everything()])
        ended = await second.diary.until(EventName.JOB_COMPLETED)
        assert ended.state is State.COMPLETED
        await second.bring()
        return cog, asked

    return ask


async def test_values(ask):
    cog, asked = await ask("values", **VALUES)
    assert cog.got == {
        "text": "  a text @everyone 👩‍👩‍👧 ",
        "whole": 7,
        "real": 0.5,
        "yes": True,
        "colour": Colour.red,
        "size": Size.large,
        "literal": "b",
        "pick": Choice(name="First", value=1),
        "point": Point(3, 4),
        "moment": MOMENT,
        "copy": "by default",
        "json": None,
        "level": Colour.green,
    }
    assert isinstance(cog.got["point"], Point)
    assert asked.original.content.startswith("Got text, whole")
    assert not asked.original.ephemeral


async def test_people_roles_and_channels(ask, world):
    artists = world.directory.role("Artists")
    cog, _ = await ask(
        "references",
        member="Ben",
        user="Cleo",
        either="Ada",
        role=artists,
        person=artists,
        group="Cleo",
        text_channel="art",
        any_channel="admin-only",
        some_channel="general",
    )
    names = {name: getattr(one, "name", None) for name, one in cog.got.items()}
    assert names == {
        "member": "ben",
        "user": "cleo",
        "either": "ada",
        "role": "Artists",
        "person": "Artists",
        "group": "cleo",
        "text_channel": "art",
        "any_channel": "admin-only",
        "some_channel": "general",
        "nobody": None,
    }
    types = {
        "member": discord.Member,
        "user": discord.User,
        "either": discord.Member,
        "role": discord.Role,
        "group": discord.Member,
        "text_channel": discord.TextChannel,
    }
    assert {name for name, kind in types.items() if type(cog.got[name]) is not kind} == set()
    assert artists.id in {str(role.id) for role in cog.got["member"].roles}
    assert cog.got["member"].guild.get_channel(cog.got["text_channel"].id)


async def test_files_outlive_their_addresses(ask):
    given = Upload("pîc.png", bytes(range(256)) * 4000, "image/png")
    day_s = 25 * 3600
    cog, _ = await ask("files", one=given, between=lambda world: world.advance(day_s))
    one = cog.got["one"]
    assert isinstance(one, discord.Attachment)
    assert (one.filename, one.content_type, one.size) == ("pîc.png", "image/png", len(given.data))
    assert await one.read() == given.data
    assert (await one.to_file()).filename == "pîc.png"
    assert cog.got["other"] is None
