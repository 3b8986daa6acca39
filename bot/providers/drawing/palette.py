"""Colours that go together, and the words that call for them."""

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

Colour = tuple[int, int, int]
"""Red, green and blue, 0–255."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one mood: `sky` from its top to the horizon, what shines, and land from the
    farthest to the nearest.
    """

    sky: tuple[Colour, ...]
    light: Colour
    far: Colour
    near: Colour
    words: frozenset[str]
    night: bool = False

    @property
    def ramp(self) -> tuple[Colour, ...]:
        """All of it from the darkest to the brightest."""
        return tuple(sorted({self.near, self.far, *self.sky, self.light}, key=brightness))


def brightness(colour: Colour) -> float:
    """How bright it looks, 0–255 (ITU-R BT.601)."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue


def between(one: Colour, other: Colour, share: float) -> Colour:
    """The colour at this share, 0–1, of the way to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _hex(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text)
    return red, green, blue


def _palette(
    sky: str, light: str, far: str, near: str, words: str, *, night: bool = False
) -> Palette:
    colours = tuple(_hex(one) for one in sky.split())
    named = frozenset(words.split())
    return Palette(colours, _hex(light), _hex(far), _hex(near), named, night)


PALETTES = (
    _palette(
        "2b2d5b 6a3d78 c8587a f49a6c fbd59a",
        "fff1c9",
        "b56a85",
        "1d1730",
        "sunset dusk evening autumn warm romantic fire red orange",
    ),
    _palette(
        "5fb4d9 8fd0e4 c3e7ea f5f1de",
        "fffdf0",
        "9cc3cc",
        "1f4a44",
        "day morning summer bright blue clear sunny spring holiday",
    ),
    _palette(
        "070b1f 101a3d 1f2f63 3d4f86",
        "f2f0dd",
        "3a4a7c",
        "060914",
        "night moon midnight stars starry dark owl dream",
        night=True,
    ),
    _palette(
        "1a1c40 46407f 9a6fb0 e6a6c1 fde0d9",
        "fff4ea",
        "a889b8",
        "251f46",
        "dawn sunrise pink magic fairy lavender flower love purple",
    ),
    _palette(
        "0b2e3a 14505a 2f8379 8cc4a2 e9e7b9",
        "fbf7cf",
        "5d9b8a",
        "08211f",
        "forest green jungle nature tree woods moss frog garden",
    ),
    _palette(
        "d9694a e88e55 f2b46c f9dba0",
        "fff6d8",
        "d08a5a",
        "4a1f1c",
        "desert sand dune canyon mars hot lion africa camel",
    ),
    _palette(
        "6f8fb0 9fb6cd cdd9e4 f0f2f2",
        "ffffff",
        "b3c2d2",
        "33465c",
        "winter snow ice cold arctic white polar penguin fog mist",
    ),
    _palette(
        "04121f 0a3045 116466 2fae8f 9fe8b5",
        "e8fff0",
        "1d5f68",
        "020a12",
        "aurora northern lights neon alien cyber future robot",
        night=True,
    ),
    _palette(
        "12324a 1f6280 47a1ad a9d8cd f6ecc8",
        "fff8df",
        "6fa9b0",
        "0d2534",
        "sea ocean lake water river fish whale island beach boat ship",
    ),
    _palette(
        "20122f 4b1d52 93285f d9505a f7a35c",
        "ffe1a8",
        "8c3560",
        "150a1e",
        "city retro synthwave music party volcano dragon festival",
    ),
)


def palette_for(said: Collection[str], rng: random.Random) -> Palette:
    """What most of the words call for; any where they call for nothing."""
    return rng.choice(most_called({one: one.words for one in PALETTES}, said))


def most_called(names: Mapping[T, frozenset[str]], said: Collection[str]) -> list[T]:
    """Those whose names were said most; all of them, if none was."""
    counts = {one: len(own.intersection(said)) for one, own in names.items()}
    return [one for one, count in counts.items() if count == max(counts.values())]
