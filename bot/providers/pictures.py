"""What counts as a picture is known by its content, and by its header alone before it is decoded.

A few kilobytes can become gigabytes, a name can say anything: nothing is decoded that has too many
pixels, moves, or is of no known format. All of it is slow: for threads.
"""

import io
from collections.abc import Mapping
from enum import StrEnum

from PIL import Image, ImageOps, PngImagePlugin

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")

MOST_PIXELS = 40_000_000
"""Of a picture that is decoded: with its smaller copy it takes up to 470 MB."""

MOST_PIXELS_WEBP = 16_000_000
"""Of a WebP, which the library keeps in four copies while it decodes it: up to 250 MB."""

MOST_ACROSS = 20_000
"""Pixels of its longer side."""


ABOUT = ("prompt", "seed", "size", "model", "index")
"""Names of the texts that say how a picture was drawn."""


class Flaw(StrEnum):
    """Why something is not taken for a picture."""

    UNKNOWN = "unknown"
    MOVES = "moves"
    TOO_MANY_PIXELS = "too-many-pixels"
    BROKEN = "broken"


class NotAPicture(Exception):
    """These bytes are not taken; `flaw` says why. `most`: pixels that fit."""

    def __init__(self, flaw: Flaw, most: int = MOST_PIXELS) -> None:
        super().__init__(flaw)
        self.flaw = flaw
        self.most = most


def decoded(data: bytes, largest: int = MOST_ACROSS) -> Image.Image:
    """The picture, upright, made smaller until its longer side has at most so many pixels.

    Raises `NotAPicture`.
    """
    image = _opened(data)
    try:
        image.draft("RGB", (largest, largest))  # what need not be decoded takes no memory
        image.thumbnail((largest, largest), reducing_gap=2.0)
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        return plain(image)
    except Exception as error:  # a broken picture breaks the library in many ways
        raise NotAPicture(Flaw.BROKEN) from error


def plain(image: Image.Image) -> Image.Image:
    """The picture in eight bits of red, green, blue, and of transparency if it has any; itself, not
    a copy, if it is so already.
    """
    if image.mode.startswith("I"):  # 16 bits of grey: the library would cut them off at white
        return image.point(lambda tone: tone / 257).convert("L").convert("RGB")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == mode else image.convert(mode)


def png(image: Image.Image, about: Mapping[str, str] | None = None) -> bytes:
    """The picture as PNG, with texts about it in any script (iTXt, PNG specification §11.3.4.5)."""
    texts = PngImagePlugin.PngInfo()
    for name, text in (about or {}).items():
        texts.add_itxt(name, text)
    data = io.BytesIO()
    image.save(data, "PNG", pnginfo=texts)
    return data.getvalue()


def about(image: Image.Image) -> dict[str, str]:
    """How the picture was drawn, by `ABOUT`, as `png` wrote it; nothing that a camera wrote."""
    texts = ((name, image.info.get(name)) for name in ABOUT)
    return {name: str(text) for name, text in texts if isinstance(text, str)}


def _opened(data: bytes) -> Image.Image:
    """The picture with nothing decoded."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotAPicture(Flaw.TOO_MANY_PIXELS) from None
    except Exception as error:  # a broken header breaks the library in many ways
        raise NotAPicture(Flaw.UNKNOWN) from error
    most = MOST_PIXELS_WEBP if image.format == "WEBP" else MOST_PIXELS
    if image.width * image.height > most or max(image.size) > MOST_ACROSS:
        raise NotAPicture(Flaw.TOO_MANY_PIXELS, most)
    # what phones add to a photograph (MPO) is no animation
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise NotAPicture(Flaw.MOVES)
    return image
