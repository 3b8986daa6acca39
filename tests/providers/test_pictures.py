"""A picture is known by its content, and what is none is refused before it is decoded."""

import io
import struct
import zlib

import pytest
from PIL import Image

from bot.providers.pictures import MOST_PIXELS, Flaw, NotAPicture, decoded, png


def saved(image, kind="PNG", **options) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def header(width, height) -> bytes:
    """A PNG that promises so many pixels and has none."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"IDAT", zlib.compress(bytes(100))))
    parts = (
        struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def webp(width, height) -> bytes:
    """A lossless WebP of one colour: 36 bytes for any size."""
    return saved(Image.new("RGB", (width, height)), "WEBP", lossless=True, method=0)


RED = Image.new("RGB", (30, 20), "red")
MOVING = {"save_all": True, "append_images": [Image.new("RGB", (30, 20), "blue")]}

REFUSED = {
    "nothing": (b"", Flaw.UNKNOWN),
    "a page": (b"<html><img></html>", Flaw.UNKNOWN),
    "a vector graphic": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Flaw.UNKNOWN),
    "a format that is not offered": (saved(RED, "TIFF"), Flaw.UNKNOWN),
    "half a header": (saved(RED)[:20], Flaw.UNKNOWN),
    "a moving PNG": (saved(RED, **MOVING), Flaw.MOVES),
    "a moving GIF": (saved(RED, "GIF", **MOVING), Flaw.MOVES),
    "a moving WebP": (saved(RED, "WEBP", **MOVING), Flaw.MOVES),
    "one pixel too many": (header(MOST_PIXELS // 5000 + 1, 5000), Flaw.TOO_MANY_PIXELS),
    "a WebP of which four copies are made": (webp(4001, 4000), Flaw.TOO_MANY_PIXELS),
    "what the library warns of": (header(10_000, 10_000), Flaw.TOO_MANY_PIXELS),
    "what the library refuses": (header(60_000, 60_000), Flaw.TOO_MANY_PIXELS),
    "a line": (header(30_000, 1), Flaw.TOO_MANY_PIXELS),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_picture_is_refused_with_the_reason(kind):
    data, flaw = REFUSED[kind]
    with pytest.raises(NotAPicture) as refused:
        decoded(data)
    assert refused.value.flaw is flaw


def test_as_many_pixels_as_are_allowed_are_not_too_many():
    with pytest.raises(NotAPicture) as refused:
        decoded(header(MOST_PIXELS // 5000, 5000))
    assert refused.value.flaw is Flaw.BROKEN
    assert decoded(webp(4000, 4000), 100).size == (100, 100)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_each_format_is_read_whatever_the_file_was_called(kind):
    assert decoded(saved(RED, kind)).size == (30, 20)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
def test_what_breaks_off_is_refused(kind):
    data = saved(Image.effect_noise((200, 200), 60), kind)
    with pytest.raises(NotAPicture) as refused:
        decoded(data[:-2000])
    assert refused.value.flaw is Flaw.BROKEN


def test_a_photograph_with_a_second_one_inside_is_the_first():
    data = saved(RED, "MPO", save_all=True, append_images=[RED.copy()])
    assert decoded(data).size == (30, 20)


def test_a_photograph_is_upright_and_says_nothing_of_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "a camera"
    upright = decoded(saved(RED, "JPEG", exif=exif))
    assert upright.size == (20, 30)
    assert b"camera" not in png(upright)


def test_sixteen_bits_of_grey_stay_grey():
    grey = saved(Image.new("I;16", (9, 9), 128 * 257))
    assert decoded(grey).getpixel((4, 4)) == (128, 128, 128)


def test_a_large_one_is_made_smaller_in_its_shape():
    assert decoded(saved(Image.new("RGB", (3000, 1500)), "JPEG"), 1000).size == (1000, 500)


def test_what_can_be_seen_through_stays_so():
    assert decoded(saved(Image.new("RGBA", (9, 9), (0, 0, 0, 0)))).getpixel((4, 4)) == (0, 0, 0, 0)


def test_texts_travel_with_a_picture_in_any_script():
    about = {"prompt": "湖 🏔 ünïcode\nline", "seed": "7"}
    assert Image.open(io.BytesIO(png(RED, about))).text == about
