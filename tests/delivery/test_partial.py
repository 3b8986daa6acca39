"""A failed job shows what it had so far, with the reason of its failure."""

import pytest

from bot.jobs.chat import Chat
from bot.jobs.question import Answer, Question
from bot.queue.deliveries import DeliveryState
from bot.queue.errors import JobError
from bot.queue.events import EventName
from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Job
from bot.queue.reply import File, Reply
from tests.delivery.house import TOKEN_DEAD_S, labels


class Halting(Chat):
    """Keeps what the question says, and fails."""

    async def run(self, ctx: JobContext, request: Question) -> Answer:
        ctx.checkpoint(request.text)
        raise JobError("The model went away.", retryable=False)

    partial = JobType.partial


class Working(Chat):
    """Keeps what the question says, and goes on."""

    async def run(self, ctx: JobContext, request: Question) -> Answer:
        ctx.checkpoint(request.text)
        return await super().run(ctx, request)

    partial = JobType.partial


class Lasting(Working):
    """What it has done is not undone by a cancel."""

    cancelled_partly = True


class Shy(Halting):
    """Its checkpoints are for nobody's eyes."""

    def partial(self, _: Job) -> None:
        return None


class Broken(Halting):
    """Cannot show what it has."""

    def partial(self, job: Job) -> Reply:
        return Reply(files=(File("half", job.missing),))


@pytest.fixture
async def house(build):
    return await build(kind=Halting)


@pytest.mark.parametrize("private", [False, True])
async def test_the_partial_result_comes_with_the_failure(house, private):
    interaction = await house.asked("Half of it. @everyone", private=private)
    failed = await house.sees(interaction.original, "Half of it.")
    assert "The model went away." in failed.text
    assert "❌ Failed" in failed.text
    assert failed.ephemeral is private
    assert not failed.mention_everyone
    assert labels(failed) == ["Retry"]


async def test_a_long_one_is_a_file(house):
    interaction = await house.asked("word " * 1_000)
    failed = await house.sees(interaction.original, "This is as far as it came")
    assert [one.filename for one in failed.attachments] == ["answer.md"]


async def test_it_comes_by_channel_too(house):
    interaction = await house.asked("Half of it.")
    house.advance(TOKEN_DEAD_S)
    await house.sees(interaction.original, "Half of it.")
    await house.bring()
    assert len(house.reading("Half of it.")) == 1


@pytest.mark.parametrize("kind", [Shy, Broken])
async def test_without_one_the_failure_is_told_all_the_same(build, kind):
    house = await build(kind=kind)
    interaction = await house.asked("Half of it.")
    failed = await house.sees(interaction.original, "The model went away.")
    assert "Half of it." not in failed.text
    await house.bring()
    assert (await house.delivery()).state is DeliveryState.DELIVERED


async def test_a_cancelled_job_shows_none(build):
    house = await build(kind=Working)
    interaction = await house.accepted("Half of it.")
    job = await house.diary.until(EventName.JOB_PROGRESS)
    await house.world.press("Ben", interaction.original, "Cancel")
    cancelled = await house.sees(interaction.original, "Cancelled by you.")
    assert (await house.queue.get(job.id)).checkpoint is not None
    assert cancelled.content == ""


async def test_a_cancelled_job_shows_it_where_what_was_done_stays_done(build):
    house = await build(kind=Lasting)
    interaction = await house.accepted("Half of it.")
    await house.diary.until(EventName.JOB_PROGRESS)
    await house.world.press("Ben", interaction.original, "Cancel")
    cancelled = await house.sees(interaction.original, "Cancelled by you.")
    assert cancelled.content.endswith("Half of it.")
