"""The strokes that all scenes are made of. Everything random comes from the generator given."""

import math
import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from bot.providers.drawing.palette import Colour

Size = tuple[int, int]
Point = tuple[float, float]

SMOOTH = Image.Resampling.BICUBIC

FINER = 2
"""Shapes are drawn so many times larger, and made smaller: that smooths their edges."""

BLACK: Colour = (0, 0, 0)


def gradient(size: Size, colours: Sequence[Colour]) -> Image.Image:
    """From the first colour at the top to the last at the bottom."""
    stops = Image.new("RGB", (1, len(colours)))
    stops.putdata(colours)
    return stops.resize(size, SMOOTH, box=(0, 0.5, 1, len(colours) - 0.5))


def fade(size: Size, top: int, bottom: int) -> Image.Image:
    """A mask from one strength (0–255) at the top to another at the bottom."""
    stops = Image.new("L", (1, 2))
    stops.putdata((top, bottom))
    return stops.resize(size, Image.Resampling.BILINEAR, box=(0, 0.5, 1, 1.5))


def noise(
    size: Size, rng: random.Random, cells: int, octaves: int = 4, stretch: float = 1.0
) -> Image.Image:
    """Clouds of 0–255: about `cells` of them across, `stretch` times as wide as high."""
    clouds = Image.new("L", size, 128)
    for octave in range(octaves):
        across = cells * 2**octave
        down = max(2, round(across * stretch * size[1] / size[0]))
        grid = Image.frombytes("L", (across, down), rng.randbytes(across * down))
        clouds = Image.blend(clouds, grid.resize(size, SMOOTH), 1 / (1 + 2**octave))
    return clouds


def levels(mask: Image.Image, low: int, high: int, strength: float = 1.0) -> Image.Image:
    """What is below `low` becomes 0, what is above `high` 255 times the strength."""
    scale = 255 * strength / (high - low)
    return mask.point([round(min(255 * strength, max(0, (v - low) * scale))) for v in range(256)])


def glow(size: Size, centre: Point, radius: float, strength: float = 1.0) -> Image.Image:
    """A mask of light around a point, which fades out towards its radius."""
    curve = [round(255 * strength * max(0.0, 1 - v / 255 * math.sqrt(2)) ** 2) for v in range(256)]
    across = max(2, round(2 * radius))
    # the library's gradient reaches 255 in the middle of its edges only at this scale
    light = Image.radial_gradient("L").point(curve).resize((across, across), SMOOTH)
    mask = Image.new("L", size)
    mask.paste(light, (round(centre[0] - radius), round(centre[1] - radius)))
    return mask


def shape(size: Size, *polygons: Sequence[Point]) -> Image.Image:
    """A mask of these polygons with smooth edges."""
    large = Image.new("L", (size[0] * FINER, size[1] * FINER))
    draw = ImageDraw.Draw(large)
    for polygon in polygons:
        draw.polygon([(x * FINER, y * FINER) for x, y in polygon], fill=255)
    return large.reduce(FINER)


def disc(size: Size, centre: Point, radius: float) -> Image.Image:
    """A mask of a disc with a smooth edge."""
    large = Image.new("L", (size[0] * FINER, size[1] * FINER))
    x, y, r = centre[0] * FINER, centre[1] * FINER, radius * FINER
    ImageDraw.Draw(large).ellipse((x - r, y - r, x + r, y + r), fill=255)
    return large.reduce(FINER)


def lay(picture: Image.Image, colour: Colour | Image.Image, mask: Image.Image) -> None:
    """Put a colour, or another picture, onto the picture where the mask is."""
    picture.paste(colour, (0, 0), mask)


def line(rng: random.Random, length: int, waves: int, octaves: int = 4) -> list[float]:
    """A rough line: so many values from about −1 to 1, with about so many waves."""
    values = [0.0] * length
    for octave in range(octaves):
        knots = [rng.uniform(-1, 1) for _ in range(waves * 2**octave + 2)]
        step = (len(knots) - 1.001) / length
        for i in range(length):
            at, share = divmod(i * step, 1)
            eased = (1 - math.cos(share * math.pi)) / 2
            one, other = knots[int(at)], knots[int(at) + 1]
            values[i] += (one + (other - one) * eased) * 0.5**octave * 0.6
    return values


def finish(picture: Image.Image, rng: random.Random) -> Image.Image:
    """The picture with darker corners, and a grain so fine that gradients show no steps."""
    size = picture.size
    corners = Image.radial_gradient("L").resize(size, SMOOTH)
    lay(picture, BLACK, levels(corners, 110, 255, 0.28))
    spread = [128 + v % 5 - 2 for v in range(256)]
    grain = Image.frombytes("L", size, rng.randbytes(size[0] * size[1])).point(spread)
    return ImageChops.add(picture, Image.merge("RGB", (grain,) * 3), 1, -128)
