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
from bot.queue.sentences import SENTENCES
from bot.texts import as_written, parts_of, say

FOLDER = Path(bot.texts.__file__).parent
ROOT = FOLDER.parent.parent


class _Text(Visitor):
    """The values that a text names, and the other texts that are part of it."""

    def __init__(self) -> None:
        self.values: set[str] = set()
        self.parts: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802
        self.values.add(node.id.name)

    def visit_MessageReference(self, node: ftl.MessageReference) -> None:  # noqa: N802
        self.parts.add(node.id.name)


@cache
def texts(path: Path) -> dict[str, _Text]:
    """All texts, by their ids."""
    found = {}
    for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
        assert not isinstance(entry, ftl.Junk), entry.content
        if isinstance(entry, ftl.Message):
            text = _Text()
            text.visit(entry)
            assert entry.id.name not in found, entry.id.name
            found[entry.id.name] = text
    return found


@cache
def catalogue(path: Path) -> dict[str, set[str]]:
    """The values that each text needs, with all its parts, by its id."""
    known = texts(path)

    def needed(text_id: str) -> set[str]:
        text = known[text_id]
        return text.values.union(*map(needed, text.parts))

    return {text_id: needed(text_id) for text_id in known}


def said() -> Iterator[tuple[str, ast.Call]]:
    """Every call of `say` in the program, but for the one that says the queue's sentences."""
    for folder in ("bot", "cogs"):
        for path in set((ROOT / folder).rglob("*.py")) - {ROOT / "bot" / "wording.py"}:
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
    used |= {part for text in texts(ENGLISH).values() for part in text.parts}
    used |= SENTENCES.keys()
    assert catalogue(ENGLISH).keys() - used == set()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ftl")), ids=lambda path: path.stem)
def test_every_language_has_the_same_texts(path):
    assert catalogue(path) == catalogue(ENGLISH)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ftl")), ids=lambda path: path.stem)
def test_each_text_is_found_without_parsing_all(path):
    alone = {name: FluentParser().parse(text).body for name, text in as_written(path.stem).items()}
    together = FluentParser().parse(path.read_text(encoding="utf-8")).body

    assert alone.keys() == texts(path).keys()
    for entry in together:
        if isinstance(entry, ftl.Message):
            assert alone[entry.id.name][0].equals(entry, ignored_fields=["span"])
    for name, written in as_written(path.stem).items():
        assert parts_of(written) == texts(path)[name].parts


def test_what_is_not_known_is_refused():
    with pytest.raises(LookupError):
        say("no-such-text")
