"""An interaction is answered once, within three seconds; its token then lives fifteen minutes."""

import asyncio

import pytest

EPHEMERAL = 64


def refusal(answer):
    status, body, _ = answer
    return status, body["code"]


async def test_a_reply_becomes_the_original_message(desk):
    asked = await desk.ask()

    status, _, _ = await desk.respond(asked, 4, content="here")

    assert status == 204
    assert asked.original.content == "here"
    assert asked.state == "answered"


async def test_a_callback_tells_its_message_when_asked_to(desk):
    asked = await desk.ask()

    status, body, headers = await desk.respond(asked, 5, "?with_response=1", flags=EPHEMERAL)

    assert status == 200
    assert headers["Content-Type"] == "application/json"
    assert body["interaction"] == {
        "id": asked.id,
        "type": 2,
        "response_message_id": asked.original_id,
        "response_message_loading": True,
        "response_message_ephemeral": True,
    }
    assert body["resource"]["type"] == 5
    assert body["resource"]["message"]["id"] == asked.original_id


async def test_a_late_first_response_is_10062(desk):
    asked = await desk.ask()
    desk.world.advance(3.1)

    assert refusal(await desk.respond(asked, 4, content="late")) == (404, 10062)
    assert asked.state == "failed"
    assert asked.error == "The application did not respond"


async def test_a_foreign_token_is_10062(desk):
    asked, other = await desk.ask(), await desk.ask()
    path = f"/interactions/{asked.id}/{other.token}/callback"

    answer = await desk.rest("POST", path, {"type": 4, "data": {"content": "x"}})

    assert refusal(answer) == (404, 10062)
    assert asked.state == other.state == "waiting"


async def test_a_second_first_response_is_40060(desk):
    asked = await desk.ask()
    await desk.respond(asked, 4, content="one")

    assert refusal(await desk.respond(asked, 4, content="two")) == (400, 40060)
    assert asked.original.content == "one"


async def test_a_follow_up_before_the_acknowledgement_is_10015(desk):
    asked = await desk.ask()

    assert refusal(await desk.follow_up(asked, content="too early")) == (404, 10015)


async def test_the_token_dies_after_fifteen_minutes(desk):
    asked = await desk.ask()
    await desk.respond(asked, 5)
    desk.world.advance(15 * 60 - 5)
    assert (await desk.original("PATCH", asked, content="in time"))[0] == 200

    desk.world.advance(10)

    assert refusal(await desk.original("PATCH", asked, content="too late")) == (401, 50027)
    assert refusal(await desk.follow_up(asked, content="too late")) == (401, 50027)


async def test_tokens_expire_on_purpose(desk):
    asked = await desk.ask()
    await desk.respond(asked, 5)

    desk.world.troubles.expire_tokens()

    assert refusal(await desk.original("GET", asked)) == (401, 50027)
    later = await desk.ask()
    assert (await desk.respond(later, 4, content="new tokens live"))[0] == 204


async def test_the_first_follow_up_takes_the_place_of_the_loading_message(desk):
    asked = await desk.ask()
    await desk.respond(asked, 5, flags=EPHEMERAL)

    ben = desk.world.person("Ben")
    _, message, _ = await desk.follow_up(asked, content=f"done <@{ben.id}>")
    _, second, _ = await desk.follow_up(asked, content="more")

    assert message["id"] == asked.original_id
    assert asked.original.ephemeral, "a follow-up cannot change a deferral's visibility"
    assert asked.original.pinged == frozenset()
    assert second["id"] != asked.original_id
    assert second["flags"] == 0


async def test_ephemeral_messages_are_out_of_reach_for_channel_routes(desk):
    asked = await desk.ask()
    await desk.respond(asked, 4, content="secret", flags=EPHEMERAL)
    path = f"/channels/{asked.channel_id}/messages"

    assert refusal(await desk.rest("GET", f"{path}/{asked.original_id}")) == (404, 10008)
    edit = await desk.rest("PATCH", f"{path}/{asked.original_id}", {"content": "x"})
    assert refusal(edit) == (404, 10008)
    assert (await desk.rest("GET", path))[1] == []
    assert (await desk.original("PATCH", asked, content="by token"))[0] == 200


async def test_a_public_response_can_be_edited_through_the_channel(desk):
    asked = await desk.ask()
    await desk.respond(asked, 4, content="first")

    path = f"/channels/{asked.channel_id}/messages/{asked.original_id}"
    assert (await desk.rest("PATCH", path, {"content": "second"}))[0] == 200

    assert asked.original.content == "second"
    assert [v.message.content for v in desk.world.history(asked.original_id)] == ["first", "second"]


async def test_a_deleted_response_is_10008(desk):
    asked = await desk.ask()
    await desk.respond(asked, 4, content="gone soon")

    assert (await desk.original("DELETE", asked))[0] == 204

    assert refusal(await desk.original("GET", asked)) == (404, 10008)
    assert desk.world.history(asked.original_id)[-1].deleted


@pytest.mark.parametrize("kind", [1, 6, 7, 8, "4", None])
async def test_a_command_cannot_be_answered_so(desk, kind):
    asked = await desk.ask()

    assert refusal(await desk.respond(asked, kind, content="x")) == (400, 50035)
    assert asked.state == "waiting", "a refused response leaves the interaction open"


async def test_autocomplete_takes_at_most_25_choices(desk):
    typing = asyncio.ensure_future(desk.world.autocomplete("Ben", "general", "find", focused="id"))
    asked = await desk.world.wait_for(desk.world.interactions.all)
    choices = [{"name": str(n), "value": str(n)} for n in range(26)]

    assert refusal(await desk.respond(asked[0], 8, choices=choices)) == (400, 50035)
    assert (await desk.respond(asked[0], 8, choices=choices[:25]))[0] == 204
    assert len(await typing) == 25


async def test_a_component_updates_the_message_it_sits_on(desk):
    asked = await desk.ask()
    button = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
    await desk.respond(asked, 4, content="x", components=[{"type": 1, "components": [button]}])

    pressed = await desk.world.press("Cleo", asked.original_id, "go")
    await desk.respond(pressed, 6)
    await desk.original("PATCH", pressed, content="after a deferred update")

    assert pressed.original_id == asked.original_id
    assert asked.original.content == "after a deferred update"


async def test_a_form_is_opened_and_submitted(desk):
    asked = await desk.ask()
    field = {"type": 4, "custom_id": "why", "label": "Why", "style": 1}
    form = {"custom_id": "f", "components": [{"type": 1, "components": [field]}]}
    assert refusal(await desk.respond(asked, 9, title="x" * 46, **form)) == (400, 50035)
    assert (await desk.respond(asked, 9, title="A form", **form))[0] == 204

    sent = await desk.world.submit_modal("Ben", asked, {"why": "because"})

    assert sent.data["components"][0]["components"][0]["value"] == "because"
    assert (await desk.respond(sent, 4, content="thanks"))[0] == 204
