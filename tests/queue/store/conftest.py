"""What every test of a store shares; the promises' assertions explain themselves when they fail."""

import pytest

pytest.register_assert_rewrite("tests.queue.store.promises", "tests.queue.store.workbench")

from tests.queue.store.workbench import Clock  # noqa: E402 - after its rewrite is registered


@pytest.fixture
def clock() -> Clock:
    return Clock()
