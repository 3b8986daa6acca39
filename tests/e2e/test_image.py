"""Pictures come from a prompt, can be had again, varied and changed, also after a restart."""

import io

import pytest
from PIL import Image

from sandbox.model import Upload

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL = {"size": "512x512"}


def picture(*, size=(60, 40), colour="red") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return data.getvalue()


async def drawn(stage, prompt, person=None, channel=None, **options):
    """Use /image with a small picture; the interaction, when its result is there."""
    who, where = person or stage.person(), channel or stage.channel()
    options = SMALL | {"prompt": prompt} | options
    asked = await stage.world.answered(await stage.world.slash(who, where, "image", **options))
    await stage.ended(asked)
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
