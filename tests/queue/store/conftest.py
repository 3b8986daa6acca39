"""What every test of a store shares; the promises' assertions explain themselves when they fail."""

import sys

import pytest

pytest.register_assert_rewrite("tests.queue.store.promises", "tests.queue.store.workbench")

from tests.queue.store.workbench import Clock  # noqa: E402 - after its rewrite is registered


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hasty_threads():
    """Python changes threads at every chance, so that a missing lock shows."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)
