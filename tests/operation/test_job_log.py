"""Each step of a job is one line that says whose it is, and nothing of what was asked."""

import logging

import pytest

from bot.operation.job_log import log_jobs
from bot.queue.events import EventName, Events
from tests.queue.store.workbench import a_job


@pytest.fixture
def events(caplog):
    caplog.set_level(logging.DEBUG)
    events = Events()
    log_jobs(events)
    return events


def test_an_end_says_whose_job_it_was_and_how_long_it_took(events, caplog):
    job = a_job(owner=7, guild=8, attempt=2, created_at=10, run_at=0, started_at=12, finished_at=15)
    events.emit(EventName.JOB_COMPLETED, job)
    (line,) = caplog.records
    assert (line.levelname, line.message) == ("INFO", "job completed")
    assert (line.job, line.kind, line.user, line.guild) == (job.id, "echo", 7, 8)
    assert (line.attempt, line.waited_s, line.ran_s) == (2, 2, 3)


def test_a_failure_is_louder(events, caplog):
    events.emit(EventName.JOB_FAILED, a_job())
    assert caplog.records[0].levelname == "WARNING"


def test_progress_is_no_line(events, caplog):
    events.emit(EventName.JOB_PROGRESS, a_job())
    events.emit(EventName.QUEUE_EMPTY)
    assert not caplog.records


def test_what_was_asked_is_not_in_it(events, caplog):
    events.emit(EventName.JOB_ENQUEUED, a_job(payload='"a secret wish"'))
    assert "a secret wish" not in str(vars(caplog.records[0]))
