"""What the page on hand-driven workers shows is true: its example runs, its table is complete."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from bot.queue.worker_queue import WorkerQueue
from tests.queue.watching import soon

ROOT = Path(__file__).parents[2]


@pytest.fixture
def page():
    return (ROOT / "docs" / "by-hand.md").read_text()


@pytest.fixture
def example(page):
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    return code


def test_the_example_is_short(example):
    assert len([line for line in example.splitlines() if line.strip()]) <= 20


async def test_the_example_runs_as_it_stands(example, tmp_path):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", example),
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, complained = await soon(process.communicate())
    finally:
        if process.returncode is None:
            process.kill()
    assert (process.returncode, complained) == (0, b"")
    assert b"'COMPLETED'>: 2" in said
    assert b"'DISCARDED'>: 1" in said


def test_the_table_names_all_that_the_queue_can_do(page):
    named = re.findall(r"^\| `(\w+)\(", page, re.MULTILINE)
    public = {name for name in vars(WorkerQueue) if not name.startswith("_")}
    assert set(named) == public - {"open", "close"}
