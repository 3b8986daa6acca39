"""Which scene a prompt gets, and how it is composed: always the same by prompt, seed and size."""

import hashlib
import random
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from PIL import Image

from bot.providers.drawing.abstract import facets, lights, planets, ribbons
from bot.providers.drawing.canvas import Size, finish
from bot.providers.drawing.land import hills, horizon_of, houses, trees, water
from bot.providers.drawing.palette import Palette, most_called, palette_for
from bot.providers.drawing.sky import aurora, clouds, luminary, sky

Scene = Callable[[Size, Palette, random.Random], Image.Image]


def scene(prompt: str, seed: int, size: Size) -> Image.Image:
    """The picture of this prompt. Takes up to about a second."""
    rng = generator(prompt, seed, size)
    words = frozenset(re.findall(r"\w+", prompt.lower()))
    palette = palette_for(words, rng)
    draw = rng.choice(most_called(SCENES, words))
    return finish(draw(size, palette, rng), rng)


def generator(prompt: str, seed: int, size: Size) -> random.Random:
    """Where all that is random in a picture comes from."""
    said = f"{seed}:{size[0]}x{size[1]}:{prompt}".encode(errors="surrogatepass")
    return random.Random(hashlib.sha256(said).digest())


def mountains(size: Size, palette: Palette, rng: random.Random) -> Image.Image:
    """Ranges in the haze under a wide sky."""
    horizon = horizon_of(size, rng)
    picture = _open_sky(size, horizon, palette, rng)
    outline = hills(picture, horizon - 0.03, palette, rng, smooth=False)
    if rng.random() < 0.4:
        trees(picture, outline, palette, rng)
    return picture


def forest(size: Size, palette: Palette, rng: random.Random) -> Image.Image:
    """Firs before ranges of hills."""
    horizon = horizon_of(size, rng) - 0.06
    picture = _open_sky(size, horizon, palette, rng)
    trees(picture, hills(picture, horizon, palette, rng, smooth=False), palette, rng)
    return picture


def dunes(size: Size, palette: Palette, rng: random.Random) -> Image.Image:
    """Soft waves of land."""
    horizon = horizon_of(size, rng)
    picture = _open_sky(size, horizon, palette, rng)
    hills(picture, horizon, palette, rng, smooth=True)
    return picture


def shore(size: Size, palette: Palette, rng: random.Random) -> Image.Image:
    """A lake before hills, which mirrors them and the light."""
    horizon = rng.uniform(0.55, 0.64)
    picture = sky(size, horizon, palette, rng)
    light = luminary(picture, horizon, palette, rng)
    _weather(picture, horizon, palette, rng)
    hills(picture, horizon - 0.1, palette, rng, smooth=rng.random() < 0.5)
    water(picture, horizon, light, palette, rng)
    return picture


def town(size: Size, palette: Palette, rng: random.Random) -> Image.Image:
    """Roofs and lit windows in the dusk."""
    horizon = horizon_of(size, rng)
    picture = _open_sky(size, horizon, palette, rng)
    houses(picture, horizon, palette, rng)
    return picture


def _open_sky(size: Size, horizon: float, palette: Palette, rng: random.Random) -> Image.Image:
    picture = sky(size, horizon, palette, rng)
    luminary(picture, horizon, palette, rng)
    _weather(picture, horizon, palette, rng)
    return picture


def _weather(picture: Image.Image, horizon: float, palette: Palette, rng: random.Random) -> None:
    if "aurora" in palette.words:
        aurora(picture, palette, rng)
    elif rng.random() < 0.75:
        clouds(picture, horizon, palette, rng)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SCENES: Mapping[Scene, frozenset[str]] = MappingProxyType(
    {
        mountains: _words("mountain mountains hill hills alps rock castle dragon snow landscape"),
        forest: _words(
            "forest tree trees woods jungle nature winter bear owl fox deer aurora northern lights"
        ),
        dunes: _words("desert dune dunes sand camel mars canyon field meadow"),
        shore: _words("sea ocean lake water river beach boat ship island fish sunset reflection"),
        town: _words("city town street house houses skyline cyberpunk night future paris london"),
        planets: _words("space planet planets galaxy star stars rocket alien universe moon sci"),
        ribbons: _words("abstract wave waves wind flow music silk dream colour color colours"),
        facets: _words("geometric polygon crystal diamond pattern glass ice logo"),
        lights: _words("light lights bokeh party magic fairy love neon festival"),
    }
)
"""Each scene, and the words that call for it."""
