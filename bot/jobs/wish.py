"""What may be asked of `/image`, and what came of it."""

import hashlib
import math
from typing import Literal, TypeAlias, get_args

from PIL import Image
from pydantic import BaseModel

from bot.providers.image import MOST_SEEDS

Size: TypeAlias = Literal["512x512", "1024x1024", "1024x1536", "1536x1024"]
"""Width and height in pixels."""

USUAL: Size = "1024x1024"

NUMBERS = ("one", "two", "three", "four")
"""How actions name the pictures: they have no digits."""

MOST = len(NUMBERS)

HIDDEN_UNTIL_CLICKED = "SPOILER_"
"""Files whose name begins so are covered in Discord's client."""


class Wish(BaseModel):
    """What is to be drawn. `seed` None: another one each time. `size` None: the usual one, or the
    one nearest to the source's shape. `edits`: a source came with it. `spoiler`: cover the files.
    """

    prompt: str
    size: Size | None = None
    count: int = 1
    seed: int | None = None
    edits: bool = False
    spoiler: bool = False

    def file(self, index: int) -> str:
        """The name of a picture; the first is 0."""
        return f"{HIDDEN_UNTIL_CLICKED if self.spoiler else ''}picture-{index + 1}.png"

    def seed_in(self, job_id: str) -> int:
        """The first picture's seed; every run of the job finds the same."""
        if self.seed is not None:
            return self.seed
        return int.from_bytes(hashlib.sha256(job_id.encode()).digest()[:4]) % MOST_SEEDS

    def size_for(self, source: Image.Image | None) -> Size:
        """How large the pictures are to be."""
        if self.size is not None or source is None:
            return self.size or USUAL
        shape = math.log(source.width / source.height)
        large = [size for size in get_args(Size) if "1024" in size]
        return min(large, key=lambda size: abs(math.log(_shape(size)) - shape))


class Drawn(BaseModel):
    """What was drawn: so many pictures; the first has this seed, each other one the next."""

    prompt: str
    size: Size
    count: int
    seed: int
    model: str
    built_in: bool

    @property
    def seeds(self) -> str:
        """The first seed and the last, for people."""
        last = nth_seed(self.seed, self.count - 1)
        return str(self.seed) if self.count == 1 else f"{self.seed}–{last}"


def nth_seed(first: int, index: int) -> int:
    """The seed of a picture; the first is 0."""
    return (first + index) % MOST_SEEDS


def pixels(size: Size) -> tuple[int, int]:
    """Width and height."""
    width, height = size.split("x")
    return int(width), int(height)


def _shape(size: Size) -> float:
    width, height = pixels(size)
    return width / height
