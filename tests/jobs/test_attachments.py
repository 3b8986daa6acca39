"""Texts in Unicode and pictures of four kinds are taken, by their bytes; all else is refused."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageDraw

from bot.jobs.attachments import MOST_PIXELS, SIDE, TEXT_CHARACTERS, Unfit, picture_of, prepared

ORIENTATION = 0x0112


def drawn(image: Image.Image, kind: str, **options) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def opened(kept: bytes) -> Image.Image:
    picture = picture_of(kept)
    assert picture.media_type == "image/jpeg"
    return Image.open(io.BytesIO(picture.data))


def header_of(width: int, height: int) -> bytes:
    """A PNG that claims to be so large, and has no pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 10) + b"IDAT"


class TestAText:
    @pytest.mark.parametrize("mark", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
    def test_is_taken_in_any_form_of_unicode(self, mark):
        kept = prepared("a.txt", "Grüße, 世界".encode(mark))
        assert (kept.decode(), picture_of(kept)) == ("Grüße, 世界", None)

    @pytest.mark.parametrize("encoding", ["utf-16-be", "utf-32-be"])
    def test_is_read_in_the_order_of_bytes_that_its_mark_says(self, encoding):
        assert prepared("a", "\ufeffyes".encode(encoding)).decode().strip("\ufeff") == "yes"

    def test_that_is_long_is_cut_and_says_so(self):
        kept = prepared("a.log", b"x" * (TEXT_CHARACTERS + 1)).decode()
        assert kept.startswith("x" * TEXT_CHARACTERS + "\n[Cut")
        assert str(TEXT_CHARACTERS + 1) in kept

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"\xe4\xf6\xfc", "neither a text nor a picture"),
            (b"PK\x03\x04\x00\x00", "neither a text nor a picture"),
            (b"%PDF-1.7\n\xe2\xe3\xcf\xd3", "neither a text nor a picture"),
            (b"\xff\xfe\x00", "neither a text nor a picture"),
            (b"", "is empty"),
            (b" \n", "is empty"),
        ],
    )
    def test_that_is_none_is_refused_by_its_name(self, data, why):
        with pytest.raises(Unfit, match=f"“a.txt” .*{why}"):
            prepared("a.txt", data)


class TestAPicture:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
    def test_of_each_kind_is_taken_whatever_it_is_called(self, kind):
        kept = prepared("a.txt", drawn(Image.new("RGB", (40, 20), "red"), kind))
        red, green, _ = opened(kept).getpixel((20, 10))
        assert red > 200 > green

    def test_that_moves_is_its_first_one(self):
        frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
        kept = prepared("a", drawn(frames[0], "GIF", save_all=True, append_images=frames[1:]))
        assert opened(kept).getpixel((4, 4))[0] > 200

    def test_that_is_large_is_made_smaller_and_keeps_its_shape(self):
        kept = prepared("a", drawn(Image.new("RGB", (SIDE * 2, SIDE)), "PNG"))
        assert opened(kept).size == (SIDE, SIDE // 2)

    def test_stands_on_white_where_one_sees_through(self):
        clear = prepared("a", drawn(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG"))
        assert min(opened(clear).getpixel((4, 4))) > 250

    def test_is_upright_and_tells_nothing_of_the_camera(self):
        image = Image.new("RGB", (40, 20), "white")
        ImageDraw.Draw(image).rectangle((0, 0, 19, 19), fill="black")
        exif = Image.Exif()
        exif[ORIENTATION] = 6  # turned by a quarter
        kept = opened(prepared("a", drawn(image, "JPEG", exif=exif)))
        assert kept.size == (20, 40)
        assert max(kept.getpixel((10, 5))) < 50 < min(kept.getpixel((10, 35)))
        assert not kept.getexif()

    def test_of_sixteen_bits_of_grey_stays_grey(self):
        grey = opened(prepared("a", drawn(Image.new("I;16", (9, 9), 128 * 257), "PNG")))
        assert grey.getpixel((4, 4)) == (128, 128, 128)

    def test_a_webp_of_which_four_copies_would_be_made_is_refused(self):
        large = Image.new("RGB", (4001, 4000))
        with pytest.raises(Unfit, match="16 million"):
            prepared("a.webp", drawn(large, "WEBP", lossless=True, method=0))

    @pytest.mark.parametrize("side", [int(MOST_PIXELS**0.5) + 1, 10_000, 50_000])
    def test_with_too_many_pixels_is_refused_before_it_is_decoded(self, side):
        with pytest.raises(Unfit, match="million pixels"):
            prepared("a.png", header_of(side, side))

    def test_that_is_broken_is_refused(self):
        whole = drawn(Image.effect_noise((99, 99), 90), "PNG")
        for broken in (whole[:40], whole[:500], b"\xff\xd8\xff", b"GIF89a", header_of(9, 9)):
            with pytest.raises(Unfit, match="cannot be opened"):
                prepared("a.png", broken)
