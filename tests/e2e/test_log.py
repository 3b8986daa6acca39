"""The log of a real bot: one JSON object a line, each says whom and which job it is about."""

import json

import pytest

from tests.e2e.chat_server import answer_to

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def settings():
    return {"LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG"}


def told(stage, **wanted):
    """The log's lines in which all of this stands."""
    lines = [json.loads(line) for line in stage.bot.lines]
    return [line for line in lines if wanted.items() <= line.items()]


async def test_a_command_its_job_and_its_delivery_can_be_followed(shared):
    ben = shared.person()
    asked = await shared.ask("can I be followed?", ben)
    done = await shared.ended(asked)
    assert done.content == answer_to("can I be followed?")
    guild, user = int(shared.world.guild.id), int(ben.id)
    await shared.world.wait_for(lambda: told(shared, event="job completed", user=user))

    (created,) = told(shared, event="job enqueued", user=user)
    who = {"interaction": int(asked.id), "user": user, "guild": guild, "command": "chat"}
    assert who.items() <= created.items()

    def answer():
        lines = told(shared, interaction=int(asked.id), job=created["job"], command="chat")
        return [line for line in lines if line["logger"].startswith("discord.")]

    await shared.world.wait_for(answer)

    (completed,) = told(shared, event="job completed", user=user)
    assert completed["job"] == created["job"]
    assert {"kind": "chat", "attempt": 1}.items() <= completed.items()
    assert completed["ran_s"] >= 0

    def calls():
        lines = told(shared, job=created["job"])
        return [
            line for line in lines if "delivery" in line and line["logger"].startswith("discord.")
        ]

    await shared.world.wait_for(calls)
    assert not any("interaction" in line for line in calls())


async def test_a_press_says_who_pressed_what(shared):
    shared.chat.closed = True
    ben = shared.person()
    asked = await shared.ask("press me", ben)
    press = await shared.world.press(ben, asked.original, "Cancel")
    await shared.ended(asked)
    shared.chat.open()

    def cancelled():
        return told(shared, event="job cancelled", user=int(ben.id))

    await shared.world.wait_for(cancelled)
    (line,) = cancelled()
    lines = told(shared, interaction=int(press.id), job=line["job"])
    assert lines
    assert all(line["pressed"].startswith("job:cancel:") for line in lines)


async def test_no_line_shows_a_token_or_what_was_asked(shared):
    asked = await shared.ask("nobody else's business")
    await shared.ended(asked)
    log = "\n".join(shared.bot.lines)
    assert asked.token not in log
    assert shared.sandbox.token not in log
    ours = "\n".join(line for line in shared.bot.lines if '"logger": "bot.' in line)
    assert ours
    assert "nobody else's business" not in ours
