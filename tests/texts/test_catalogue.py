"""The catalogue has every text that is said, with the values it needs, and nothing else."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

import bot.texts
from bot.texts import say

FOLDER = Path(bot.texts.__file__).parent
ROOT = FOLDER.parent.parent


class _Values(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802
        self.names.add(node.id.name)


@cache
def catalogue(path: Path) -> dict[str, set[str]]:
    """The values that each text needs, by its id."""
    found = {}
    for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
        assert not isinstance(entry, ftl.Junk), entry.content
        if isinstance(entry, ftl.Message):
            values = _Values()
            values.visit(entry)
            assert entry.id.name not in found, entry.id.name
            found[entry.id.name] = values.names
    return found


def said() -> Iterator[tuple[str, ast.Call]]:
    """Every call of `say` in the program."""
    for folder in ("bot", "cogs"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
                    yield f"{path.name}:{node.lineno}", node


ENGLISH = FOLDER / "en.ftl"


def test_every_text_is_known_and_has_its_values():
    for where, call in said():
        (text_id,) = call.args
        assert isinstance(text_id, ast.Constant), f"{where}: the id must stand in the call"
        assert text_id.value in catalogue(ENGLISH), f"{where}: {text_id.value} is not known"
        given = {keyword.arg for keyword in call.keywords}
        assert given == catalogue(ENGLISH)[text_id.value], where


def test_every_text_is_said():
    used = {call.args[0].value for _, call in said()}
    assert catalogue(ENGLISH).keys() - used == set()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ftl")), ids=lambda path: path.stem)
def test_every_language_has_the_same_texts(path):
    assert catalogue(path) == catalogue(ENGLISH)


def test_what_is_not_known_is_refused():
    with pytest.raises(LookupError):
        say("no-such-text")
