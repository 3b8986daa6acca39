"""What every test of a store shares."""

import sys

import pytest

from tests.queue.store.workbench import Clock


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
