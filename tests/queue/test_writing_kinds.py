"""The example in docs/writing-kinds.md is whole, and its tests pass."""

import re
import sys
from pathlib import Path

import pytest

import bot.jobs

PAGE = Path(__file__).parents[2] / "docs" / "writing-kinds.md"


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The example's files, by path; its kind can be imported as if it stood in `bot/jobs`."""
    found = dict(
        re.findall(r"`([\w/.]+\.py)`:\n\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    )
    (tmp_path / "word_count.py").write_text(found["bot/jobs/word_count.py"])
    monkeypatch.setattr(bot.jobs, "__path__", [*bot.jobs.__path__, str(tmp_path)])
    yield found
    sys.modules.pop("bot.jobs.word_count", None)


async def test_the_example_passes_its_own_tests(files):
    example = {}
    exec(files["tests/jobs/test_word_count.py"], example)
    tests = [test for name, test in example.items() if name.startswith("test_")]
    assert len(tests) == 4
    for test in tests:
        await test()
