"""Waiting, time, and what people cannot do."""

import asyncio

import pytest

from sandbox.invocation import InvocationError


async def test_waiting_ends_with_the_change_it_waits_for(sandbox):
    world = sandbox.world
    waiting = asyncio.create_task(world.wait_for(lambda: world.messages("general")))
    await asyncio.sleep(0)
    assert not waiting.done()

    await world.post("Ben", "general", "now")

    assert [message.content for message in await waiting] == ["now"]


async def test_a_wait_in_vain_shows_the_state_of_the_world(sandbox):
    await sandbox.world.post("Ben", "general", "the only message")

    with pytest.raises(TimeoutError, match="the only message"):
        await sandbox.world.wait_for(lambda: False, timeout_s=0.01)


async def test_a_broken_predicate_raises_where_it_is_waited_for(sandbox):
    with pytest.raises(ZeroDivisionError):
        await sandbox.world.wait_for(lambda: 1 / 0)


async def test_silence_becomes_a_failure_as_time_passes(desk):
    asked = await desk.ask()
    desk.world.advance(2.5)
    assert asked.state == "waiting"

    desk.world.advance(0.6)

    assert asked.state == "failed"


def test_time_goes_only_forwards(sandbox):
    with pytest.raises(ValueError, match="forwards"):
        sandbox.world.advance(-1)


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        ("nope", {}, "no command /nope"),
        ("ask", {"what": 1}, "no option 'what'"),
        ("queue", {}, "needs a subcommand: status"),
        ("queue nope", {}, "'nope' is not among status"),
        ("echo", {}, "needs the option 'text'"),
        ("echo", {"text": "x", "times": 1.5}, "whole number"),
        ("echo", {"text": "x", "times": 7}, "at most 5"),
        ("echo", {"text": "x", "to": "Nobody"}, "There is no person 'Nobody'"),
        ("echo", {"text": "x", "size": "huge"}, r"one of \['small', 'large'\]"),
    ],
)
async def test_what_the_client_would_not_send_is_refused_with_a_sentence(
    desk, command, options, sentence
):
    text = {"name": "text", "description": "x", "type": 3, "required": True}
    times = {"name": "times", "description": "x", "type": 4, "max_value": 5}
    to = {"name": "to", "description": "x", "type": 6}
    sizes = [{"name": one.title(), "value": one} for one in ("small", "large")]
    size = {"name": "size", "description": "x", "type": 3, "choices": sizes}
    status = {"name": "status", "description": "x", "type": 1}
    path = f"/applications/{desk.world.bot.id}/commands"
    echo = {"name": "echo", "description": "x", "options": [text, times, to, size]}
    queue = {"name": "queue", "description": "x", "options": [status]}
    for definition in (echo, queue):
        await desk.rest("POST", path, definition)

    with pytest.raises(InvocationError, match=sentence):
        await desk.world.slash("Ben", "general", command, **options)


async def test_hidden_disabled_and_missing_buttons_cannot_be_pressed(desk):
    def row(**more):
        button = {"type": 2, "style": 1, "label": "Go", "custom_id": "go", **more}
        return [{"type": 1, "components": [button]}]

    secret, dead = await desk.ask(), await desk.ask()
    await desk.respond(secret, 4, content="x", flags=64, components=row())
    await desk.respond(dead, 4, content="x", components=row(disabled=True))

    with pytest.raises(InvocationError, match="not there"):
        await desk.world.press("Cleo", secret.original, "Go")
    with pytest.raises(InvocationError, match="disabled"):
        await desk.world.press("Ben", dead.original, "Go")
    with pytest.raises(InvocationError, match=r"it has: Go \(go\)"):
        await desk.world.press("Ben", dead.original, "Stop")
    assert (await desk.world.press("Ben", secret.original, "Go")).source_id == secret.original_id
