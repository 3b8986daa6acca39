"""Every module of one's own folder is loaded; one that cannot be is named, with what is wrong."""

import sys

import discord
import pytest
from discord.ext import commands

from bot.extensions import PACKAGE, ExtensionFault, load_extensions

GREETS = "from extensions._words import word\n\nasync def setup(client):\n    client.said = word\n"


@pytest.fixture
async def client():
    async with commands.AutoShardedBot("!", intents=discord.Intents.none()) as client:
        yield client


@pytest.fixture
def folder(tmp_path):
    yield tmp_path / "own"
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def put(folder, **modules):
    folder.mkdir()
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)


async def test_modules_are_loaded_and_may_import_those_with_an_underscore(client, folder):
    put(folder, greets=GREETS, _words="word = 'hello'")
    await load_extensions(client, folder)
    assert client.said == "hello"
    assert list(client.extensions) == ["extensions.greets"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("import nothing_of_this_name", "ModuleNotFoundError: No module named"),
        ("answer = 42", "has no 'setup' function"),
        ("async def setup(client):\n    raise ValueError('no luck')", "ValueError: no luck"),
        ("import sys\nsys.exit(3)", "SystemExit: 3"),
    ],
)
async def test_one_that_cannot_be_loaded_is_named(client, folder, text, fault):
    put(folder, broken=text)
    with pytest.raises(ExtensionFault, match=fault) as caught:
        await load_extensions(client, folder)
    assert str(folder / "broken") in str(caught.value)


async def test_one_whose_name_has_a_dot_is_named_with_a_better_name(client, folder):
    put(folder, **{"a.b": "async def setup(client):\n    pass\n"})
    with pytest.raises(ExtensionFault) as caught:
        await load_extensions(client, folder)
    assert f"{folder / 'a.b.py'} cannot be loaded" in str(caught.value)
    assert f"rename it, to {folder / 'a_b.py'} say" in str(caught.value)


async def test_files_for_the_others_and_for_editors_may_have_any_name(client, folder):
    put(folder, **{"_a.b": "", ".#a.b": "", "a-b": "async def setup(client):\n    pass\n"})
    await load_extensions(client, folder)
    assert list(client.extensions) == ["extensions.a-b"]


async def test_a_folder_that_is_not_there_is_named(client, folder):
    with pytest.raises(ExtensionFault, match="is no folder; make it, or correct the setting"):
        await load_extensions(client, folder)
