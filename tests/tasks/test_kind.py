"""A body may change while its jobs wait, and may answer anything: people get a sentence."""

import pytest
from discord import app_commands
from discord.ext import commands

from bot.queue.events import EventName
from bot.queue.handlers import JobContext
from bot.queue.reply import File, Reply
from bot.queue.states import State
from bot.tasks import kind, queued_task


class Before(commands.Cog):
    @app_commands.command(description="Greets.")
    @queued_task(queue="chat", cache_ttl=60)
    async def greet(self, ctx: JobContext, text: str, note: str = "") -> str:
        return f"{text} {note} {ctx.job.id}"


class WithMore(commands.Cog):
    @app_commands.command(description="Greets.")
    @queued_task(queue="chat")
    async def greet(self, _: JobContext, text: str, note: str | None, mood: float = 0.5) -> str:
        return f"{text} {note} {mood}"


class WithOthers(commands.Cog):
    @app_commands.command(description="Greets.")
    @queued_task(queue="chat")
    async def greet(self, ctx: JobContext, text: str, whom: str) -> str: ...


@pytest.fixture
def upgraded(build):
    """Ask one version, and let another one run it."""

    async def upgraded(cog, payload=None):
        first = await build(durable=True, working=False, cogs=[Before()])
        asked = await first.world.slash("Ben", "general", "greet", text="Hello", note="you")
        await first.world.answered(asked)
        await first.outbox.until_released(asked.token)
        await first.close()
        second = await build(durable=True, working=False, cogs=[cog])
        await second.queue.start()
        return second

    return upgraded


async def test_an_option_that_was_added_has_its_default(upgraded):
    house = await upgraded(WithMore())
    job = await house.diary.until(EventName.JOB_COMPLETED)
    assert house.queue.registry["greet"].reply(job) == Reply("Hello you 0.5")


async def test_options_that_are_missing_or_unknown_are_named(upgraded):
    house = await upgraded(WithOthers())
    job = await house.diary.until(EventName.JOB_FAILED)
    assert (job.state, job.attempt) == (State.DISCARDED, 1)
    assert "“greet”, whose options were different (note, whom). Please ask again." in job.error


async def test_a_job_whose_cog_is_not_loaded_waits_for_it_unspent(upgraded):
    house = await upgraded(Odd("another cog"))
    await house.diary.until(EventName.QUEUE_EMPTY)
    job = await house.job()
    assert (job.state, job.attempt) == (State.SCHEDULED, 0)
    await house.client.add_cog(Before())
    house.advance(60)
    await house.queue.promote()
    job = await house.diary.until(EventName.JOB_COMPLETED)
    assert job.attempt == 1


async def test_who_asks_the_same_gets_the_result_that_was_kept(build):
    house = await build(cogs=[Before()])
    seen = []
    for _ in range(2):
        asked = await house.world.slash("Ben", "general", "greet", text="Hello")
        await house.world.answered(asked)
        seen.append((await house.sees(asked.original, "Hello")).content)
        await house.world.wait_for(lambda asked=asked: asked.original.content)
    assert seen[0] == seen[1]


class Odd(commands.Cog):
    def __init__(self, answer):
        self.answer = answer

    @app_commands.command(description="Anything.")
    @queued_task(queue="chat")
    async def odd(self, _: JobContext):
        return self.answer


ODD = {
    "number": (5, "ended without an answer that can be shown"),
    "nothing": (None, "ended without an answer that can be shown"),
    "too large": (Reply("", (File("a", b"1" * 11),)), "are too large to be kept: 0.0 MiB"),
}


@pytest.mark.parametrize(("answer", "sentence"), ODD.values(), ids=ODD)
async def test_an_answer_that_cannot_be_shown_is_a_sentence(build, monkeypatch, answer, sentence):
    monkeypatch.setattr(kind, "MOST_BYTES", 10)
    house = await build(cogs=[Odd(answer)])
    await house.world.slash("Ben", "general", "odd")
    job = await house.diary.until(EventName.JOB_FAILED)
    assert (job.state, job.attempt) == (State.DISCARDED, 1)
    assert sentence in job.error


async def test_half_a_character_in_an_answer_is_replaced(build):
    house = await build(cogs=[Odd(Reply("half \ud83d", (File("half \ud83d", b"1"),)))])
    asked = await house.world.slash("Ben", "general", "odd")
    await house.world.answered(asked)
    assert (await house.sees(asked.original, "half ?")).attachments


async def test_programs_are_told_of_files_by_name_and_size_not_their_bytes(build):
    house = await build(cogs=[Odd(Reply("Done.", (File("a.bin", b"1" * 7),)))])
    await house.world.slash("Ben", "general", "odd")
    job = await house.diary.until(EventName.JOB_COMPLETED)
    odd = house.queue.registry["odd"]
    told = odd.webhook_data(job, odd.result_of(job))
    assert told == {"text": "Done.", "files": [{"name": "a.bin", "size": 7}]}
