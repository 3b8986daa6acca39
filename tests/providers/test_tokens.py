"""An estimate grows with the text, in every script."""

import pytest

from bot.providers.tokens import TOKENS_PER_PICTURE, TOKENS_PER_TURN, estimated


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("four", 1), ("fives", 2), ("a" * 4000, 1000), ("日本", 2), ("\ud800", 1)],
)
def test_a_quarter_of_the_bytes_rounded_up_and_the_turn(text, tokens):
    assert estimated(text) == tokens + TOKENS_PER_TURN


def test_turns_are_added_up():
    assert estimated("four", "fives") == estimated("four") + estimated("fives")
    assert estimated() == 0


def test_a_picture_is_worth_a_thousand():
    assert estimated("four", pictures=2) == estimated("four") + 2 * TOKENS_PER_PICTURE
