"""The example in docs/writing-a-job.md is whole, and its tests pass."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "writing-a-job.md"


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The example's files, by path; its folder is the package that it is for the bot."""
    found = dict(
        re.findall(r"`([\w/.]+\.py)`:\n\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    )
    (tmp_path / "word_count.py").write_text(found["extensions/word_count.py"])
    package = ModuleType("extensions")
    package.__path__ = [str(tmp_path)]
    monkeypatch.setitem(sys.modules, "extensions", package)
    yield found
    sys.modules.pop("extensions.word_count", None)


async def test_the_example_passes_its_own_tests(files):
    example = {}
    exec(files["tests/extensions/test_word_count.py"], example)
    tests = [test for name, test in example.items() if name.startswith("test_")]
    assert len(tests) == 5
    for test in tests:
        await test()
