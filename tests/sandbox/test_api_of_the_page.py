"""What the page calls: the state, the stream of changes, and everything people can do there."""

import asyncio
import base64
import json
from contextlib import asynccontextmanager

import pytest

from sandbox.permissions import VIEW_CHANNEL


@pytest.fixture
def call(sandbox, http):
    async def post(name, /, **body):
        async with http.post(f"{sandbox.url}/sandbox/{name}", json=body) as response:
            return response.status, await response.json()

    return post


@pytest.fixture
def state(sandbox, http):
    async def get(user):
        url = f"{sandbox.url}/sandbox/state?user={user.id}"
        async with http.get(url) as response:
            return await response.json()

    return get


@pytest.fixture
def stream(sandbox, http):
    @asynccontextmanager
    async def listen(user):
        async with http.get(f"{sandbox.url}/sandbox/events?user={user.id}") as response:

            async def until(kind, wanted=lambda _event: True):
                async with asyncio.timeout(5):
                    while True:
                        line = (await response.content.readline()).decode()
                        if line.startswith("data:"):
                            event = json.loads(line[5:])
                            if event["type"] == kind and wanted(event):
                                return event

            yield until

    return listen


async def test_the_state_shows_what_the_viewer_sees(sandbox, state):
    world = sandbox.world
    await world.post("Ada", "admin-only", "between us")

    ada, ben = await state(world.person("Ada")), await state(world.person("Ben"))

    assert {c["name"] for c in ada["channels"]} >= {"general", "admin-only"}
    assert "admin-only" not in {c["name"] for c in ben["channels"]}
    by_name = {u["username"]: u for u in ada["users"]}
    assert by_name["ada"]["administrator"]
    assert not by_name["ben"]["administrator"]
    assert by_name["conveyor"]["bot"]
    assert ada["guild"]["name"] == "Conveyor HQ"
    assert ada["invalid_requests"] == 0
    assert ada["bot"] == {
        "state": "stopped",
        "connected": False,
        "pid": None,
        "managed": False,
        "exit_code": None,
    }
    staff = next(c for c in ada["channels"] if c["name"] == "admin-only")
    assert [m["content"] for m in staff["messages"]] == ["between us"]


async def test_a_command_typed_on_the_page_is_streamed_to_its_answer(
    bot, sandbox, call, state, stream
):
    world = sandbox.world
    ben, general = world.person("Ben"), world.channel("general")
    assert "echo" in {c["name"] for c in (await state(ben))["commands"]}

    async with stream(ben) as until:
        status, answer = await call(
            "slash", user=ben.id, channel=general.id, command="echo", options={"text": "hi"}
        )
        assert status == 200
        message = await until("message")
        done = await until("interaction", lambda e: e["state"] == "answered")

    assert message["message"]["content"] == "hi"
    assert message["channel"] == general.id
    assert done["id"] == answer["interaction"]


async def test_wrong_input_gets_a_sentence(bot, sandbox, call):
    ben, general = sandbox.world.person("Ben").id, sandbox.world.channel("general").id

    for command, options in (("nope", {}), ("echo", {}), ("echo", {"text": "a", "times": "many"})):
        status, answer = await call(
            "slash", user=ben, channel=general, command=command, options=options
        )
        assert status == 400
        assert len(answer["error"]) > 10


async def test_ephemeral_answers_are_streamed_to_their_person_only(bot, sandbox, call, stream):
    world = sandbox.world
    ben, cleo = world.person("Ben"), world.person("Cleo")

    async with stream(ben) as to_ben, stream(cleo) as to_cleo:
        await call(
            "slash", user=ben.id, channel=world.channel("general").id, command="queue status"
        )
        secret = await to_ben("message")
        await world.post("Ada", "general", "public")
        seen = await to_cleo("message")

    assert secret["message"]["flags"] == 64
    assert seen["message"]["content"] == "public"


async def test_buttons_menus_forms_and_autocomplete_work(bot, sandbox, call, stream):
    world = sandbox.world
    ben, general = world.person("Ben").id, world.channel("general").id
    async with stream(world.person("Ben")) as until:
        await call("slash", user=ben, channel=general, command="buttons")
        message = (await until("message"))["message"]["id"]
        press = {"user": ben, "channel": general, "message": message}
        await call("press", **press, custom_id="pick", values=["red"])
        assert (await until("message"))["message"]["content"] == "picked red"
        await call("press", **press, custom_id="ask-me")
        modal = await until("modal")
        assert modal["modal"]["title"] == "A form"
        await call(
            "modal",
            user=ben,
            interaction=modal["interaction"],
            custom_id=modal["modal"]["custom_id"],
            values={"answer": "forty"},
        )
        assert (await until("message"))["message"]["content"] == "you wrote forty"
    _, answer = await call(
        "autocomplete", user=ben, channel=general, command="color", options={}, focused="name"
    )
    assert [c["value"] for c in answer["choices"]] == ["red", "green", "blue"]


async def test_files_can_be_posted(sandbox, call, http):
    world = sandbox.world
    data = base64.b64encode(b"some bytes").decode()
    file = {"filename": "a.txt", "content_type": "text/plain", "data": data}

    status, message = await call(
        "messages",
        user=world.person("Ben").id,
        channel=world.channel("general").id,
        content="look",
        files=[file],
    )

    assert status == 200
    async with http.get(message["attachments"][0]["url"]) as response:
        assert await response.read() == b"some bytes"
        assert response.content_type == "text/plain"


async def test_silence_is_shown_as_a_failure_after_three_seconds(bot, sandbox, call, stream):
    world = sandbox.world
    ben = world.person("Ben")
    world.troubles.hold("callback")

    async with stream(ben) as until:
        await call(
            "slash",
            user=ben.id,
            channel=world.channel("general").id,
            command="echo",
            options={"text": "late"},
        )
        await call("trouble", action="advance", seconds=4)
        failed = await until("interaction", lambda e: e["state"] == "failed")

    assert failed["error"] == "The application did not respond"


async def test_troubles_are_made_and_shown(sandbox, call, state):
    ada = sandbox.world.person("Ada")

    await call("trouble", action="rest", status=503, times=3)
    await call("trouble", action="duplicate_events", on=True)
    await call("trouble", action="gateway", up=False)
    await call("trouble", action="storm", share=0.2)
    await call("trouble", action="short_lives", seconds=3)
    await call("trouble", action="advance", seconds=10)

    assert (await state(ada))["troubles"] == {
        "rest": {"status": 503, "remaining": 3},
        "storm": 0.2,
        "connection_life_s": 3.0,
        "gateway_up": False,
        "duplicate_events": True,
        "clock_offset_s": 10.0,
    }
    await call("trouble", action="rest", status=None)
    assert (await state(ada))["troubles"]["rest"] == {"status": None, "remaining": 0}


async def test_the_guild_is_changed_around_the_bot(sandbox, call):
    world = sandbox.world
    art, ben = world.channel("art"), world.person("Ben")
    message = await world.post("Ben", "general", "to be deleted")

    await call("trouble", action="permit", channel=art.id, target="Artists", deny=["VIEW_CHANNEL"])
    await call("trouble", action="thread", channel="general", name="talk", user="Ben")
    await call("trouble", action="close_thread", channel="talk", archived=True)
    await call("trouble", action="direct_messages", user=ben.id, open=False)
    await call("trouble", action="delete_message", message=message.id)
    await call("trouble", action="delete_channel", channel="admin-only")
    await call("trouble", action="kick")

    assert not world.directory.allowed(ben.id, world.channel("art"), VIEW_CHANNEL)
    assert world.channel("talk").thread.archived
    assert not world.person("Ben").dm_open
    assert world.messages("general") == []
    assert "admin-only" not in {c.name for c in world.directory.channels.values()}
    assert world.directory.guilds_of(world.bot.id) == []
    assert await call("trouble", action="kick") == (400, {"error": "The bot is not in the server."})
    await call("trouble", action="invite")
    assert world.directory.guilds_of(world.bot.id) == [world.guild]


async def test_what_cannot_be_changed_is_said(call):
    status, answer = await call(
        "trouble", action="permit", channel="art", target="Ada", deny=["FLY"]
    )

    assert status == 400
    assert "no permission 'FLY'" in answer["error"]


async def test_pages_of_other_sites_cannot_make_trouble(sandbox, http):
    url = f"{sandbox.url}/sandbox/trouble"
    body = '{"action": "gateway", "up": false}'

    async with http.post(url, data=body, headers={"Content-Type": "text/plain"}) as response:
        assert response.status == 415

    assert sandbox.world.troubles.gateway_up


async def test_without_a_process_of_ours_the_bot_cannot_be_killed(sandbox, call):
    status, answer = await call("trouble", action="bot", do="kill")

    assert status == 409
    assert "did not start a bot" in answer["error"]
