"""Every attempt's error stays with the job, with when it was known."""

import asyncio
import logging
import time

import pytest

from bot.queue.attempt import Attempts
from bot.queue.errors import JobError, Severity
from bot.queue.events import EventName
from bot.queue.handlers import Registry
from bot.queue.job import ERRORS_KEPT, Job
from bot.queue.retry import RetryPolicy
from tests.queue.kinds import Text, Work, for_ever
from tests.queue.watching import Diary


async def test_errors_of_all_attempts_are_kept_in_order(start):
    async def do(ctx, _) -> str:
        match ctx.job.attempt:
            case 1:
                raise JobError("Busy.")
            case 2:
                return await for_ever()
        raise ZeroDivisionError

    work = Work(do, timeout=0.05)
    queue = await start(work)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    told = await diary.until(EventName.JOB_FAILED, job.id)
    stored = await queue.get(job.id)
    assert [one.attempt for one in stored.errors] == [1, 2, 3]
    assert [one.error for one in stored.errors][:2] == [
        "Busy.",
        "It took longer than 0.05 seconds.",
    ]
    assert stored.errors[2].error == stored.error
    moments = [job.created_at, *(one.at for one in stored.errors), stored.finished_at]
    assert moments == sorted(moments)
    assert [one.error for one in told.errors] == [one.error for one in stored.errors]


async def test_they_stay_when_it_succeeds_in_the_end_and_after_a_restart(make):
    async def do(ctx, text: str) -> str:
        if ctx.job.attempt == 1:
            raise JobError("Busy.")
        return text

    work = Work(do)
    queue = make(work)
    await queue.start()
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await diary.until(EventName.JOB_COMPLETED, job.id)
    await queue.stop(0)
    queue = make(work)
    await queue.open()
    stored = await queue.get(job.id)
    assert ([one.error for one in stored.errors], stored.error) == (["Busy."], None)


async def test_of_very_many_the_last_are_kept(start):
    async def do(ctx, _) -> str:
        await asyncio.sleep(0)
        raise JobError(f"No. {ctx.job.attempt}")

    work = Work(do, max_attempts=ERRORS_KEPT + 2)
    queue = await start(work)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await diary.until(EventName.JOB_FAILED, job.id)
    errors = (await queue.get(job.id)).errors
    assert [one.attempt for one in errors] == list(range(3, ERRORS_KEPT + 3))
    assert errors[-1].error == f"No. {ERRORS_KEPT + 2}"


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (Severity.LOW, logging.DEBUG),
        (Severity.NORMAL, logging.INFO),
        (Severity.HIGH, logging.ERROR),
    ],
)
def test_administrators_read_of_it_as_loudly_as_its_handler_says(caplog, severity, level):
    attempts = Attempts(Registry(), RetryPolicy(), time.time)
    error = JobError("No.", category="rate_limit", severity=severity)
    with caplog.at_level(logging.DEBUG, "bot.queue.attempt"):
        attempts.failed(Job("1", "work", "work", "{}"), error)
    (line,) = caplog.records
    assert (line.levelno, line.job, line.category) == (level, "1", "rate_limit")
