"""A file in one's own folder is a command and a kind of work, or a sentence says why not."""

import re

import pytest

from sandbox.model import Upload
from sandbox.server import Sandbox
from tests.e2e.stage import MAIN, bot_in
from tests.e2e.test_chat import labels

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = MAIN.parent / "docs" / "writing-a-job.md"
SONG = Upload("song.txt", b"Row, row, row your boat\ngently down the stream", "text/plain")
SETTING = 2


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (example,) = re.findall(
        r"`extensions/word_count\.py`:\n\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL
    )
    (folder / "word_count.py").write_text(f"from extensions._shared import shared\n{example}")
    (folder / "_shared.py").write_text("shared = True\n")
    return {"EXTENSIONS_FOLDER": str(folder)}


def file_of(stage, message):
    (file,) = message.attachments
    return stage.world.file(file).decode().split()


async def test_the_example_answers_with_a_file_and_its_button_works_after_a_restart(shared):
    ben = shared.person()
    asked = await shared.world.slash(ben, shared.channel(), "word-count", text=SONG)
    await shared.world.answered(asked)
    counted = await shared.ended(asked)
    assert counted.content == "9 words, 7 of them different."
    assert file_of(shared, counted)[:2] == ["word,times", "row,3"]
    assert labels(counted) == ["Top ten"]

    await shared.kill()
    await shared.start()
    top = await shared.world.press(ben, counted, "Top ten")
    await shared.world.answered(top)
    assert top.original.ephemeral
    assert top.original.content.splitlines()[:2] == ["3 × row", "1 × your"]


async def test_what_cannot_be_loaded_stops_the_start_with_a_sentence(tmp_path):
    (tmp_path / "broken.py").write_text("import nothing_of_this_name")
    async with (
        Sandbox() as sandbox,
        bot_in(tmp_path, sandbox, EXTENSIONS_FOLDER=str(tmp_path)) as bot,
    ):
        assert await bot.wait(20) == SETTING
        assert f"{tmp_path}/broken cannot be loaded" in bot.lines[-1]
        assert "nothing_of_this_name" in bot.lines[-1]
