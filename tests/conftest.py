"""What holds for all tests: how long Hypothesis looks, whose assertions explain themselves, how
many run at once, and what they need not do again.
"""

import gc
import os
import sys

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.queue.store.promises", "tests.queue.store.workbench")

settings.register_profile("long", max_examples=1_000)

# Some environments keep no bytecode: each worker and each bot would compile all modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two more than there are cores: tests that wait for real processes leave room."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_finish() -> None:
    """What was collected stays: the collector need not look at it again in each test."""
    gc.freeze()
