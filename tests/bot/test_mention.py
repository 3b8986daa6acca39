"""Which messages are questions, as discord.py's own events tell them (through dpytest).

dpytest knows no replies into channels that are only known by id, and no sharded clients: the
cog is tried here under a plain bot, and the ticket in tests/delivery/test_mention.py.
"""

import asyncio
import warnings

import aiohttp
import discord
import pytest
from discord.ext import commands

from bot.app import App
from bot.jobs.question import Question
from bot.queue.store.base import JobFilter
from cogs.chat import ChatCog
from config.settings import load_settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # an escape sequence that new Pythons warn of, once compiled
    from discord.ext import test as dpytest


@pytest.fixture
async def services():
    given = {"DISCORD_TOKEN": "of-these-tests", "QUEUE_DATABASE_URL": "memory://"}
    async with aiohttp.ClientSession() as session:
        services = App(load_settings(None, given), session, session).services
        await services.queue.open()
        yield services


@pytest.fixture
def queue(services):
    return services.queue


@pytest.fixture
async def bot(services):
    bot = commands.Bot(command_prefix="none, as with ours", intents=discord.Intents.all())
    await bot._async_setup_hook()
    services.intake._calls._client = bot  # what dpytest stands in for Discord to
    await bot.add_cog(ChatCog(services))
    dpytest.configure(bot)
    bot._connection.loop = asyncio.get_running_loop()
    yield bot
    await dpytest.empty_queue()


async def questions(queue) -> list[str]:
    jobs = await queue.find(JobFilter())
    return [Question.model_validate_json(job.payload).text for job in jobs]


@pytest.mark.parametrize("form", ["<@{id}>", "<@!{id}>"])
async def test_a_mention_of_the_bot_is_a_question_without_the_mention(bot, queue, form):
    await dpytest.message(f"{form.format(id=bot.user.id)} why is the sky blue?")
    assert await questions(queue) == ["why is the sky blue?"]


async def test_a_mention_may_stand_anywhere(bot, queue):
    await dpytest.message(f"so, <@{bot.user.id}>, why?")
    assert await questions(queue) == ["so, , why?"]


async def test_its_owner_is_who_wrote_it(bot, queue):
    message = await dpytest.message(f"<@{bot.user.id}> why?")
    (job,) = await queue.find(JobFilter())
    assert (job.owner, job.guild) == (message.author.id, message.guild.id)
    assert job.key == f"message:{message.id}"


async def test_a_message_without_a_mention_is_none(bot, queue):
    await dpytest.message("why is the sky blue?")
    assert await questions(queue) == []


async def test_what_a_bot_writes_is_none(bot, queue):
    config = dpytest.get_config()
    config.members[0]._user.bot = True
    await dpytest.message(f"<@{bot.user.id}> why?")
    await dpytest.message(f"<@{bot.user.id}> why?", member=config.guilds[0].me)
    assert await questions(queue) == []


@pytest.mark.parametrize(("kind", "asked"), [("pins_add", []), ("reply", ["why?"])])
async def test_what_discord_itself_writes_in_somebodys_name_is_none(bot, queue, kind, asked):
    message = await dpytest.message("why?")
    message.mentions, message.type = [message.guild.me], discord.MessageType[kind]
    await bot.get_cog("ChatCog").on_message(message)
    assert await questions(queue) == asked


async def test_a_mention_of_nothing_else_is_none(bot, queue):
    await dpytest.message(f"<@{bot.user.id}>   ")
    assert await questions(queue) == []


async def test_a_hostile_text_is_kept_as_text(bot, queue):
    hostile = "@everyone \u202eright to left\u202c ```fence"
    await dpytest.message(f"<@{bot.user.id}> {hostile}\x00")
    assert await questions(queue) == [hostile]
