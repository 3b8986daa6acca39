"""The stores' workbench explains its failed assertions here too, wherever it is imported first."""

import pytest

pytest.register_assert_rewrite("tests.queue.store.workbench")
