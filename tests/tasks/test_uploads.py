"""Files are read before the ticket, stored with the job, and bounded."""

import sqlite3
from contextlib import closing

import pytest

from bot.delivery import intake
from bot.queue.events import EventName
from bot.queue.states import State
from bot.tasks import uploads
from sandbox.model import Upload
from tests.tasks.everything import Everything

FILE = Upload("a.bin", b"12345", "application/x-odd")


@pytest.fixture
async def house(build):
    return await build(cogs=[Everything()])


async def use(house, **files):
    """The command, before the bot has heard of it."""
    return await house.world.slash("Ben", "general", "files", **files)


def bytes_are(world, asked, data):
    """What Discord hands over is not what it announced."""
    for attachment_id in asked.data["resolved"]["attachments"]:
        attachment, _ = world.cdn._files[attachment_id]
        world.cdn.keep(attachment, data)


async def refused(house, asked, sentence):
    await house.world.answered(asked)
    refusal = await house.sees(asked.original, sentence)
    assert refusal.ephemeral
    assert await house.jobs() == []


async def test_they_are_not_in_the_request_that_everybody_reads(house):
    asked = await house.world.answered(await use(house, one=FILE, other=FILE))
    job = await house.job()
    assert "12345" not in job.payload
    assert "cdn" not in job.payload
    assert {file.name for file in await house.queue.inputs(job.id)} == {"one", "other"}
    await house.sees(asked.original, "Here it is back.")


async def test_too_many_bytes_are_refused_before_they_are_read(house, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 9)
    asked = await use(house, one=FILE, other=FILE)
    house.world.cdn._files.clear()
    await refused(house, asked, "Send fewer or smaller ones.")


async def test_more_bytes_than_announced_are_refused(house, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 9)
    asked = await use(house, one=FILE)
    bytes_are(house.world, asked, b"1" * 10)
    await refused(house, asked, "Send fewer or smaller ones.")


async def test_a_file_that_discord_does_not_hand_over_starts_nothing(house):
    asked = await use(house, one=FILE)
    house.world.cdn._files.clear()
    await refused(house, asked, "did not hand over the file")


@pytest.mark.parametrize("lost", [False, True])
async def test_reading_that_takes_long_is_covered_by_a_deferral(house, monkeypatch, lost):
    monkeypatch.setattr(intake, "PATIENCE_S", 0)
    asked = await use(house, one=FILE)
    if lost:
        house.world.cdn._files.clear()
    await house.world.answered(asked)
    assert asked.response_type == 5
    ended = "did not hand over the file" if lost else "Here it is back."
    assert not (await house.sees(asked.original, ended)).loading


async def test_a_job_whose_file_is_gone_says_so(build, database):
    first = await build(durable=True, working=False, cogs=[Everything()])
    asked = await first.world.answered(await use(first, one=FILE))
    await first.outbox.until_released(asked.token)
    await first.close()
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("DELETE FROM input")
    second = await build(durable=True, cogs=[Everything()])
    job = await second.diary.until(EventName.JOB_FAILED)
    assert (job.state, job.attempt) == (State.DISCARDED, 1)
    assert "The file of the option “one” is not stored any more." in job.error


async def test_the_ticket_may_come_later_by_as_long_as_reading_took(house):
    late = house.world.troubles.hold("callback")
    await use(house, one=FILE)
    await late.reached()
    held = await house.delivery()
    late.release()
    assert held.due_at > (await house.target()).asked_at + intake.CHECK_AFTER_S
