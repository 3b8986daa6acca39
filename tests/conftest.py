"""What is no test itself, but whose assertions explain themselves, too, when they fail."""

import pytest

pytest.register_assert_rewrite("tests.queue.store.promises", "tests.queue.store.workbench")
