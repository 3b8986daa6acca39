"""The example in docs/queued-task.md is an extension, and outlives the process that took it."""

import os
import re

import pytest

from sandbox.model import Upload
from tests.e2e.stage import MAIN

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = MAIN.parent / "docs" / "queued-task.md"
PICTURE = Upload("pic.png", os.urandom(100_000), "image/png")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    ((name, example),) = re.findall(
        r"`extensions/(\w+)\.py`:\n\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL
    )
    (folder / f"{name}.py").write_text(example)
    return {"EXTENSIONS_FOLDER": str(folder)}


async def greet(stage, **options):
    asked = await stage.world.slash(stage.person(), stage.channel(), "greet", **options)
    return await stage.world.answered(asked)


async def test_the_example_answers(shared):
    asked = await greet(shared, member="Cleo")
    assert (await shared.ended(asked)).content == "# All the best!\nFor Cleo"
    assert not asked.original.ephemeral


async def test_what_was_given_outlives_the_process(shared):
    shared.change("INSERT INTO paused (queue) VALUES ('chat')")
    asked = await greet(shared, member="Cleo", note="Cheers!", picture=PICTURE, private=True)
    assert shared.rows("SELECT state FROM job WHERE key = ?", f"interaction:{asked.id}") == [
        ("PENDING",)
    ]
    await shared.kill()
    shared.change("DELETE FROM paused")
    await shared.start()
    answer = await shared.ended(asked)
    assert answer.content == "# Cheers!\nFor Cleo"
    assert answer.ephemeral
    (file,) = answer.attachments
    assert shared.world.file(file) == PICTURE.data
