"""Pictures of nothing: ribbons, facets and drifting lights."""

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bot.providers.drawing.canvas import (
    FINER,
    SMOOTH,
    Point,
    Size,
    disc,
    glow,
    gradient,
    lay,
    levels,
    line,
    noise,
    shape,
)
from bot.providers.drawing.palette import Colour, Palette, between
from bot.providers.drawing.sky import stars

STEP = 6


def ribbons(size: Size, palette: Palette, rng: random.Random) -> Image.Image:
    """Wide bands that flow across, each with a shadow on the one behind."""
    width, height = size
    picture = gradient(size, palette.sky)
    lay(picture, palette.light, glow(size, (width * rng.random(), 0), width * 0.8, 0.7))
    ramp, bands = palette.ramp, rng.randint(7, 10)
    slope = rng.uniform(-0.35, 0.35)
    for band in range(bands):
        share = band / (bands - 1)
        flow = line(rng, width // STEP + 2, 2, 2)
        tilt = [slope * (i * STEP / width - 0.5) for i in range(len(flow))]
        base = 0.08 + 0.86 * share
        edge = [(i * STEP, height * (base + 0.13 * flow[i] + tilt[i])) for i in range(len(flow))]
        mask = shape(size, [*edge, (width + STEP, height * 2), (0, height * 2)])
        shadow = ImageChops.offset(mask, 0, -height // 90).filter(
            ImageFilter.GaussianBlur(height / 70)
        )
        shadow.paste(0, (0, height - height // 80, width, height))
        lay(picture, (0, 0, 0), shadow.point(lambda v: v * 0.35))
        colour = _along(ramp, 1 - share)
        lay(picture, gradient(size, (between(colour, palette.light, 0.3), colour)), mask)
    return picture


def facets(size: Size, palette: Palette, rng: random.Random) -> Image.Image:
    """A skin of triangles, lit from one side."""
    width, height = size
    cell = min(width, height) / rng.randint(9, 13)
    columns, rows = math.ceil(width / cell) + 2, math.ceil(height / cell) + 2
    knots = [
        [
            (
                (c - 0.5 + rng.uniform(-0.34, 0.34)) * cell,
                (r - 0.5 + rng.uniform(-0.34, 0.34)) * cell,
            )
            for c in range(columns)
        ]
        for r in range(rows)
    ]
    field = noise((columns, rows), rng, 3, 3).tobytes()
    large = Image.new("RGB", (width * FINER, height * FINER))
    draw = ImageDraw.Draw(large)
    ramp = palette.ramp
    for r in range(rows - 1):
        for c in range(columns - 1):
            a, b, d, e = knots[r][c], knots[r][c + 1], knots[r + 1][c], knots[r + 1][c + 1]
            halves = ((a, b, d), (b, e, d)) if (r + c) % 2 else ((a, b, e), (a, e, d))
            for triangle in halves:
                tone = 0.65 * _spread(field[r * columns + c]) + 0.35 * (1 - r / rows)
                tone += rng.uniform(-0.08, 0.08)
                corners = [(x * FINER, y * FINER) for x, y in triangle]
                draw.polygon(corners, fill=_along(ramp, tone))
    picture = large.reduce(FINER)
    light = glow(size, (width * rng.random(), height * 0.2), width * 0.7, 0.35)
    lay(picture, palette.light, light)
    return picture


def lights(size: Size, palette: Palette, rng: random.Random) -> Image.Image:
    """Discs of light at different depths, out of focus."""
    width, height = size
    picture = gradient(size, [between(colour, palette.near, 0.55) for colour in palette.sky])
    drift = levels(noise(size, rng, 3, 4), 110, 200, 0.5)
    lay(picture, palette.far, drift)
    for depth in range(4):
        layer = Image.new("RGB", size)
        radius = min(size) * (0.13 - 0.03 * depth)
        for _ in range(9 + 8 * depth):
            centre = rng.uniform(0, width), height * rng.triangular(-0.05, 1.05, 0.6)
            colour = between(rng.choice(palette.sky[1:]), palette.light, rng.uniform(0, 0.6))
            _light(layer, centre, radius * rng.uniform(0.6, 1.2), colour, rng.uniform(0.18, 0.5))
        picture = ImageChops.screen(picture, layer.filter(ImageFilter.GaussianBlur(7 - 2 * depth)))
    return picture


def _light(
    layer: Image.Image, centre: Point, radius: float, colour: Colour, strength: float
) -> None:
    left, top = round(centre[0] - radius), round(centre[1] - radius)
    across = max(4, round(2 * radius))
    box = (across, across)
    round_one = disc(box, (across / 2, across / 2), radius * 0.96)
    rim = ImageChops.subtract(round_one, disc(box, (across / 2, across / 2), radius * 0.88))
    mask = ImageChops.add(round_one.point(lambda v: v * strength), rim.point(lambda v: v * 0.25))
    layer.paste(colour, (left, top), mask)


def planets(size: Size, palette: Palette, rng: random.Random) -> Image.Image:
    """A world in front of a nebula, perhaps with a ring and a moon."""
    width, height = size
    dark = between(palette.near, (4, 5, 14), 0.75)
    picture = Image.new("RGB", size, dark)
    for colour in (palette.sky[1], palette.sky[-2], palette.far):
        cloud = levels(noise(size, rng, rng.randint(2, 3), 6), 118, 210, 0.7)
        lay(picture, colour, ImageChops.multiply(cloud, _patch(size, rng)))
    stars(picture, rng)
    radius = min(size) * rng.uniform(0.2, 0.3)
    centre = width * rng.uniform(0.35, 0.65), height * rng.uniform(0.4, 0.6)
    ring = _ring(size, centre, radius, rng) if rng.random() < 0.65 else None
    if ring:
        lay(picture, palette.light, ring[0])
    _world(picture, centre, radius, palette, rng)
    if ring:
        lay(picture, palette.light, ring[1])
    away = rng.choice((-1, 1)) * radius * rng.uniform(1.3, 1.6)
    moon = centre[0] + away, centre[1] - radius * rng.uniform(0.6, 1.1)
    _world(picture, moon, radius * rng.uniform(0.1, 0.18), palette, rng)
    return picture


def _patch(size: Size, rng: random.Random) -> Image.Image:
    centre = size[0] * rng.random(), size[1] * rng.random()
    return glow(size, centre, max(size) * 0.8)


def _world(
    picture: Image.Image, centre: Point, radius: float, palette: Palette, rng: random.Random
) -> None:
    """A ball with bands of weather, lit from the upper left."""
    lay(picture, palette.light, glow(picture.size, centre, radius * 1.5, 0.35))
    across = max(8, round(2 * radius))
    box = (across, across)
    ball = gradient(box, [*palette.sky[1:], palette.far])
    weather = levels(noise(box, rng, 2, 5, 5.0), 100, 170, 0.6)
    lay(ball, between(palette.light, palette.far, 0.3), weather)
    shade = ImageChops.invert(glow(box, (across * 0.32, across * 0.3), across * 0.95))
    lay(ball, (3, 4, 12), levels(shade, 60, 235, 0.97))
    round_one = disc(box, (across / 2, across / 2), radius * 0.99)
    picture.paste(ball, (round(centre[0] - radius), round(centre[1] - radius)), round_one)


def _ring(
    size: Size, centre: Point, radius: float, rng: random.Random
) -> tuple[Image.Image, Image.Image]:
    """The half of a tilted ring behind its world, and the half in front."""
    large = Image.new("L", (size[0] * FINER, size[1] * FINER))
    draw = ImageDraw.Draw(large)
    x, y = centre[0] * FINER, centre[1] * FINER
    flat = rng.uniform(0.16, 0.3)
    for share in range(30):
        wide = radius * FINER * (1.35 + 0.024 * share)
        box = (x - wide, y - wide * flat, x + wide, y + wide * flat)
        draw.ellipse(box, outline=rng.randint(30, 190), width=max(2, round(radius * 0.05)))
    angle = rng.uniform(-24, 24)
    behind, front = large.copy(), large
    behind.paste(0, (0, round(y), *large.size))
    front.paste(0, (0, 0, large.width, round(y)))
    return _tilted(behind, angle, (x, y)), _tilted(front, angle, (x, y))


def _tilted(half: Image.Image, angle: float, around: Point) -> Image.Image:
    return half.rotate(angle, SMOOTH, center=around).reduce(FINER)


def _along(ramp: tuple[Colour, ...], share: float) -> Colour:
    """The colour at this share, 0–1, of a row of colours."""
    at = min(max(share, 0.0), 0.9999) * (len(ramp) - 1)
    return between(ramp[int(at)], ramp[int(at) + 1], at % 1)


def _spread(value: int) -> float:
    """A value of noise, most of which are in the middle, from 0 to 1."""
    return min(1.0, max(0.0, (value - 85) / 85))
