"""What holds for all tests: how long Hypothesis looks, whose assertions explain themselves, and how
many run at once.
"""

import os

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.queue.store.promises", "tests.queue.store.workbench")

settings.register_profile("long", max_examples=1_000)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two more than there are cores: tests that wait for real processes leave room."""
    return (os.cpu_count() or 1) + 2
