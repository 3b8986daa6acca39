"""`docs/webhooks.md` tells the truth: its body is the real one, and its receiver works."""

import json
import re
from pathlib import Path

import pytest
from aiohttp import web

from bot.queue.webhook import WebhookTarget
from tests.delivery.webhooks.receiver import OLDER, SECRET
from tests.delivery.webhooks.test_body import told

PAGE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text()


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_body_that_is_shown_is_the_real_one():
    assert json.loads(block("json")) == told()


@pytest.fixture
async def shown(monkeypatch):
    """The receiver that is shown, listening; its address."""
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    example = {}
    exec(block("python"), example)
    runner = web.AppRunner(example["app"], access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/conveyor"
    await runner.cleanup()


async def test_the_receiver_that_is_shown_hears_what_is_signed_once(workshop, shown, capsys):
    job = await workshop.do(webhook=WebhookTarget(shown), guild=1)
    for _ in range(2):
        await workshop.tell()
        assert (await workshop.delivery(job)).note.endswith("answered 204")
        await workshop.desk.redeliver(1, job.id)
    assert capsys.readouterr().out == f"{job.id} completed\n"


async def test_the_receiver_that_is_shown_refuses_what_another_signed(workshop, shown, capsys):
    job = await workshop.do(webhook=WebhookTarget(shown, secret=OLDER))
    await workshop.tell()
    assert (await workshop.delivery(job)).note == "it answered 401"
    assert capsys.readouterr().out == ""
