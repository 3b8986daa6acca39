"""Every call of the bot is refused where Discord would refuse it, with the same code."""

import io

import aiohttp
import pytest

CARD = {"embeds": [{"title": "a card"}]}
MIB = 1024 * 1024


def refusal(answer):
    return answer[0], answer[1]["code"]


def a_file(size):
    form = aiohttp.FormData()
    form.add_field("files[0]", io.BytesIO(b"x" * size), filename="file.bin")
    return form


@pytest.fixture
def general(sandbox):
    return sandbox.world.channel("general")


@pytest.fixture
def say(rest, general):
    async def post(**body):
        return await rest("POST", f"/channels/{general.id}/messages", body or {"content": "hello"})

    return post


async def test_a_hidden_channel_is_missing_access_on_every_route(sandbox, rest, general, say):
    posted = (await say())[1]["id"]
    sandbox.world.permit(general, "Conveyor", deny=["VIEW_CHANNEL"])
    base = f"/channels/{general.id}"
    calls = [
        ("GET", base),
        ("GET", f"{base}/messages"),
        ("GET", f"{base}/messages/{posted}"),
        ("POST", f"{base}/messages"),
        ("PATCH", f"{base}/messages/{posted}"),
        ("DELETE", f"{base}/messages/{posted}"),
        ("POST", f"{base}/typing"),
        ("POST", f"{base}/threads"),
    ]

    for method, path in calls:
        assert refusal(await rest(method, path, {"content": "x"})) == (403, 50001), (method, path)


@pytest.mark.parametrize(
    ("denied", "body"),
    [
        ("SEND_MESSAGES", {"content": "x"}),
        ("EMBED_LINKS", CARD),
    ],
)
async def test_what_is_denied_in_a_channel_is_missing_permissions(
    sandbox, general, say, denied, body
):
    assert (await say(**body))[0] == 200

    sandbox.world.permit(general, "Conveyor", deny=[denied])

    assert refusal(await say(**body)) == (403, 50013)


async def test_files_need_their_permission(sandbox, rest, general):
    sandbox.world.permit(general, "@everyone", deny=["ATTACH_FILES"])

    answer = await rest("POST", f"/channels/{general.id}/messages", data=a_file(5))

    assert refusal(answer) == (403, 50013)


async def test_without_history_nothing_is_read_and_nobody_is_replied_to(
    sandbox, rest, general, say
):
    posted = (await say())[1]["id"]
    sandbox.world.permit(general, "@everyone", deny=["READ_MESSAGE_HISTORY"])
    base = f"/channels/{general.id}/messages"

    assert (await rest("GET", base))[1] == []
    assert refusal(await rest("GET", f"{base}/{posted}")) == (403, 50013)
    answer = await say(content="x", message_reference={"message_id": posted})
    assert refusal(answer) == (400, 160002)
    assert (await rest("PATCH", f"{base}/{posted}", {"content": "edited"}))[0] == 200


async def test_other_people_s_messages_need_manage_messages(sandbox, rest, general):
    world = sandbox.world
    message = await world.post("Ben", general, "mine")
    world.permit(general, "Conveyor", deny=["MANAGE_MESSAGES"])

    answer = await rest("DELETE", f"/channels/{general.id}/messages/{message.id}")

    assert refusal(answer) == (403, 50013)


async def test_an_overwrite_of_a_person_beats_that_of_a_role_which_beats_everyone_s(
    sandbox, general, say
):
    world = sandbox.world
    world.permit(general, "@everyone", deny=["SEND_MESSAGES"])
    assert refusal(await say()) == (403, 50013)
    world.permit(general, "Conveyor", allow=["SEND_MESSAGES"])
    assert (await say())[0] == 200
    world.permit(general, world.bot, deny=["SEND_MESSAGES"])
    assert refusal(await say()) == (403, 50013)
    world.permit(general, world.bot)
    assert (await say())[0] == 200


async def test_a_role_s_own_permissions_count_in_every_channel(sandbox, say):
    directory = sandbox.world.directory
    directory.set_role("@everyone", 0)
    directory.set_role("Conveyor", 0)
    assert refusal(await say()) == (403, 50001)

    directory.set_role("Conveyor", 1 << 3)
    assert (await say())[0] == 200


async def test_roles_are_given_only_with_manage_roles(sandbox, rest):
    world = sandbox.world
    cleo, readers = world.person("Cleo"), world.directory.role("Readers")
    world.directory.set_role("Conveyor", 0)

    answer = await rest("PUT", f"/guilds/{world.guild.id}/members/{cleo.id}/roles/{readers.id}")

    assert refusal(answer) == (403, 50013)


async def test_a_deleted_channel_is_unknown_and_its_messages_with_it(sandbox, desk, rest, general):
    asked = await desk.ask()
    await desk.respond(asked, 4, content="seen")

    sandbox.world.delete_channel(general)

    answer = await rest("POST", f"/channels/{general.id}/messages", {"content": "x"})
    assert refusal(answer) == (404, 10003)
    assert refusal(await desk.original("PATCH", asked, content="x")) == (404, 10008)
    assert refusal(await desk.follow_up(asked, content="x")) == (404, 10003)
    assert sandbox.world.history(asked.original_id)[-1].deleted


async def test_a_deleted_message_is_unknown_and_a_follow_up_still_goes(
    sandbox, desk, rest, general
):
    asked = await desk.ask()
    await desk.respond(asked, 4, content="seen")

    sandbox.world.delete_message(asked.original)

    path = f"/channels/{general.id}/messages/{asked.original_id}"
    assert refusal(await rest("PATCH", path, {"content": "x"})) == (404, 10008)
    assert refusal(await desk.original("PATCH", asked, content="x")) == (404, 10008)
    assert (await desk.follow_up(asked, content="x"))[0] == 200


async def test_edits_of_old_messages_are_limited_where_that_is_switched_on(sandbox, rest, say):
    world = sandbox.world
    posted = (await say())[1]
    path = f"/channels/{posted['channel_id']}/messages/{posted['id']}"
    world.advance(3_601)
    assert (await rest("PATCH", path, {"content": "any number"}))[0] == 200

    world.old_edits.limit(2, per_s=60)
    for _ in range(2):
        assert (await rest("PATCH", path, {"content": "x"}))[0] == 200
    status, body, headers = await rest("PATCH", path, {"content": "x"})

    assert (status, body["code"], headers["Via"]) == (429, 30046, "1.1 sandbox")
    assert 0 < body["retry_after"] <= 60
    world.advance(61)
    assert (await rest("PATCH", path, {"content": "x"}))[0] == 200


async def test_the_size_of_files_is_limited_by_the_guild_s_tier(
    sandbox, rest, general, gateway, desk
):
    world = sandbox.world
    path = f"/channels/{general.id}/messages"
    assert refusal(await rest("POST", path, data=a_file(10 * MIB + 1))) == (413, 40005)

    world.directory.set_tier(world.guild, 2)

    assert (await rest("POST", path, data=a_file(10 * MIB + 1)))[0] == 200
    async with gateway(0) as socket:
        await world.connected()
        await desk.ask()
        told = await socket.event("INTERACTION_CREATE")
    assert told["d"]["attachment_size_limit"] == 50 * MIB
