"""Files come with the result, as Discord takes them; what it refuses never costs the rest."""

import io
import random

import pytest
from PIL import Image

from bot.jobs.chat import Chat
from bot.jobs.question import Answer, Question
from bot.queue.deliveries import DeliveryState
from bot.queue.handlers import JobContext
from bot.queue.job import Job
from bot.queue.reply import File, FileOnDisk, Reply
from tests.delivery.house import TOKEN_DEAD_S
from tests.delivery.test_ladder import FINAL_EDIT, answered

MIB = 1024 * 1024


def drawn(*files: File) -> type[Chat]:
    """A chat that keeps these files with its answer."""

    class Drawing(Chat):
        async def run(self, ctx: JobContext, request: Question) -> Answer:
            for file in files:
                ctx.attach(file.name, file.data)
            return await super().run(ctx, request)

    return Drawing


def noise(length: int) -> bytes:
    return random.Random(1).randbytes(length)


def picture(side: int) -> bytes:
    data = io.BytesIO()
    Image.frombytes("RGB", (side, side), noise(side * side * 3)).save(data, "PNG")
    return data.getvalue()


SMALL = File("small.txt", b"1")


@pytest.mark.parametrize("private", [True, False])
async def test_what_a_job_kept_comes_with_its_result(build, private):
    house = await build(kind=drawn(SMALL, File("other.txt", b"2")))
    interaction = await answered(house, private=private)
    await house.bring()
    files = interaction.original.attachments
    assert {one.filename: house.world.file(one) for one in files} == {
        "small.txt": b"1",
        "other.txt": b"2",
    }
    assert interaction.original.content == "Because."


@pytest.mark.parametrize("late", [True, False])
async def test_what_lies_on_the_disk_is_sent_from_there_by_an_edit_and_by_a_post(
    build, tmp_path, late
):
    path = tmp_path / "rows.json"
    path.write_bytes(b"[]")

    class Listing(Chat):
        def present(self, _job: Job, result: Answer) -> Reply:
            return Reply(result.text, (FileOnDisk("rows.json", path, 2),))

    house = await build(kind=Listing)
    interaction = await answered(house, private=True)
    if late:
        house.advance(TOKEN_DEAD_S)
    await house.bring()
    found = house.world.direct_messages("Ben") if late else [interaction.original]
    (file,) = found[-1].attachments
    assert (file.filename, house.world.file(file)) == ("rows.json", b"[]")


async def test_each_is_made_to_fit_into_what_the_interaction_allows(build, monkeypatch):
    monkeypatch.setattr("sandbox.model.MAX_FILE_BYTES", 200_000)
    big = File("big.bin", noise(300_000))
    house = await build(kind=drawn(SMALL, big, File("noise.png", picture(400))))
    interaction = await answered(house)
    await house.bring()
    files = {one.filename: house.world.file(one) for one in interaction.original.attachments}
    assert files.keys() == {"small.txt", "noise.jpg"}
    assert len(files["noise.jpg"]) <= 200_000
    assert interaction.original.content.startswith("Because.\n*`big.bin` has 293 KiB")


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("code", [40005, 0])
async def test_where_discord_takes_less_than_it_said_smaller_files_come(build, late, code):
    house = await build(kind=drawn(SMALL, File("noise.bin", noise(3 * MIB))))
    interaction = await answered(house)
    if late:
        house.advance(TOKEN_DEAD_S)
    house.world.troubles.fail("PATCH", 413, code=code)
    await house.bring()
    assert [one.filename for one in interaction.original.attachments] == ["small.txt"]
    assert interaction.original.content.startswith("Because.\n*`noise.bin` has 3 MiB")
    assert (await house.delivery()).state is DeliveryState.DELIVERED


async def test_where_discord_takes_none_the_text_still_comes(build):
    house = await build(kind=drawn(SMALL))
    interaction = await answered(house)
    house.world.troubles.fail("PATCH", 413, code=40005, times=4)
    await house.bring()
    assert interaction.original.attachments == ()
    assert interaction.original.content.startswith("Because.\n*`small.txt` (1 KiB) is left out")


async def test_an_edit_that_is_repeated_leaves_each_file_once(build):
    house = await build(kind=drawn(SMALL))
    interaction = await answered(house)
    house.world.troubles.lose_answer(FINAL_EDIT)
    await house.bring()
    house.advance(60)
    await house.bring()
    assert (await house.delivery()).state is DeliveryState.DELIVERED
    assert [one.filename for one in interaction.original.attachments] == ["small.txt"]
