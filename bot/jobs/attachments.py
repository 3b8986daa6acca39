"""What comes with a question as a model can take it: a text in UTF-8, or a picture as JPEG. Slow.

What it is, its bytes tell, never its name; what is neither is refused with a sentence.
"""

import codecs
import io
from collections.abc import Callable

from PIL import Image, ImageOps

from bot.providers.chat import Picture
from bot.providers.pictures import MOST_PIXELS_WEBP, plain
from bot.texts import say

MOST_PIXELS = 40_000_000
"""Of a picture that is opened: decoded it takes up to 160 MB, and up to 550 while it is made small.
"""

SIDE = 1536
"""Pixels of the longer side of what is sent: a page of print can be read."""

QUALITY = 85
TEXT_CHARACTERS = 20_000
"""Of a text; the rest is left out, and the model is told so."""

_BEGINS_AS_JPEG = b"\xff\xd8\xff"
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_PICTURES: tuple[Callable[[bytes], bool], ...] = (
    lambda data: data.startswith((b"\x89PNG\r\n\x1a\n", _BEGINS_AS_JPEG, b"GIF87a", b"GIF89a")),
    lambda data: data.startswith(b"RIFF") and data[8:12] == b"WEBP",
)
_MARKS = (  # the longer one first: it begins like the shorter
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)


class Unfit(Exception):
    """A file cannot be taken; the text tells the person why."""


def prepared(name: str, data: bytes) -> bytes:
    """The file as it is kept. Raises `Unfit`."""
    if any(begins(data) for begins in _PICTURES):
        return _smaller(name, data)
    return _text(name, data).encode()


def picture_of(kept: bytes) -> Picture | None:
    """The picture that is kept; None: it is a text."""
    return Picture("image/jpeg", kept) if kept.startswith(_BEGINS_AS_JPEG) else None


def _text(name: str, data: bytes) -> str:
    encoding = next((known for mark, known in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise Unfit(say("chat-file-unknown", name=name)) from None
    if "\0" in text:
        raise Unfit(say("chat-file-unknown", name=name))
    if not text.strip():
        raise Unfit(say("chat-file-empty", name=name))
    if len(text) <= TEXT_CHARACTERS:
        return text
    return (
        f"{text[:TEXT_CHARACTERS]}\n[Cut: the first {TEXT_CHARACTERS} of {len(text)} characters.]"
    )


def _smaller(name: str, data: bytes) -> bytes:
    most = MOST_PIXELS
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            most = MOST_PIXELS_WEBP if image.format == "WEBP" else MOST_PIXELS
            if image.width * image.height <= most:
                return _as_jpeg(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pass  # it has too many pixels as well
    except Exception as error:  # a broken picture breaks the library in many ways
        raise Unfit(say("chat-file-broken", name=name)) from error
    raise Unfit(say("chat-file-pixels", name=name, most=most // 1_000_000))


def _as_jpeg(image: Image.Image) -> bytes:
    """Upright, on white, without what a camera wrote into it; of what moves, the first picture."""
    image.draft("RGB", (SIDE, SIDE))
    flat = plain(image)
    flat.thumbnail((SIDE, SIDE))
    ImageOps.exif_transpose(flat, in_place=True)
    if flat.mode == "RGBA":
        flat = Image.alpha_composite(Image.new("RGBA", flat.size, "white"), flat).convert("RGB")
    kept = io.BytesIO()
    flat.save(kept, "JPEG", quality=QUALITY)
    return kept.getvalue()
