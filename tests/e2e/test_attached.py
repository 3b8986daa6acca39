"""What comes with a question reaches the model: texts as words, pictures as pictures."""

import base64
import io

import pytest
from PIL import Image

from sandbox.model import Upload
from tests.e2e.chat_server import refusing
from tests.e2e.test_conversation import asked, replied

pytestmark = pytest.mark.asyncio(loop_scope="module")


def png(colour="red") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(data, "PNG")
    return data.getvalue()


PICTURE = Upload("sunset.png", png(), "image/png")
TEXT = Upload("notes.txt", b"Buy milk.", "text/plain; charset=utf-8")
ARCHIVE = Upload("all.zip", b"PK\x03\x04\xff\xff", "application/zip")


def sent_with(stage, question: str) -> tuple[str, list[Image.Image]]:
    """What the provider got for this question: all its words, and its pictures."""
    (whole,) = (one for one in stage.chat.sent if one.startswith(question))
    content = stage.chat.sent[whole][-1]["content"]
    parts = content if isinstance(content, list) else []
    urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    pictures = (url.removeprefix("data:image/jpeg;base64,") for url in urls)
    return whole, [Image.open(io.BytesIO(base64.b64decode(one))) for one in pictures]


async def test_a_picture_reaches_the_model_as_a_picture(shared):
    await asked(shared, "what colour?", shared.person(), shared.channel(), attachment=PICTURE)
    words, (picture,) = sent_with(shared, "what colour?")
    assert "sunset.png" in words
    assert picture.size == (30, 20)
    assert picture.getpixel((15, 10))[0] > 200


async def test_a_text_reaches_the_model_as_words_and_is_remembered(shared):
    ben, here = shared.person(), shared.channel()
    await asked(shared, "what to buy?", ben, here, attachment=TEXT)
    assert "Buy milk." in sent_with(shared, "what to buy?")[0]
    await asked(shared, "and how much?", ben, here)
    assert "Buy milk." in shared.chat.before("and how much?")[0]


async def test_what_comes_with_a_mention_is_taken_too_without_a_word_of_it(shared):
    here = shared.channel()
    said = f"<@{shared.world.bot.id}>"
    await replied(shared, await shared.world.post("Ben", here, said, [TEXT, PICTURE]))
    words, (picture,) = sent_with(shared, "See what is attached.")
    assert "Buy milk." in words
    assert picture.size == (30, 20)


async def test_what_is_neither_is_refused_before_it_is_queued(shared):
    before = shared.rows("SELECT count(*) FROM job")
    refused = await shared.ask("what is in it?", attachment=ARCHIVE)
    assert "“all.zip” is neither a text nor a picture" in refused.original.text
    assert refused.original.ephemeral
    many = f"<@{shared.world.bot.id}> what are they?"
    here = shared.channel()
    await shared.world.post("Ben", here, many, [TEXT] * 5)
    await shared.world.wait_for(lambda: shared.holding("takes up to 4 files"))
    assert shared.rows("SELECT count(*) FROM job") == before


async def test_a_model_that_takes_no_pictures_is_told_of(shared):
    shared.chat.plan('blind?\n\n[The picture "sunset.png" was attached.]', refusing(400))
    ended = await asked(shared, "blind?", shared.person(), shared.channel(), attachment=PICTURE)
    assert "It may be that this model takes no pictures" in ended.text


async def test_a_question_with_a_file_is_nobody_elses(shared):
    here = shared.channel()
    for colour in ("red", "blue"):
        picture = Upload("same.png", png(colour), "image/png")
        await asked(shared, "the same?", shared.person(), here, attachment=picture)
    assert sum(shared.chat.asked[one] for one in shared.chat.asked if "the same?" in one) == 2
