"""A row has all that a message says, also where its text is empty."""

import discord
import pytest

from bot.jobs.exporting.rows import message_row

BEN = {"id": "7", "username": "ben", "discriminator": "0", "avatar": None}
FILE = {"id": "9", "filename": "a.txt", "size": 3, "url": "https://cdn/a.txt", "proxy_url": ""}
SENT = "2026-01-02T03:04:05.678000+00:00"


@pytest.fixture
async def read():
    client = discord.Client(intents=discord.Intents.default())

    def read(**values):
        data = {
            "id": "1",
            "channel_id": "5",
            "author": BEN,
            "content": "",
            "timestamp": SENT,
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "pinned": False,
            "type": 0,
        }
        channel = client.get_partial_messageable(5)
        message = discord.Message(state=client._connection, channel=channel, data=data | values)
        return message_row(message, "general")

    return read


async def test_what_was_forwarded_is_there(read):
    copy = {"content": "Do read this", "attachments": [FILE], "timestamp": SENT, "type": 0}
    copy |= {"embeds": [], "flags": 0, "edited_timestamp": None, "components": []}
    (found,) = read(message_snapshots=[{"message": copy}]).forwarded
    assert found["content"] == "Do read this"
    assert found["attachments"][0]["name"] == "a.txt"


async def test_stickers_and_polls_are_there(read):
    row = read(
        stickers=[],
        sticker_items=[{"id": "3", "name": "Wave", "format_type": 1}],
        poll={
            "question": {"text": "Tea?"},
            "answers": [{"answer_id": 1, "poll_media": {"text": "Yes"}}],
            "expiry": "2026-01-03T03:04:05+00:00",
            "allow_multiselect": False,
            "layout_type": 1,
        },
    )
    assert (row.stickers, row.poll) == (["Wave"], "Tea?")


async def test_a_plain_message_has_none_of_it(read):
    row = read(content="Hello")
    assert (row.content, row.forwarded, row.stickers, row.poll) == ("Hello", [], [], None)
