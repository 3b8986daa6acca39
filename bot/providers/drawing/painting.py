"""A source becomes a painting: its colours move towards a palette, light falls in from a scene, and
all of it is done again in strokes.
"""

import math
import random
import re
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from bot.providers.drawing.canvas import FINER, SMOOTH, Point, Size, finish, gradient, noise
from bot.providers.drawing.palette import Palette, palette_for
from bot.providers.drawing.scenes import generator, scene

COATS = ((26, 1.0), (60, 0.8), (120, 0.55))
"""From coarse to fine: strokes along the shorter side, and the share of places that get one."""


FAINT = 6
"""Changes of brightness below this are no edge."""


def painting(source: Image.Image, prompt: str, seed: int, size: Size) -> Image.Image:
    """The source painted anew as the prompt has it. Takes up to about two seconds."""
    rng = generator(prompt, seed, size)
    palette = palette_for(frozenset(re.findall(r"\w+", prompt.lower())), rng)
    subject = _opaque(ImageOps.fit(source, size, SMOOTH))
    toned = Image.blend(subject, _in_colours(subject, palette), 0.55)
    lit = Image.blend(toned, ImageChops.soft_light(toned, scene(prompt, seed, size)), 0.7)
    return finish(_stroked(ImageOps.autocontrast(lit, cutoff=0.5), rng), rng)


def _opaque(source: Image.Image) -> Image.Image:
    """The source on white."""
    if source.mode == "RGB":
        return source
    ground = Image.new("RGBA", source.size, "white")
    ground.alpha_composite(source.convert("RGBA"))
    return ground.convert("RGB")


def _in_colours(subject: Image.Image, palette: Palette) -> Image.Image:
    """The subject in nothing but the palette: dark for dark, bright for bright."""
    tones = gradient((1, 256), palette.ramp)
    bands = [band.tobytes() for band in tones.split()]
    grey = ImageOps.equalize(subject.convert("L"))
    grey = Image.blend(subject.convert("L"), grey, 0.4)
    return Image.merge("RGB", [grey.point(list(band)) for band in bands])


def _stroked(subject: Image.Image, rng: random.Random) -> Image.Image:
    """The subject in strokes that follow its forms, coarse ones below fine ones."""
    width, height = subject.size
    ground = subject.filter(ImageFilter.GaussianBlur(min(subject.size) / 60))
    large = ground.resize((width * FINER, height * FINER), SMOOTH)
    draw = ImageDraw.Draw(large)
    forms = _Forms.of(subject, rng)
    for count, share in COATS:
        length = min(subject.size) / count
        colours = subject.filter(ImageFilter.GaussianBlur(length / 5)).tobytes()
        step = max(1, round(length * 0.6))
        places = [(x, y) for y in range(0, height, step) for x in range(0, width, step)]
        for x, y in rng.sample(places, round(len(places) * share)):
            at = y * width + x
            turn = forms.direction(at) + rng.uniform(-0.25, 0.25)
            shade = rng.uniform(0.94, 1.06)
            fill = tuple(min(255, round(part * shade)) for part in colours[3 * at : 3 * at + 3])
            half = length * rng.uniform(0.3, 0.65)
            dx, dy = math.cos(turn) * half, math.sin(turn) * half
            _stroke(draw, (x - dx, y - dy), (x + dx, y + dy), length * 0.32, fill)
    return large.reduce(FINER)


@dataclass(frozen=True, slots=True)
class _Forms:
    """Of each pixel, row by row: how the brightness changes to the right and downwards (128: not at
    all), and where strokes go that have nothing to follow (256: a whole turn).
    """

    across: bytes
    down: bytes
    flow: bytes

    @classmethod
    def of(cls, subject: Image.Image, rng: random.Random) -> "_Forms":
        grey = subject.convert("L").filter(ImageFilter.GaussianBlur(min(subject.size) / 120))
        far = max(1, min(subject.size) // 150)
        across = ImageChops.subtract(grey, ImageChops.offset(grey, far, 0), 1, 128)
        down = ImageChops.subtract(grey, ImageChops.offset(grey, 0, far), 1, 128)
        flow = noise(subject.size, rng, 3, 2)
        return cls(across.tobytes(), down.tobytes(), flow.tobytes())

    def direction(self, at: int) -> float:
        """Along the edge there, in radians; where there is none, as the flow goes."""
        right, low = self.across[at] - 128, self.down[at] - 128
        if abs(right) + abs(low) < FAINT:
            return self.flow[at] / 256 * math.tau
        return math.atan2(low, right) + math.pi / 2


def _stroke(
    draw: ImageDraw.ImageDraw, begin: Point, end: Point, wide: float, fill: tuple[int, ...]
) -> None:
    """A line with round ends."""
    (x, y), (end_x, end_y) = ((px * FINER, py * FINER) for px, py in (begin, end))
    across = max(2, round(wide * FINER))
    draw.line((x, y, end_x, end_y), fill=fill, width=across)
    r = across / 2
    for px, py in ((x, y), (end_x, end_y)):
        draw.ellipse((px - r, py - r, px + r, py + r), fill=fill)
