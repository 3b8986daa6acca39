"""A bot's process serves administrators, refuses members, and tells a channel what failed."""

import asyncio
import re

import pytest

from tests.e2e.stage import Stage, stage


@pytest.fixture
async def failing(tmp_path):
    """A bot whose model is broken for good."""
    async with stage(
        tmp_path, CHAT_BASE_URL="http://127.0.0.1:9/v1", QUEUE_MAX_ATTEMPTS="1"
    ) as one:
        yield one


async def says(stage: Stage, user: str, command: str, **options) -> str:
    asked = await stage.world.slash(user, "general", command, **options)
    await stage.world.answered(asked)
    await stage.world.wait_for(lambda: not asked.original.loading)
    assert asked.original.ephemeral
    return asked.original.text


def alerts(stage: Stage) -> list[str]:
    return [m.text for m in stage.world.messages("art") if "This needs a look" in m.text]


async def looked_up(stage: Stage, reference: str) -> str:
    """What is known of a failure, once it is written down: that comes after it was told."""
    async with asyncio.timeout(10):
        while True:
            text = await says(stage, "Ada", "admin log error", id=reference)
            if "I know of no failure" not in text:
                return text


async def test_what_failed_is_told_looked_up_and_tried_again_by_administrators_alone(failing):
    assert "is told in" in await says(failing, "Ada", "setup alerts", channel="art")
    ticket = await failing.ask("why?")
    ended = await failing.ended(ticket)
    (job,) = re.findall(r"job (\w{26})", ended.text)

    await failing.world.wait_for(lambda: alerts(failing))
    assert job in alerts(failing)[0]
    assert job in await says(failing, "Ada", "async-job list", state="failed")
    for command in ("async-job show", "admin task retry"):
        refusal = await says(failing, "Ben", command, id=job)
        assert refusal.startswith("Only administrators of this server may do that")
        (reference,) = re.findall(r"Reference `(\w{26})`", refusal)
        known = await looked_up(failing, reference)
        assert f"/{command}" in known
        assert f"<@{failing.world.person('Ben').id}>" in known

    assert "runs again" in await says(failing, "Ada", "admin task retry", id=job, reason="Again.")
    audit = await says(failing, "Ada", "admin log audit")
    assert f"retried {job}" in audit
    assert failing.rows("select count(*) from job") == [(1,)]
