"""The built-in renderer: the same is always the same, anything else is another picture."""

import asyncio
import statistics

import pytest
from PIL import Image, ImageDraw, ImageStat

from bot.providers.drawing.canvas import finish
from bot.providers.drawing.palette import PALETTES
from bot.providers.drawing.scenes import SCENES, generator
from bot.providers.image import ImageRequest
from bot.providers.renderer import Renderer, drawn

SIZE = 192, 128


def request(prompt="a lake", seed=1, size=SIZE, source=None):
    return ImageRequest(prompt, *size, seed, source)


def disc(size=(300, 200)) -> Image.Image:
    """A bright disc on a dark ground."""
    image = Image.new("RGB", size, "navy")
    ImageDraw.Draw(image).ellipse((75, 25, 225, 175), fill="white")
    return image


def likeness(one, other) -> float:
    tones = [image.convert("L").resize((16, 16)).tobytes() for image in (one, other)]
    return statistics.correlation(*map(list, tones))


@pytest.mark.parametrize("source", [None, disc()], ids=["new", "changed"])
def test_the_same_request_gives_the_same_picture(source):
    assert drawn(request(source=source)).tobytes() == drawn(request(source=source)).tobytes()


@pytest.mark.parametrize(
    "other",
    [request("a lake!"), request(seed=2), request(source=disc())],
    ids=["prompt", "seed", "source"],
)
def test_another_request_gives_another_one(other):
    assert drawn(request()).tobytes() != drawn(other).tobytes()


@pytest.mark.parametrize("size", [(512, 512), (1024, 1536)])
def test_it_has_the_size_that_was_asked_for(size):
    assert drawn(request(size=size)).size == size


@pytest.mark.parametrize("prompt", ["", "   ", "\ud83d half a sign", "x" * 4000, "湖\0🏔"])
def test_any_prompt_is_drawn(prompt):
    assert drawn(request(prompt)).size == SIZE


@pytest.mark.parametrize("draw", SCENES, ids=lambda draw: draw.__name__)
@pytest.mark.parametrize("palette", PALETTES[::3], ids=lambda one: min(one.words))
def test_every_scene_shows_something_in_every_mood(draw, palette):
    rng = generator("any", 3, SIZE)
    tones = ImageStat.Stat(finish(draw(SIZE, palette, rng), rng).convert("L"))
    assert tones.stddev[0] > 8  # it is no plain colour
    ((dark, bright),) = tones.extrema
    assert bright - dark > 60


@pytest.mark.parametrize("prompt", ["winter", "sunset city", "colours"])
def test_a_source_can_be_recognised_and_is_changed(prompt):
    source = disc()
    made = drawn(request(prompt, source=source))
    assert likeness(made, source) > 0.6
    assert made.tobytes() != source.resize(SIZE).tobytes()


async def test_drawing_holds_nothing_up():
    """The loop goes on while a picture is drawn: it is drawn elsewhere."""
    drawing = asyncio.create_task(Renderer().draw(request(size=(1024, 1024))))
    turns = 0
    while not drawing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10


async def test_it_says_how_to_have_real_pictures():
    assert "IMAGE_BASE_URL" in await Renderer().check()
