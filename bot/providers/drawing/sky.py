"""What is above the horizon: the sky's colours, stars, clouds, a sun or a moon, northern lights."""

import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bot.providers.drawing.canvas import (
    FINER,
    Point,
    Size,
    disc,
    fade,
    glow,
    gradient,
    lay,
    levels,
    line,
    noise,
)
from bot.providers.drawing.palette import Palette, between

WHITE = (255, 255, 255)


def sky(size: Size, horizon: float, palette: Palette, rng: random.Random) -> Image.Image:
    """The whole sky; below the horizon (a share of the height) its last colour goes on."""
    width, height = size
    picture = Image.new("RGB", size, palette.sky[-1])
    picture.paste(gradient((width, round(height * horizon)), palette.sky))
    if palette.night:
        stars(picture, rng, horizon)
    return picture


def stars(picture: Image.Image, rng: random.Random, until: float = 1.0) -> None:
    """Stars of every brightness, fewer towards `until`, a share of the height."""
    width, height = picture.size
    mask = Image.new("L", picture.size)
    draw = ImageDraw.Draw(mask)
    for _ in range(width * height // 1800):
        x, y = rng.random() * width, rng.random() ** 1.4 * height * until
        draw.point((x, y), fill=rng.randint(40, 220))
    for _ in range(width * height // 24000):
        x, y, r = rng.random() * width, rng.random() ** 1.4 * height * until, rng.uniform(0.6, 1.8)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=rng.randint(150, 255))
    lay(picture, WHITE, ImageChops.lighter(mask, mask.filter(ImageFilter.GaussianBlur(1.2))))


def luminary(picture: Image.Image, horizon: float, palette: Palette, rng: random.Random) -> Point:
    """A sun or a moon with its glow; where it stands."""
    width, height = picture.size
    low, high = (0.15, 0.5) if palette.night else (0.35, 0.88)
    centre = width * rng.uniform(0.18, 0.82), height * horizon * rng.uniform(low, high)
    radius = min(width, height) * rng.uniform(0.045, 0.095)
    for spread, strength in ((9, 0.55), (4.5, 0.6), (2.2, 0.65)):
        lay(picture, palette.light, glow(picture.size, centre, radius * spread, strength))
    body = disc(picture.size, centre, radius)
    if palette.night and rng.random() < 0.6:  # a crescent
        away = centre[0] + radius * rng.choice((-0.5, 0.5)), centre[1] - radius * 0.25
        body = ImageChops.subtract(body, disc(picture.size, away, radius * 0.92))
    lay(picture, between(palette.light, WHITE, 0.5), body)
    return centre


def clouds(picture: Image.Image, horizon: float, palette: Palette, rng: random.Random) -> None:
    """Drifts of cloud that thin out towards the top, lit from below."""
    width, height = picture.size
    size = width, round(height * horizon)
    drifts = noise(size, rng, rng.randint(2, 4), 5, rng.uniform(2.2, 4.0))
    cover = rng.randint(122, 140)
    dim = ImageChops.multiply(levels(drifts, cover, cover + 50, 0.75), fade(size, 70, 255))
    lit = ImageChops.multiply(
        levels(ImageChops.offset(drifts, 0, -round(height * 0.012)), cover + 14, cover + 70),
        fade(size, 20, 200),
    )
    lay(picture, between(palette.sky[len(palette.sky) // 2], palette.far, 0.5), dim)
    lay(picture, between(palette.sky[-1], palette.light, 0.6), lit)


def aurora(picture: Image.Image, palette: Palette, rng: random.Random) -> None:
    """Curtains of light that hang from rough lines across the sky."""
    width, height = picture.size
    for _ in range(rng.randint(2, 3)):
        curtain = Image.new("L", picture.size)
        draw = ImageDraw.Draw(curtain)
        top, sway = rng.uniform(0.12, 0.35), line(rng, width, 2, 3)
        rays = line(rng, width, 14, 3)
        for x in range(0, width, FINER):
            y = height * (top + 0.1 * sway[x])
            reach = height * (0.22 + 0.14 * rays[x])
            draw.line((x, y - reach, x, y), fill=round(105 + 105 * rays[x]), width=FINER)
        drawn_out = ImageChops.multiply(curtain, fade(picture.size, 255, 160))
        soft = drawn_out.filter(ImageFilter.BoxBlur((width // 160, height // 16)))
        sharp = curtain.filter(ImageFilter.BoxBlur((2, height // 40))).point(lambda v: v * 0.4)
        colour = between(palette.sky[-1], palette.sky[-2], rng.random())
        lay(picture, colour, ImageChops.add(soft, sharp))
