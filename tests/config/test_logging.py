"""Logging is one line an event, in both formats, and shows no secret anywhere."""

import json
import logging
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from config.logging import set_up_logging

SECRET = "hunter2-hunter2"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def events(capsys, monkeypatch):
    """Sets logging up for one test; what it returns tells the lines that were written."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)

    def written():
        return capsys.readouterr().err.splitlines()

    def start(fmt, level="INFO"):
        set_up_logging(level, fmt, [SECRET])
        return written

    yield start
    logging.captureWarnings(capture=False)
    root.handlers = handlers
    root.setLevel(level)


def fail():
    raise RuntimeError(f"the key {SECRET} was refused at /webhooks/1/abcdef/messages")


def test_json_is_one_object_an_event_with_its_extra_fields(events):
    written = events("json")
    logging.getLogger("bot.queue.worker").info("attempt %d failed", 2, extra={"job": "01ABC"})
    (line,) = written()
    event = json.loads(line)
    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "level": "info",
        "logger": "bot.queue.worker",
        "event": "attempt 2 failed",
        "job": "01ABC",
    }


def test_json_carries_a_traceback_as_a_field_without_secrets(events):
    written = events("json")
    try:
        fail()
    except RuntimeError:
        logging.getLogger("bot").exception("it broke")
    (line,) = written()
    told = json.loads(line)["exception"]
    assert told.startswith("Traceback")
    assert "the key [redacted] was refused at /webhooks/1/[redacted]/messages" in told


def test_text_is_one_line_an_event_for_people(events):
    written = events("text")
    logging.getLogger("bot").warning("a run ended", extra={"job": "01ABC"})
    (line,) = written()
    assert "warning" in line
    assert "a run ended" in line
    assert "job=01ABC" in line


def test_text_shows_tracebacks_without_secrets(events):
    written = events("text")
    try:
        fail()
    except RuntimeError:
        logging.getLogger("bot").exception("it broke")
    told = "\n".join(written())
    assert "Traceback" in told
    assert "the key [redacted] was refused at /webhooks/1/[redacted]/messages" in told


@pytest.mark.parametrize("fmt", ["text", "json"])
def test_no_part_of_an_event_shows_a_secret(events, fmt):
    written = events(fmt)
    logging.getLogger("bot").info("with %s", SECRET, extra={"headers": {"key": SECRET}})
    told = "\n".join(written())
    assert told.count("[redacted]") == 2
    assert SECRET not in told


@pytest.mark.parametrize("fmt", ["text", "json"])
def test_text_from_outside_cannot_pass_for_an_event(events, fmt):
    written = events(fmt)
    logging.getLogger("bot").info("asked: %s", "hi\n2026-01-01 [critical] all is lost\x1b[2J")
    (line,) = written()
    assert "\x1b[2J" not in line


def test_the_level_is_the_least_that_is_told(events):
    written = events("text", "WARNING")
    logging.getLogger("bot").info("quiet")
    logging.getLogger("bot").warning("loud")
    assert len(written()) == 1


def test_a_broken_log_call_is_told_without_its_arguments(events):
    written = events("text")
    logging.getLogger("bot").info("%d", SECRET)
    told = "\n".join(written())
    assert "A log call is broken at" in told
    assert SECRET not in told


UNCAUGHT = f"""
import threading
from config.logging import set_up_logging
set_up_logging("INFO", "json", ["{SECRET}"])
def fail():
    raise RuntimeError("{SECRET}"[:])
thread = threading.Thread(target=fail)
thread.start()
thread.join()
fail()
"""


def test_what_nobody_caught_is_logged_the_same_way():
    run = [sys.executable, "-c", UNCAUGHT]
    ended = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    assert ended.returncode == 1
    told = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [event["event"] for event in told] == [
        "an error ended a thread",
        "an error ended the program",
    ]
    assert all("RuntimeError: [redacted]" in event["exception"] for event in told)
