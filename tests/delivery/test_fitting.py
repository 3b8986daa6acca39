"""Files are made to fit, and what cannot be is told of; no file harms whoever makes it fit."""

import io
import random
import struct
import zipfile
import zlib

import pytest
from PIL import ExifTags, Image

from bot.delivery import images
from bot.delivery.fitting import LEAST_LIMIT, MOST_FILES, Fitting, fitted, limits_from
from bot.delivery.images import smaller
from bot.delivery.target import FILE_LIMIT
from bot.providers.pictures import png
from bot.queue.reply import File, FileOnDisk, Reply

LIMIT = 100_000


def noise(length: int) -> bytes:
    return random.Random(1).randbytes(length)


def picture(kind="PNG", mode="RGB", side=256, **options) -> bytes:
    """A picture that compresses badly."""
    pixels = noise(side * side * len(mode))
    data = io.BytesIO()
    Image.frombytes(mode, (side, side), pixels).save(data, kind, **options)
    return data.getvalue()


def opened(file: File) -> Image.Image:
    image = Image.open(io.BytesIO(file.data))
    image.load()
    return image


class TestAPicture:
    @pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
    def test_keeps_its_size_where_less_quality_is_enough(self, kind):
        file = File("noise.png", picture(kind))
        small = smaller(file, LIMIT)
        assert len(small.data) <= LIMIT < len(file.data)
        assert (small.name, opened(small).size) == ("noise.jpg", (256, 256))

    def test_has_fewer_pixels_where_it_is_not(self):
        small = smaller(File("noise.png", picture()), 5_000)
        assert len(small.data) <= 5_000
        assert opened(small).width < 256

    def test_stays_transparent(self):
        small = smaller(File("noise.png", picture(mode="RGBA")), LIMIT)
        assert len(small.data) <= LIMIT
        assert opened(small).has_transparency_data
        assert small.name == "noise.webp"

    def test_stays_upright(self):
        exif = Image.Exif()
        exif[0x0112] = 6  # turned by a quarter
        data = io.BytesIO()
        Image.frombytes("RGB", (256, 128), noise(256 * 128 * 3)).save(
            data, "JPEG", exif=exif, quality=100
        )
        small = smaller(File("photo.jpg", data.getvalue()), 40_000)
        assert opened(small).height > opened(small).width

    @pytest.mark.parametrize("mode", ["RGB", "RGBA"])
    def test_still_says_how_it_was_drawn(self, mode):
        drawn = Image.frombytes(mode, (256, 256), noise(256 * 256 * len(mode)))
        told = {"prompt": "a 🎈\nover 漢", "seed": "7", "GPSLatitude": "51"}
        small = smaller(File("drawn.png", png(drawn, told)), LIMIT)
        exif = opened(small).getexif().get_ifd(ExifTags.IFD.Exif)
        comment = exif[ExifTags.Base.UserComment].removeprefix(b"UNICODE\0")
        assert comment.decode("utf-16-be") == "prompt: a 🎈\nover 漢\nseed: 7"

    @pytest.mark.parametrize("mode", ["RGB", "RGBA"])
    def test_says_nothing_that_a_camera_wrote(self, mode):
        exif = Image.Exif()
        exif[ExifTags.Base.Make] = "Camera"
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"ASCII\0\0\0At home"
        small = smaller(File("photo.png", picture(mode=mode, exif=exif)), LIMIT)
        assert not opened(small).getexif()

    def test_that_moves_is_left_alone(self):
        frames = [Image.frombytes("L", (64, 64), noise(4096)), Image.new("L", (64, 64))]
        data = io.BytesIO()
        frames[0].save(data, "GIF", save_all=True, append_images=frames[1:])
        assert smaller(File("moving.gif", data.getvalue()), 1_000) is None

    def test_that_would_not_fit_into_memory_is_not_opened(self, monkeypatch):
        monkeypatch.setattr(images, "MOST_PIXELS", 256 * 256 - 1)
        assert smaller(File("large.png", picture()), LIMIT) is None

    @pytest.mark.parametrize("pixels", [100_000_000, 2**31 - 1])
    def test_that_is_a_bomb_is_not_opened(self, pixels):
        assert smaller(File("bomb.png", png_of(pixels)), LIMIT) is None

    @pytest.mark.parametrize("data", [b"", b"no picture", picture()[:5000]])
    def test_that_is_none_or_half_of_one_is_left_alone(self, data):
        assert smaller(File("broken.png", data), 1_000) is None

    def test_is_given_up_where_nothing_would_be_left_of_it(self):
        assert smaller(File("noise.png", picture()), 10) is None


def png_of(width: int) -> bytes:
    """A PNG that says it is so wide, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, 1, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


class TestAFile:
    def test_that_compresses_well_comes_in_an_archive(self):
        reply = fitted(Reply("Here.", (File("log.txt", b"line\n" * 100_000),)), LIMIT)
        (archive,) = reply.files
        assert archive.name == "log.txt.zip"
        with zipfile.ZipFile(io.BytesIO(archive.data)) as found:
            assert found.read("log.txt") == b"line\n" * 100_000
        assert reply.text == "Here."

    def test_that_cannot_be_made_smaller_is_left_out_and_told_of_with_its_size(self):
        small = File("small.bin", b"1")
        reply = fitted(Reply("Here.", (File("big.bin", noise(300_000)), small)), LIMIT)
        assert reply.files == (small,)
        assert reply.text == (
            "Here.\n*`big.bin` has 293 KiB, more than the 98 KiB that can be sent here, so it is "
            "left out.*"
        )

    def test_of_many_that_are_left_out_is_counted(self):
        big = tuple(File(f"{n}.bin", noise(200_000)) for n in range(5))
        said = fitted(Reply("", big), LIMIT).text
        assert "2.bin" in said
        assert "3.bin" not in said
        assert "2 more files are left out, too." in said

    def test_beyond_the_tenth_goes_into_an_archive_with_the_others(self):
        files = tuple(File(f"{n % 11}.txt", bytes([n])) for n in range(13))
        reply = fitted(Reply("", files), LIMIT)
        assert len(reply.files) == MOST_FILES
        assert reply.files[:9] == files[:9]
        with zipfile.ZipFile(io.BytesIO(reply.files[9].data)) as found:
            assert [found.read(name) for name in found.namelist()] == [
                b"\t",
                b"\n",
                b"\x0b",
                b"\x0c",
            ]

    def test_is_not_sent_at_all_where_the_limit_is_nothing(self):
        assert fitted(Reply("Here.", (File("1.txt", b"1"),)), 0).files == ()


@pytest.mark.parametrize("limit", [FILE_LIMIT, 500 * 1024 * 1024, 1])
def test_limits_shrink_to_none_in_a_few_steps(limit):
    limits = list(limits_from(limit))
    assert limits == sorted(set(limits), reverse=True)
    assert limits[-1] == 0
    assert all(one >= LEAST_LIMIT for one in limits[:-1])
    assert len(limits) <= 7


class TestAFileOnTheDisk:
    @pytest.fixture
    def file(self, tmp_path):
        path = tmp_path / "rows.zip"
        path.write_bytes(noise(300_000))
        return FileOnDisk("rows.zip", path, 300_000)

    def test_stays_there_where_it_fits(self, file):
        reply = Reply("", (file, File("large.txt", b"x" * 600_000)))
        stays, zipped = fitted(reply, 400_000).files
        assert stays is file
        assert zipped.name == "large.txt.zip"

    def test_is_left_out_where_it_is_too_large_for_it_cannot_be_made_smaller(self, file):
        left = fitted(Reply("", (file,)), 100_000)
        assert left.files == ()
        assert "`rows.zip` has 293 KiB" in left.text

    async def test_is_told_of_where_it_has_gone(self, file):
        file.path.unlink()
        left = await Fitting().fit(Reply("", (file,)), LIMIT)
        assert left.files == ()
        assert "`rows.zip` is not there any more" in left.text
