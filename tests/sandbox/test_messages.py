"""Channel messages obey Discord's rules: limits, mentions, nonces, files, who may see and write."""

import io
import json

import aiohttp
import pytest


@pytest.fixture
def post(sandbox, rest):
    async def send(channel="general", **body):
        path = f"/channels/{sandbox.world.channel(channel).id}/messages"
        return await rest("POST", path, body)

    return send


def refusal(answer):
    return answer[0], answer[1]["code"]


async def test_a_nonce_makes_a_post_idempotent_for_some_minutes(sandbox, post):
    sandbox.world.limits.enabled = False
    first = (await post(content="once", nonce="a", enforce_nonce=True))[1]
    again = (await post(content="once", nonce="a", enforce_nonce=True))[1]
    elsewhere = (await post("art", content="once", nonce="a", enforce_nonce=True))[1]
    unforced = (await post(content="once", nonce="a"))[1]
    sandbox.world.advance(301)
    later = (await post(content="once", nonce="a", enforce_nonce=True))[1]

    assert again["id"] == first["id"]
    assert first["nonce"] == "a"
    assert len({first["id"], elsewhere["id"], unforced["id"], later["id"]}) == 4


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"content": "x" * 2001}, "content"),
        ({"content": "x", "nonce": "n" * 26}, "nonce"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title"),
        ({"embeds": [{"description": "x" * 4097}]}, "embeds.0.description"),
        ({"embeds": [{"fields": [{"name": "", "value": "x"}]}]}, "embeds.0.fields.0.name"),
        ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds"),
        ({"embeds": [{"title": "x"}] * 11}, "embeds"),
        ({"components": [{"type": 1, "components": []}]}, "components.0.components"),
        ({"content": "x", "allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse.0"),
        ({"content": "x", "message_reference": {"message_id": "1"}}, "message_reference"),
    ],
)
async def test_too_much_is_50035_with_the_fault_where_it_is(post, body, path):
    status, answer, _ = await post(**body)

    assert (status, answer["code"]) == (400, 50035)
    node = answer["errors"]
    for step in path.split("."):
        node = node[step]
    assert node["_errors"][0]["message"]


@pytest.mark.parametrize(
    "buttons",
    [
        [{"type": 2, "style": 1, "label": "x", "custom_id": "c" * 101}],
        [{"type": 2, "style": 1, "label": "x" * 81, "custom_id": "c"}],
        [{"type": 2, "style": 1, "custom_id": "c"}],
        [{"type": 2, "style": 1, "label": "x", "custom_id": "same"}] * 2,
        [{"type": 2, "style": 1, "label": "x", "custom_id": str(n)} for n in range(6)],
        [{"type": 3, "custom_id": "s", "options": [{"label": "x", "value": "y" * 101}]}],
    ],
)
async def test_wrong_components_are_50035(post, buttons):
    rows = [{"type": 1, "components": buttons}]

    assert refusal(await post(content="x", components=rows)) == (400, 50035)


async def test_an_empty_message_is_50006(post, rest):
    assert refusal(await post(content="")) == (400, 50006)
    message = (await post(content="something"))[1]
    path = f"/channels/{message['channel_id']}/messages/{message['id']}"
    assert refusal(await rest("PATCH", path, {"content": ""})) == (400, 50006)


async def test_components_v2_bring_no_content_and_stay(post, rest):
    parts = [{"type": 10, "content": "a text component"}]

    assert refusal(await post(content="x", flags=1 << 15, components=parts)) == (400, 50035)
    status, message, _ = await post(flags=1 << 15, components=parts)
    assert status == 200

    path = f"/channels/{message['channel_id']}/messages/{message['id']}"
    status, edited, _ = await rest("PATCH", path, {"components": [{"type": 10, "content": "b"}]})
    assert (status, edited["flags"]) == (200, 1 << 15)


async def test_mentions_ping_only_whom_they_may(sandbox, post):
    world = sandbox.world
    ben, artists = world.person("Ben").id, world.directory.role("Artists").id
    text = f"<@{ben}> <@&{artists}> @everyone"

    _, careless, _ = await post(content=text)
    _, careful, _ = await post(content=text, allowed_mentions={"parse": []})
    _, named, _ = await post(content=text, allowed_mentions={"parse": [], "users": [ben]})

    def pinged(message):
        version = world.history(message["id"])[0].message
        return set(version.pinged), version.pinged_everyone

    assert pinged(careless) == ({ben}, True)
    assert pinged(careful) == (set(), False)
    assert careful["mentions"] == []
    assert pinged(named) == ({ben}, False)
    assert [user["id"] for user in named["mentions"]] == [ben]


async def test_an_edit_lists_mentions_anew_but_pings_nobody(sandbox, post, rest):
    ben = sandbox.world.person("Ben").id
    message = (await post(content="x", allowed_mentions={"parse": []}))[1]
    path = f"/channels/{message['channel_id']}/messages/{message['id']}"

    _, edited, _ = await rest("PATCH", path, {"content": f"<@{ben}>"})

    assert [user["id"] for user in edited["mentions"]] == [ben]
    assert sandbox.world.store.get(message["id"]).pinged == frozenset()


async def test_a_reply_pings_its_author_unless_told_not_to(sandbox, post):
    world = sandbox.world
    asked = await world.post("Ben", "general", "a question")
    to = {"message_id": asked.id}

    _, loud, _ = await post(content="x", message_reference=to)
    _, quiet, _ = await post(content="x", message_reference=to, allowed_mentions={"parse": []})

    assert world.store.get(loud["id"]).pinged == {asked.author_id}
    assert world.store.get(quiet["id"]).pinged == frozenset()
    assert loud["referenced_message"]["content"] == "a question"


def form(payload, **files):
    data = aiohttp.FormData(quote_fields=False)
    data.add_field("payload_json", json.dumps(payload))
    for index, (name, content) in enumerate(files.items()):
        data.add_field(f"files[{index}]", content, filename=f"{name}.txt")
    return data


async def test_an_edit_keeps_the_attachments_it_lists(sandbox, rest, http):
    path = f"/channels/{sandbox.world.channel('general').id}/messages"
    listed = [{"id": 0, "filename": "a.txt"}, {"id": 1, "description": "the second"}]
    body = form({"content": "two files", "attachments": listed}, a=b"aaa", b=b"bbb")
    _, message, _ = await rest("POST", path, data=body)
    first, second = message["attachments"]
    assert second["description"] == "the second"

    untouched = (await rest("PATCH", f"{path}/{message['id']}", {"content": "edited"}))[1]
    assert untouched["attachments"][0]["id"] == first["id"]

    payload = {"attachments": [{"id": second["id"]}, {"id": 0, "filename": "c.txt"}]}
    _, edited, _ = await rest("PATCH", f"{path}/{message['id']}", data=form(payload, c=b"ccc"))
    assert [one["filename"] for one in edited["attachments"]] == ["b.txt", "c.txt"]
    async with http.get(edited["attachments"][1]["url"]) as response:
        assert await response.read() == b"ccc"

    cleared = (await rest("PATCH", f"{path}/{message['id']}", {"attachments": []}))[1]
    assert cleared["attachments"] == []


async def test_a_file_that_an_embed_shows_is_not_listed_beside_it(sandbox, rest, http):
    path = f"/channels/{sandbox.world.channel('general').id}/messages"
    embed = {"title": "x", "image": {"url": "attachment://pic.txt"}}
    _, message, _ = await rest("POST", path, data=form({"embeds": [embed]}, pic=b"pixels"))
    assert message["attachments"] == []
    async with http.get(message["embeds"][0]["image"]["url"]) as response:
        assert await response.read() == b"pixels"

    body = {"embeds": [], "content": "x"}
    _, edited, _ = await rest("PATCH", f"{path}/{message['id']}", body)

    assert [one["filename"] for one in edited["attachments"]] == ["pic.txt"]


async def test_addresses_of_files_are_signed_and_expire(sandbox, rest, http):
    path = f"/channels/{sandbox.world.channel('general').id}/messages"
    _, message, _ = await rest("POST", path, data=form({}, a=b"aaa"))
    url = message["attachments"][0]["url"]

    async with http.get(url + "0") as forged:
        assert forged.status == 404
    sandbox.world.advance(25 * 3600)
    async with http.get(url) as expired:
        assert expired.status == 404


async def test_files_over_the_limit_are_40005(sandbox, rest):
    path = f"/channels/{sandbox.world.channel('general').id}/messages"
    body = form({"content": "x"}, big=io.BytesIO(b"0" * (10 * 1024 * 1024 + 1)))

    assert refusal(await rest("POST", path, data=body)) == (413, 40005)


async def test_history_is_paged_newest_first(sandbox, rest):
    world = sandbox.world
    ids = [(await world.post("Ben", "general", str(n))).id for n in range(10)]
    path = f"/channels/{world.channel('general').id}/messages"

    async def contents(query):
        return [int(m["content"]) for m in (await rest("GET", f"{path}?{query}"))[1]]

    assert await contents("limit=3") == [9, 8, 7]
    assert await contents(f"limit=2&before={ids[5]}") == [4, 3]
    assert await contents(f"limit=2&after={ids[5]}") == [7, 6]
    assert await contents(f"limit=4&around={ids[5]}") == [6, 5, 4, 3]


async def test_what_the_bot_may_not_see_or_write_is_refused(sandbox, rest, post):
    world = sandbox.world
    ben = world.person("Ben")
    foreign = await world.post("Ben", "general", "mine")
    general = world.channel("general").id

    assert refusal(await rest("GET", "/channels/1")) == (404, 10003)
    assert refusal(await rest("GET", "/guilds/1")) == (404, 10004)
    assert refusal(await rest("GET", f"/channels/{general}/messages/1")) == (404, 10008)
    assert refusal(await post("no-bots", content="x")) == (403, 50001)
    edit = await rest("PATCH", f"/channels/{general}/messages/{foreign.id}", {"content": "x"})
    assert refusal(edit) == (403, 50005)
    _, direct, _ = await rest("POST", "/users/@me/channels", {"recipient_id": ben.id})
    path = f"/channels/{direct['id']}/messages"
    assert (await rest("POST", path, {"content": "open"}))[0] == 200
    world.directory.set_dm_open("Ben", is_open=False)
    assert refusal(await rest("POST", path, {"content": "closed"})) == (403, 50007)


async def test_without_the_content_intent_history_is_empty_text(sandbox, rest):
    world = sandbox.world
    world.portal = frozenset()
    await world.post("Ben", "general", "unread")
    await world.post("Ben", "general", f"<@{world.bot.id}> read")

    _, messages, _ = await rest("GET", f"/channels/{world.channel('general').id}/messages")

    assert [m["content"] for m in messages] == [f"<@{world.bot.id}> read", ""]


async def test_a_wrong_token_is_401(rest):
    assert (await rest("GET", "/users/@me", token="wrong"))[0] == 401


async def test_an_unknown_route_is_a_404_that_the_log_shows(sandbox, rest):
    assert (await rest("GET", "/stage-instances/1"))[0] == 404

    entry = sandbox.world.log.last(1)[0]
    assert (entry.kind, entry.status) == ("unknown_route", 404)
    assert "/stage-instances/1" in entry.text
