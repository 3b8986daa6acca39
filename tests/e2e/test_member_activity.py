"""`/async-job member-activity`: exact, also over crashes, and honest about what it did not see."""

import csv
import io

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMAND = "async-job member-activity"


async def activity(stage, by="Ada", where="admin-only", **options):
    return await stage.world.answered(await stage.world.slash(by, where, COMMAND, **options))


def files(stage, message):
    return {one.filename: stage.world.file(one) for one in message.attachments}


def rows(stage, message):
    text = files(stage, message)["activity.csv"].decode("utf-8-sig")
    return {row["name"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


async def test_messages_are_counted_by_member(shared):
    world = shared.world
    world.add_backlog("general", 250, authors=["Ben", "Ben", "Cleo", "Conveyor", "Ben"])
    asked = await activity(shared, days=1)
    done = await shared.ended(asked)
    print(done.text)
    table = rows(shared, done)
    assert table["Ben"]["messages"] == "150"
    assert table["Cleo"]["messages"] == "50"
    assert table["Ada"]["messages"] == "0"
    assert files(shared, done)["activity.png"].startswith(b"\x89PNG")
