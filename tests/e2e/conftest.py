"""One bot for all tests of a module; each test brings its own people and channels."""

import pytest
import pytest_asyncio

from tests.e2e.stage import stage


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """Settings of the module's bot; a module may say its own."""
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory, settings):
    """The module's bot."""
    async with stage(tmp_path_factory.mktemp("bot"), **settings) as running:
        yield running
