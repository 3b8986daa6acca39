"""Administrators write down what their server holds; nobody else sees it, whatever happens."""

import json

import pytest

from sandbox.model import Message, Upload, User
from tests.e2e.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

NASTY = '=cmd|" /C calc"!A0\nüñí \N{SNOWMAN} "quoted", a\u0000b <@1>'


async def ask(stage: Stage, what: str, form="json", *, user: User | str = "Ada", **options):
    """Use the command; returns once its ticket (or whatever comes first) is there."""
    where = stage.channel()
    world = stage.world
    asked = await world.slash(user, where, "async-job export", what=what, format=form, **options)
    return await world.answered(asked)


async def exported(stage: Stage, what: str, form="json", **options) -> Message:
    return await stage.ended(await ask(stage, what, form, **options), 20)


def files(stage: Stage, message: Message) -> dict[str, str]:
    found = {one.filename: stage.world.file(one) for one in message.attachments}
    return {name: data.decode("utf-8-sig") for name, data in found.items()}


def rows(stage: Stage, message: Message) -> list[dict]:
    """Of the one JSON file."""
    (text,) = files(stage, message).values()
    return json.loads(text)


async def test_the_messages_of_a_channel_come_as_a_file_for_the_caller_alone(shared):
    world, channel = shared.world, shared.channel()
    ids = world.add_backlog(channel, 250, "old {}".format, authors=("Ben",))
    picture = Upload("p.png", b"pixels", "image/png")
    newest = await world.post("Cleo", channel, NASTY, [picture])

    message = await exported(shared, "messages", channel=channel)

    assert message.ephemeral
    assert message.viewer_id == world.person("Ada").id
    found = rows(shared, message)
    assert [int(row["id"]) for row in found] == [*ids, int(newest.id)]
    assert [row["content"] for row in found[:2]] == ["old 0", "old 1"]
    assert found[-1]["content"] == NASTY
    assert found[-1]["author"] == "cleo"
    assert found[-1]["attachments"][0]["name"] == "p.png"
    assert "251 messages from 1 channel" in message.text
    assert list(files(shared, message)) == [f"messages-{channel.name}.json"]
