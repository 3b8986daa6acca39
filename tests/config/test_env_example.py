"""`.env.example` lists each setting with its own line and default, and nothing else."""

import re
from pathlib import Path

from config.settings import load_settings
from config.settings.topics import known_settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"
ENTRY = re.compile(r"^# (?P<text>.+)\n(?P<name>[A-Z_]+)=(?P<value>.*)$", re.MULTILINE)


def entries():
    return {entry["name"]: entry for entry in ENTRY.finditer(EXAMPLE.read_text())}


def test_each_setting_is_listed_in_order_and_nothing_else():
    assert list(entries()) == list(known_settings())
    assigned = [line for line in EXAMPLE.read_text().splitlines() if "=" in line]
    assert len(assigned) == len(entries())


def test_each_setting_is_explained_in_the_settings_own_words():
    explained = {name: entry["text"] for name, entry in entries().items()}
    assert explained == {name: field.description for name, field in known_settings().items()}


def test_each_default_is_spelt_out():
    spelt = {name for name, entry in entries().items() if entry["value"]}
    defaults = {name: field.default for name, field in known_settings().items()}
    assert spelt == {name for name, default in defaults.items() if default or default == 0}


def test_the_values_are_the_defaults():
    assert load_settings(EXAMPLE, {}) == load_settings(None, {})
