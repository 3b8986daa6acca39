"""A channel's history is read page by page, as long as it may be, by whoever may read it."""

import tracemalloc

import pytest

LONG = 100_000


@pytest.fixture
def path(sandbox):
    return f"/channels/{sandbox.world.channel('general').id}/messages"


@pytest.fixture
def pages(rest, path):
    async def get(query=""):
        return (await rest("GET", f"{path}?{query}"))[1]

    return get


async def test_what_was_written_before_the_world_began_comes_before_all_else(sandbox, pages):
    world = sandbox.world
    ids = world.add_backlog("general", 5, "old {}".format, authors=("Ben", "Cleo"))
    await world.post("Ada", "general", "new")

    found = await pages()

    assert [one["content"] for one in found] == ["new", "old 4", "old 3", "old 2", "old 1", "old 0"]
    assert [int(one["id"]) for one in found[1:]] == list(ids)[::-1]
    assert [one["author"]["username"] for one in found[4:]] == ["cleo", "ben"]
    assert [one["content"] for one in await pages(f"limit=2&after={ids[3]}")] == ["new", "old 4"]
    assert [one["content"] for one in await pages(f"limit=2&before={ids[3]}")] == ["old 2", "old 1"]


async def test_a_hundred_thousand_messages_take_no_room_and_every_page_comes_at_once(
    sandbox, pages
):
    sandbox.world.limits.enabled = False
    tracemalloc.start()
    ids = sandbox.world.add_backlog("general", LONG)
    oldest = await pages("limit=100&after=0")
    middle = await pages(f"limit=100&before={ids[LONG // 2]}")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [one["content"] for one in oldest[::99]] == ["message 99", "message 0"]
    assert middle[0]["content"] == f"message {LONG // 2 - 1}"
    assert most < 8 * 1024 * 1024


async def test_an_old_message_can_be_found_and_deleted(sandbox, rest, path, pages):
    ids = sandbox.world.add_backlog("general", 3, "\N{SNOWMAN} {}".format)

    assert (await rest("GET", f"{path}/{ids[1]}"))[1]["content"] == "\N{SNOWMAN} 1"
    assert (await rest("DELETE", f"{path}/{ids[1]}"))[0] == 204

    assert (await rest("GET", f"{path}/{ids[1]}"))[0] == 404
    assert [int(one["id"]) for one in await pages()] == [ids[2], ids[0]]


async def test_without_the_content_intent_old_messages_are_empty_but_for_mentions(sandbox, pages):
    world = sandbox.world
    world.portal = frozenset()
    world.add_backlog("general", 2, lambda number: f"<@{world.bot.id}>" if number else "unread")

    assert [one["content"] for one in await pages()] == [f"<@{world.bot.id}>", ""]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "before=x", "around=-1"])
async def test_a_page_that_there_cannot_be_is_refused(rest, path, query):
    status, answer, _ = await rest("GET", f"{path}?{query}")

    assert (status, answer["code"]) == (400, 50035)
    assert list(answer["errors"]) == [query.partition("=")[0]]


async def test_who_may_not_look_is_refused_and_who_may_not_read_back_reads_nothing(
    sandbox, rest, path
):
    world = sandbox.world
    world.add_backlog("general", 3)
    hidden = world.channel("no-bots").id
    assert (await rest("GET", f"/channels/{hidden}/messages"))[1]["code"] == 50001

    world.permit("general", world.bot, deny=["READ_MESSAGE_HISTORY"])

    assert (await rest("GET", path))[1] == []


async def test_each_channel_gives_five_pages_in_five_seconds(sandbox, rest, path):
    statuses = [(await rest("GET", path))[0] for _ in range(6)]
    other = f"/channels/{sandbox.world.channel('art').id}/messages"

    assert statuses == [200] * 5 + [429]
    assert (await rest("GET", other))[0] == 200
    sandbox.world.advance(5.1)
    assert (await rest("GET", path))[0] == 200
