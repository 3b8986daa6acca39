"""Pictures come from a prompt, can be had again, varied and changed, also after a restart."""

import io
import statistics
import struct
import zlib

import pytest
from PIL import Image, ImageDraw

from sandbox.model import Upload

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL = {"size": "512x512"}


def picture(size=(60, 40), frames=1) -> bytes:
    """A bright disc on a dark ground."""
    image = Image.new("RGB", size, "navy")
    ImageDraw.Draw(image).ellipse((0, 0, *size), fill="white")
    data = io.BytesIO()
    more = [Image.new("RGB", size, "navy") for _ in range(frames - 1)]
    image.save(data, "PNG", save_all=bool(more), append_images=more)
    return data.getvalue()


def bomb() -> bytes:
    """A header that promises 60,000 × 60,000 pixels, and nothing behind it."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))))
    made = (
        struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


def is_disc(image: Image.Image) -> bool:
    small = image.convert("L").resize((9, 9))
    return small.getpixel((4, 4)) > 2 * small.getpixel((0, 0))


def likeness(one: Image.Image, other: Image.Image) -> float:
    """How far the bright and the dark parts of two pictures are in the same places: −1 to 1."""
    tones = [image.convert("L").resize((12, 12)).tobytes() for image in (one, other)]
    return statistics.correlation(*map(list, tones))


async def drawn(stage, prompt, person=None, channel=None, **options):
    """Use /image with a small picture; the interaction, when its result is there."""
    who, where = person or stage.person(), channel or stage.channel()
    options = SMALL | {"prompt": prompt} | options
    asked = await stage.world.answered(await stage.world.slash(who, where, "image", **options))
    await stage.world.wait_for(lambda: asked.original.attachments)
    return asked


def images(stage, message) -> list[Image.Image]:
    opened = [Image.open(io.BytesIO(stage.world.file(one))) for one in message.attachments]
    for one in opened:
        one.load()
    return opened


async def test_a_prompt_becomes_pictures_that_say_how_they_were_made(shared):
    asked = await drawn(shared, "Berge über dem 湖 🏔", count=2, seed=7)
    answer = asked.original
    assert [one.filename for one in answer.attachments] == ["picture-1.png", "picture-2.png"]
    assert not answer.ephemeral
    for number, one in enumerate(images(shared, answer)):
        assert (one.size, one.format) == ((512, 512), "PNG")
        assert one.text == {
            "prompt": "Berge über dem 湖 🏔",
            "seed": str(7 + number),
            "size": "512x512",
            "model": "built-in renderer",
            "index": str(number + 1),
        }
    assert "built-in renderer" in answer.content
    assert "IMAGE_BASE_URL" in answer.content


async def test_a_seed_gives_the_same_picture_and_without_one_it_is_another(shared):
    answers = [await drawn(shared, "a quiet lake", seed=11) for _ in range(2)]
    one, other = (images(shared, asked.original)[0] for asked in answers)
    assert one.tobytes() == other.tobytes()
    unseeded = [await drawn(shared, "a quiet lake") for _ in range(2)]
    one, other = (images(shared, asked.original)[0] for asked in unseeded)
    assert one.tobytes() != other.tobytes()


async def test_what_is_private_is_seen_by_nobody_else_and_hidden_until_it_is_clicked(shared):
    answer = (await drawn(shared, "a secret", private=True)).original
    assert answer.ephemeral
    (file,) = answer.attachments
    assert file.filename == "SPOILER_picture-1.png"


async def test_a_source_is_changed_and_not_shown_again(shared):
    source = Upload("me.png", picture((300, 500)), "image/png")
    answer = (await drawn(shared, "in autumn", source=source, size=None)).original
    (made,) = images(shared, answer)
    assert made.size == (1024, 1536)  # the size that is nearest to the source's shape
    assert is_disc(made)


UNFIT = {
    "a text": (b"<html>no picture</html>", "is no picture"),
    "nothing": (b"", "is no picture"),
    "an animation": (picture(frames=2), "moves"),
    "a bomb": (bomb(), "too many pixels"),
    "half a header": (picture()[:20], "is no picture"),
    "half a picture": (picture()[:-40], "seems to be damaged"),
}


@pytest.mark.parametrize("kind", UNFIT)
async def test_what_is_no_picture_is_refused_before_a_job_begins(shared, kind):
    data, sentence = UNFIT[kind]
    source = Upload("holiday.png", data, "image/png")
    before = shared.rows("SELECT count(*) FROM job")
    options = {"prompt": "nicer", "source": source}
    asked = await shared.world.slash(shared.person(), shared.channel(), "image", **options)
    await shared.world.answered(asked)
    assert sentence in asked.original.text
    assert "Nothing was drawn." in asked.original.text
    assert shared.rows("SELECT count(*) FROM job") == before


@pytest.mark.parametrize("prompt", ["  ", "\u200b\ufe0f"])
async def test_a_prompt_of_nothing_is_refused(shared, prompt):
    asked = await shared.world.slash(shared.person(), shared.channel(), "image", prompt=prompt)
    await shared.world.answered(asked)
    assert "nothing in your prompt" in asked.original.text


async def test_again_vary_and_edit_make_new_pictures_of_those_that_are_there(shared):
    person, channel = shared.person(), shared.channel()
    asked = await drawn(shared, "a lighthouse", person, channel, seed=3)
    (first,) = images(shared, asked.original)

    again = await pressed(shared, person, asked, "Again")
    (other,) = images(shared, again.original)
    assert (other.text["prompt"], other.size) == ("a lighthouse", first.size)
    assert other.tobytes() != first.tobytes()

    vary = await pressed(shared, person, asked, "Vary")
    (varied,) = images(shared, vary.original)
    assert varied.text["prompt"] == "a lighthouse"
    assert likeness(varied, first) > likeness(varied, other)

    form = await shared.world.answered(await shared.world.press(person, asked.original, "Edit…"))
    assert form.modal["title"] == "Change the picture"
    filled = {"prompt": "in a snowstorm"}
    edit = await shared.world.answered(await shared.world.submit_modal(person, form, filled))
    await shared.ended(edit)
    (edited,) = images(shared, edit.original)
    assert edited.text["prompt"] == "in a snowstorm"
    assert likeness(edited, first) > likeness(edited, other)


async def test_again_of_a_changed_picture_has_its_source_after_a_restart(shared):
    person, channel = shared.person(), shared.channel()
    source = Upload("me.png", picture(), "image/png")
    asked = await drawn(shared, "in spring", person, channel, source=source)
    form = await shared.world.answered(await shared.world.press(person, asked.original, "Edit…"))
    await shared.kill()
    await shared.start()
    again = await pressed(shared, person, asked, "Again")
    assert is_disc(images(shared, again.original)[0])
    filled = {"prompt": "in winter"}
    edit = await shared.world.answered(await shared.world.submit_modal(person, form, filled))
    await shared.ended(edit)
    assert images(shared, edit.original)[0].text["prompt"] == "in winter"


async def test_of_several_pictures_each_can_be_varied_and_changed(shared):
    person, channel = shared.person(), shared.channel()
    asked = await drawn(shared, "clouds", person, channel, count=2)
    _, second = images(shared, asked.original)
    vary = await pressed(shared, person, asked, "Vary 2")
    (varied,) = images(shared, vary.original)
    assert likeness(varied, second) > 0
    form = await shared.world.answered(await shared.world.press(person, asked.original, "Edit…"))
    filled = {"prompt": "at night", "which": "3"}
    edit = await shared.world.answered(await shared.world.submit_modal(person, form, filled))
    assert "There are only 2 pictures" in edit.original.text


async def test_others_see_the_picture_and_have_their_own_drawn(shared):
    person, stranger, channel = shared.person(), shared.person(), shared.channel()
    asked = await drawn(shared, "a bridge", person, channel)
    before = shared.rows("SELECT count(*) FROM job")
    press = await shared.world.press(stranger, asked.original, "Vary")
    await shared.world.answered(press)
    assert "Only who started this job" in press.original.text
    form = await shared.world.answered(await shared.world.press(person, asked.original, "Edit…"))
    stolen = await shared.world.submit_modal(stranger, form, {"prompt": "mine"})
    await shared.world.answered(stolen)
    assert "Only who started this job" in stolen.original.text
    assert shared.rows("SELECT count(*) FROM job") == before


async def test_what_is_private_is_made_into_nothing_by_administrators_who_are_told_why(shared):
    person, channel = shared.person(), shared.channel()
    asked = await drawn(shared, "a secret garden", person, channel, private=True)
    form = await shared.world.answered(await shared.world.press(person, asked.original, "Edit…"))
    forged = await shared.world.submit_modal("Ada", form, {"prompt": "seen"})
    await shared.world.answered(forged)
    assert "only who asked may see" in forged.original.text
    assert "garden" not in forged.original.text
    vary = await pressed(shared, person, asked, "Vary")
    assert vary.original.ephemeral
    assert [one.filename for one in vary.original.attachments] == ["SPOILER_picture-1.png"]


async def pressed(stage, person, asked, label):
    """Press a button below the result of `asked`; the press, when its own result is there."""
    press = await stage.world.answered(await stage.world.press(person, asked.original, label))
    await stage.ended(press)
    return press
