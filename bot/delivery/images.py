"""Makes a picture small enough to be sent: less quality first, then fewer pixels. Slow.

It goes on saying how it was drawn, where it said so. What would not fit into memory, moves, or is
no picture, is left alone.
"""

import io
import logging
from collections.abc import Mapping
from math import sqrt
from pathlib import PurePath

from PIL import ExifTags, Image, ImageOps

from bot.providers.pictures import about
from bot.queue.reply import File

logger = logging.getLogger(__name__)

MOST_PIXELS = 40_000_000
"""Pixels of a picture that is opened: decoded, they take up to 160 MB."""

FEWEST_PIXELS_ACROSS = 16
"""What is smaller shows nothing any more."""

QUALITIES = (90, 80, 65)
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


def smaller(file: File, limit: int) -> File | None:
    """The picture in at most `limit` bytes; None where this cannot make it so."""
    try:
        with Image.open(io.BytesIO(file.data), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS or getattr(image, "is_animated", False):
                return None
            see_through = image.has_transparency_data
            exif = _exif(about(image))
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("RGBA" if see_through else "RGB")
            return _encoded(plain, file.name, limit, exif)
    except Exception as error:  # noqa: BLE001 - a broken picture breaks the library in many ways
        logger.info("a file was not made smaller as a picture: %r", error)
        return None


def _exif(drawn: Mapping[str, str]) -> bytes:
    """What is known of a drawing as its Exif comment, a line for each; JPEG and WebP have both."""
    if not drawn:
        return b""
    lines = "\n".join(f"{name}: {text}" for name, text in drawn.items())
    exif = Image.Exif()
    comment = b"UNICODE\0" + lines.encode("utf-16-be", errors="replace")
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = comment
    return exif.tobytes()


def _encoded(picture: Image.Image, name: str, limit: int, exif: bytes) -> File | None:
    kind, suffix = ("WEBP", ".webp") if picture.mode == "RGBA" else ("JPEG", ".jpg")
    while min(picture.size) >= FEWEST_PIXELS_ACROSS:
        for quality in QUALITIES:
            data = io.BytesIO()
            picture.save(data, kind, quality=quality, exif=exif)
            if data.tell() <= limit:
                return File(f"{PurePath(name).stem}{suffix}", data.getvalue())
        shrink = min(0.8, max(0.3, sqrt(limit / data.tell())))
        width, height = (max(1, round(side * shrink)) for side in picture.size)
        picture = picture.resize((width, height))
    return None
