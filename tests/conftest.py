"""What holds for all tests: how long Hypothesis looks, and whose assertions explain themselves."""

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.queue.store.promises", "tests.queue.store.workbench")

settings.register_profile("long", max_examples=1_000)
