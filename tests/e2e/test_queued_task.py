"""The example in docs/queued-task.md runs as a bot's cog, and outlives the process that took it."""

import os
import re
import sys
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.model import Upload
from sandbox.server import Sandbox
from tests.e2e.stage import MAIN, SWIFT, Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = MAIN.parent / "docs" / "queued-task.md"
PICTURE = Upload("pic.png", os.urandom(100_000), "image/png")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def staged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bot")
    ((path, example),) = re.findall(
        r"`cogs/(\w+)\.py`:\n\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL
    )
    (folder / f"{path}.py").write_text(example)
    command = [sys.executable, str(Path(__file__).with_name("bot_with_cog.py")), str(folder), path]
    own = {
        "QUEUE_DATABASE_URL": f"sqlite:///{folder}/jobs.db",
        "PYTHONPATH": str(MAIN.parent),
        "PYTHONWARNINGS": "ignore",
    }
    async with Sandbox() as sandbox, sandbox.bot(command, SWIFT | own, cwd=folder) as bot:
        try:
            await sandbox.world.connected()
            yield Stage(sandbox, bot, None, folder / "jobs.db")
        finally:
            print("\n".join(list(bot.lines)[-100:]))


async def greet(stage, **options):
    asked = await stage.world.slash(stage.person(), stage.channel(), "greet", **options)
    return await stage.world.answered(asked)


async def test_the_example_answers(staged):
    asked = await greet(staged, member="Cleo")
    assert (await staged.ended(asked)).content == "# All the best!\nFor Cleo"
    assert not asked.original.ephemeral


async def test_what_was_given_outlives_the_process(staged):
    staged.change("INSERT INTO paused (queue) VALUES ('chat')")
    asked = await greet(staged, member="Cleo", note="Cheers!", picture=PICTURE, private=True)
    assert staged.rows("SELECT state FROM job WHERE key = ?", f"interaction:{asked.id}") == [
        ("PENDING",)
    ]
    await staged.kill()
    staged.change("DELETE FROM paused")
    await staged.start()
    answer = await staged.ended(asked)
    assert answer.content == "# Cheers!\nFor Cleo"
    assert answer.ephemeral
    (file,) = answer.attachments
    assert staged.world.file(file) == PICTURE.data
