"""What is below the horizon: ranges of hills in the haze, trees, houses, and water."""

import math
import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bot.providers.drawing.canvas import (
    SMOOTH,
    Point,
    Size,
    fade,
    glow,
    gradient,
    lay,
    levels,
    line,
    noise,
    shape,
)
from bot.providers.drawing.palette import Colour, Palette, between

STEP = 3
"""Pixels between two points of a hill's outline."""


def hills(
    picture: Image.Image, horizon: float, palette: Palette, rng: random.Random, *, smooth: bool
) -> list[Point]:
    """Ranges of hills, each nearer, darker and lower than the one before; the nearest outline."""
    width, height = picture.size
    ranges = rng.randint(4, 6)
    outline: list[Point] = []
    for number in range(ranges):
        share = number / (ranges - 1)
        base = height * (horizon + (0.97 - horizon) * share**1.25)
        rough = height * (0.15 - 0.06 * share) * (0.6 if smooth else 1)
        octaves = 2 if smooth else 6
        waves = rng.randint(2, 3) + (0 if smooth else number // 2)
        ridge = line(rng, width // STEP + 2, waves, octaves)
        outline = [(i * STEP, base - rough * (0.35 + value)) for i, value in enumerate(ridge)]
        colour = between(palette.far, palette.near, share**0.9)
        haze = between(palette.sky[-1], colour, 0.35 + 0.5 * share)
        _range(picture, outline, colour, haze)
    return outline


def _range(picture: Image.Image, outline: Sequence[Point], colour: Colour, haze: Colour) -> None:
    """Land below an outline, which sinks into haze."""
    width, height = picture.size
    top = max(0, round(min(y for _, y in outline)))
    mask = shape(picture.size, [*outline, (width + STEP, height), (0, height)])
    body = Image.new("RGB", picture.size, haze)
    depth = max(2, min(height - top, height // 3))
    body.paste(gradient((width, depth), (colour, colour, haze)), (0, top))
    lay(picture, body, mask)


def trees(
    picture: Image.Image, outline: Sequence[Point], palette: Palette, rng: random.Random
) -> None:
    """Firs that stand on an outline, in groups."""
    height = picture.height
    groups = line(rng, len(outline), 5, 3)
    polygons: list[list[Point]] = []
    for (x, y), dense in zip(outline, groups, strict=True):
        if rng.random() < 0.10 + 0.30 * dense:
            polygons += _fir(x, y + height * 0.01, height * rng.uniform(0.035, 0.11), rng)
    lay(picture, between(palette.near, (0, 0, 0), 0.25), shape(picture.size, *polygons))


def _fir(x: float, y: float, tall: float, rng: random.Random) -> list[list[Point]]:
    layers = 6
    fir: list[list[Point]] = [[(x - tall * 0.02, y), (x, y - tall), (x + tall * 0.02, y)]]
    for layer in range(layers):
        share = layer / layers
        wide = tall * (0.05 + 0.19 * (1 - share)) * rng.uniform(0.85, 1.15)
        low = y - tall * (0.06 + 0.8 * share)
        fir.append([(x - wide, low), (x, low - tall * 0.26), (x + wide, low)])
    return fir


def houses(picture: Image.Image, horizon: float, palette: Palette, rng: random.Random) -> None:
    """A town in layers, the nearest with lights in its windows."""
    width, height = picture.size
    rows = 4
    for row in range(rows):
        share = row / (rows - 1)
        colour = between(palette.far, palette.near, share)
        base, x = height * (horizon + (0.98 - horizon) * share), -width * 0.03
        blocks: list[tuple[float, float, float]] = []
        while x < width:
            wide = width * rng.uniform(0.03, 0.075)
            tall = height * rng.uniform(0.07, 0.36) * (1.1 - 0.45 * share)
            blocks.append((x, base - tall, wide))
            x += wide * rng.uniform(0.9, 1.15)
        boxes = [_box(left, top, wide, height) for left, top, wide in blocks]
        lay(picture, colour, shape(picture.size, *boxes))
        _windows(picture, blocks, palette, rng, 0.25 + 0.75 * share)
        haze = fade(picture.size, 0, round(150 * (1 - share)))
        lay(picture, palette.sky[-1], haze)


def _box(left: float, top: float, wide: float, bottom: float) -> list[Point]:
    return [(left, top), (left + wide, top), (left + wide, bottom), (left, bottom)]


def _windows(
    picture: Image.Image,
    blocks: Sequence[tuple[float, float, float]],
    palette: Palette,
    rng: random.Random,
    strength: float,
) -> None:
    height = picture.height
    pane = max(3, height // 190)
    lights = Image.new("L", picture.size)
    draw = ImageDraw.Draw(lights)
    for left, top, wide in blocks:
        for x in range(round(left + pane), round(left + wide - pane), pane * 2):
            for y in range(round(top + pane * 2), height, pane * 3):
                if rng.random() < 0.3:
                    lit = round(strength * rng.randint(90, 255))
                    draw.rectangle((x, y, x + pane - 1, y + pane), fill=lit)
    shine = lights.filter(ImageFilter.GaussianBlur(pane))
    lay(picture, palette.light, ImageChops.add(lights, shine))


def water(
    picture: Image.Image, horizon: float, light: Point, palette: Palette, rng: random.Random
) -> None:
    """A lake that mirrors what is above the horizon, in ripples that grow towards the front."""
    width, height = picture.size
    shore = round(height * horizon)
    deep = height - shore
    above = picture.crop((0, max(0, shore - deep), width, shore))
    mirrored = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((width, deep), SMOOTH)
    mirrored = _rippled(mirrored.filter(ImageFilter.GaussianBlur(height / 500)), rng)
    lay(mirrored, palette.near, fade(mirrored.size, 40, 190))
    picture.paste(mirrored, (0, shore))
    glitter = levels(noise((width, deep), rng, 10, 4, 14.0), 138, 165)
    column = glow((width, deep), (light[0], deep * 0.1), width * 0.16, 0.9)
    spread = ImageChops.lighter(column, glow((width, deep), (light[0], deep), width * 0.3, 0.5))
    shine = Image.new("L", picture.size)
    shine.paste(ImageChops.multiply(glitter, spread), (0, shore))
    lay(picture, palette.light, shine)


def _rippled(mirror: Image.Image, rng: random.Random) -> Image.Image:
    """Each row is moved sideways, the more the nearer it is."""
    width, height = mirror.size
    rippled = mirror.copy()
    phase = rng.random() * 6
    for y in range(height):
        near = (y + 4) / height
        wave = math.sin(phase + 60 * math.log(1 + 12 * near)) + 0.6 * rng.uniform(-1, 1)
        rippled.paste(mirror.crop((0, y, width, y + 1)), (round(width * 0.008 * near * wave), y))
    return rippled


def horizon_of(size: Size, rng: random.Random) -> float:
    """Where sky and land meet, as a share of the height."""
    return rng.uniform(0.5, 0.62) if size[1] <= size[0] else rng.uniform(0.54, 0.68)
