"""A queued command is a command like any other, and its job a job like any other."""

import discord
import pytest
from discord import app_commands
from discord.ext import commands

from bot.queue.errors import UnknownJobType
from bot.queue.events import EventName
from bot.queue.handlers import JobContext
from bot.queue.job import Priority
from bot.tasks import queued_task
from sandbox import interactions as life
from sandbox.message_payload import message_json
from sandbox.model import Upload
from sandbox.resolving import WorldResolver
from tests.tasks.everything import Everything


@pytest.fixture
def cog():
    return Everything()


@pytest.fixture
async def house(build, cog):
    return await build(cogs=[cog])


async def use(house, command, user="Ben", channel="general", **options):
    asked = await house.world.slash(user, channel, command, **options)
    return await house.world.answered(asked)


class TestItsTicket:
    async def test_is_for_all_unless_the_person_wants_otherwise(self, house):
        open_one = await use(house, "whisper", text="a", private=False)
        assert not open_one.original.ephemeral
        private = await use(house, "whisper", text="a", private=True)
        assert private.original.ephemeral

    async def test_is_private_if_the_command_always_is(self, house):
        assert (await use(house, "deep deeper down")).original.ephemeral

    async def test_is_private_if_that_is_the_parameters_default(self, house):
        assert (await use(house, "whisper", text="a")).original.ephemeral


class TestItsJob:
    async def test_is_called_like_the_command_and_treated_as_said(self, house, cog):
        await use(house, "deep deeper down")
        job = await house.diary.until(EventName.JOB_COMPLETED)
        assert (job.type, job.queue, job.timeout_s, job.max_attempts) == (
            "deep deeper down",
            "chat",
            7,
            1,
        )
        assert cog.ctx.job.owner == int(house.world.person("Ben").id)

    async def test_has_the_settings_values_where_nothing_is_said(self, house):
        await use(house, "whisper", text="a")
        job = await house.job()
        assert (job.timeout_s, job.max_attempts, job.priority) == (300, 3, Priority.DEFAULT)

    async def test_asked_twice_by_discord_is_one(self, house):
        house.world.troubles.duplicate_events()
        asked = await use(house, "files", one=Upload("a", b"1"))
        await house.sees(asked.original, "Here it is back.")
        assert asked.deliveries == 2
        assert len(await house.jobs()) == 1


class TestAnAnswer:
    async def test_brings_its_files(self, house):
        asked = await use(house, "files", one=Upload("a.bin", bytes(range(256))))
        answer = await house.sees(asked.original, "Here it is back.")
        (file,) = answer.attachments
        assert house.world.file(file) == bytes(range(256))

    async def test_pings_nobody_whatever_was_typed(self, house):
        asked = await use(house, "whisper", text="@everyone \ud800 `", private=False)
        answer = await house.sees(asked.original, "@everyone  `")
        assert not answer.pinged_everyone


class TestATree:
    async def test_takes_the_kind_away_with_its_cog_and_has_it_again(self, house):
        registry = house.queue.registry
        await house.client.remove_cog("Everything")
        with pytest.raises(UnknownJobType):
            registry["whisper"]
        await house.client.add_cog(Everything())
        assert registry["deep deeper down"].timeout == 7

    async def test_keeps_the_kinds_while_the_bot_ends(self, house):
        await house.client.close()
        assert house.queue.registry["whisper"]

    async def test_takes_two_of_a_name_only_with_names_of_their_own(self, house):
        here, there = discord.Object(1), discord.Object(2)
        for name, place in ((None, here), ("other hello", there)):

            @app_commands.command(description="Hello.")
            @queued_task(name=name)
            async def hello(ctx: JobContext) -> str: ...

            house.client.tree.add_command(hello, guild=place)
        assert house.queue.registry["hello"].command.name == "hello"
        house.client.tree.remove_command("hello", guild=there)
        with pytest.raises(UnknownJobType):
            house.queue.registry["other hello"]
        assert house.queue.registry["hello"]

    async def test_refuses_a_name_that_another_kind_has(self, house):
        @app_commands.command(description="Chat.")
        @queued_task
        async def chat(ctx: JobContext) -> str: ...

        with pytest.raises(ValueError, match="Two kinds of job are called 'chat'"):
            house.client.tree.add_command(chat, guild=discord.Object(1))
        house.client.tree.remove_command("chat", guild=discord.Object(1))
        assert house.queue.registry["chat"] is house.chat

    async def test_knows_the_same_command_in_two_servers_once(self, house):
        @app_commands.command(description="Hello.")
        @queued_task
        async def hello(ctx: JobContext) -> str: ...

        for guild in (1, 2):
            house.client.tree.add_command(hello, guild=discord.Object(guild))
        assert house.queue.registry["hello"].command is hello


class OnlyHere(commands.Cog):
    def __init__(self, guild: int) -> None:
        self.here.extras["guild"] = guild

    @app_commands.command(description="Here.")
    @queued_task(queue="chat")
    async def here(self, ctx: JobContext) -> str:
        return f"Here in {ctx.job.guild}."


async def test_a_command_of_one_server_runs_there(build, world):
    guild = discord.Object(int(world.guild.id))
    app_commands.guilds(guild)(OnlyHere.here)
    house = await build(cogs=[])
    house.client._sync_to = [guild]
    await house.client.add_cog(OnlyHere(guild.id), guild=guild)
    await house.client.tree.sync(guild=guild)
    asked = await use(house, "here")
    await house.sees(asked.original, f"Here in {guild.id}.")


@app_commands.context_menu(name="Look at")
@queued_task(queue="chat", private=True)
async def look_at(_: JobContext, who: discord.Member) -> str:
    return f"Saw {who.display_name}."


@app_commands.context_menu(name="Read")
@queued_task(queue="chat")
async def read(_: JobContext, message: discord.Message) -> str:
    return f"Read {message.content}."


@pytest.fixture
async def menus(build):
    house = await build(connected=False)
    for menu in (look_at, read):
        house.client.tree.add_command(menu)
    await house.client.tree.sync()
    house.connect()
    await house.world.connected()
    return house


def chosen(house, menu, target, resolved):
    """Ben chooses this menu on the target."""
    (command,) = (
        one for one in house.world.commands.visible_in(house.world.guild.id) if one["name"] == menu
    )
    data = {"id": command["id"], "name": menu, "type": command["type"]}
    data |= {"target_id": target, "resolved": resolved}
    where = house.world.channel("general")
    return house.world._open(life.COMMAND, "Ben", where, data)


async def test_a_menu_on_a_person_can_be_queued(menus):
    resolver = WorldResolver(menus.world, menus.world.channel("general")).resolver()
    target = resolver.user("Cleo")
    asked = await menus.world.answered(chosen(menus, "Look at", target, resolver.resolved))
    assert (await menus.sees(asked.original, "Saw Cleo.")).ephemeral


async def test_a_menu_on_a_message_can_be_queued(menus):
    message = await menus.world.post("Cleo", "general", "these words")
    resolved = {"messages": {message.id: message_json(menus.world, message)}}
    asked = await menus.world.answered(chosen(menus, "Read", message.id, resolved))
    await menus.sees(asked.original, "Read these words.")
