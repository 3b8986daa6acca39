"""How many tokens a text is taken to have, where nobody has counted them."""

import math

BYTES_PER_TOKEN = 4
"""Of UTF-8: the rule of thumb for English prose. Scripts that need more bytes for a character need
more tokens for a text as well, so that one rule serves for all.
"""

TOKENS_PER_TURN = 4
"""What marks a turn of a conversation: who speaks, where it begins, where it ends."""


TOKENS_PER_PICTURE = 1000
"""A guess on the safe side: models count a picture by its size, each in its own way."""


def estimated(*turns: str, pictures: int = 0) -> int:
    """A quarter of each text's bytes, rounded up, what marks each as a turn, and the pictures."""
    texts = (
        math.ceil(len(text.encode(errors="replace")) / BYTES_PER_TOKEN) + TOKENS_PER_TURN
        for text in turns
    )
    return sum(texts) + pictures * TOKENS_PER_PICTURE
