"""How many tokens a text is taken to have, where nobody has counted them."""

import math

BYTES_PER_TOKEN = 4
"""Of UTF-8: the rule of thumb for English prose. Scripts that need more bytes for a character need
more tokens for a text as well, so that one rule serves for all.
"""

TOKENS_PER_TURN = 4
"""What marks a turn of a conversation: who speaks, where it begins, where it ends."""


def estimated(*turns: str) -> int:
    """A quarter of each text's bytes, rounded up, and what marks each as a turn."""
    return sum(
        math.ceil(len(text.encode(errors="replace")) / BYTES_PER_TOKEN) + TOKENS_PER_TURN
        for text in turns
    )
