"""A form is known by its id alone, and gives back what was typed, wherever its fields stand."""

from types import SimpleNamespace

import discord
import pytest

from bot.ui.forms import LABEL, TITLE, Field, Filled, Form, filled_in

JOB = "01" * 13
SUBMITTED = discord.InteractionType.modal_submit
IN_ROWS = [{"components": [{"custom_id": "a", "value": "1"}]}]
BELOW_LABELS = [{"component": {"custom_id": "a", "value": "1"}}]


def interaction(custom_id=f"form:test-edit:{JOB}", kind=SUBMITTED, components=IN_ROWS):
    return SimpleNamespace(type=kind, data={"custom_id": custom_id, "components": components})


def test_what_is_too_long_is_cut_and_what_stood_there_fits():
    fields = (Field("a", "l" * 99, "t" * 99, most=10),)
    shown = Form("t" * 99, fields).modal("test-edit", JOB).to_dict()
    assert (len(shown["title"]), shown["custom_id"]) == (TITLE, f"form:test-edit:{JOB}")
    ((field,),) = (row["components"] for row in shown["components"])
    assert (len(field["label"]), field["value"], field["max_length"]) == (LABEL, "t" * 10, 10)


@pytest.mark.parametrize("components", [IN_ROWS, BELOW_LABELS], ids=["rows", "labels"])
def test_what_was_typed_comes_back_by_name(components):
    filled = filled_in(interaction(components=components))
    assert filled == Filled("test-edit", JOB, {"a": "1"})


@pytest.mark.parametrize(
    "other",
    [
        interaction(custom_id=f"form:Test:{JOB}"),
        interaction(custom_id="form:test-edit:no-id"),
        interaction(custom_id=f"reply:test-edit:{JOB}"),
        interaction(kind=discord.InteractionType.component),
        SimpleNamespace(type=discord.InteractionType.ping, data=None),
    ],
)
def test_anything_else_is_none(other):
    assert filled_in(other) is None
