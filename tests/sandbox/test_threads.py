"""Threads: who sees and begins them, and what an archived or locked one still takes."""

import discord
import pytest


def refusal(answer):
    return answer[0], answer[1]["code"]


@pytest.fixture
def thread(sandbox):
    return sandbox.world.directory.add_thread("general", "talk", "Ben")


@pytest.fixture
def say(rest, thread):
    async def post():
        return await rest("POST", f"/channels/{thread.id}/messages", {"content": "hello"})

    return post


def now(sandbox, thread):
    return sandbox.world.channel(thread).thread


async def test_the_bot_begins_public_private_and_message_threads(sandbox, rest):
    general = f"/channels/{sandbox.world.channel('general').id}"
    message = (await rest("POST", f"{general}/messages", {"content": "x"}))[1]["id"]

    public = await rest("POST", f"{general}/threads", {"name": "open", "type": 11})
    private = await rest("POST", f"{general}/threads", {"name": "closed", "type": 12})
    of_message = await rest("POST", f"{general}/messages/{message}/threads", {"name": "about"})
    again = await rest("POST", f"{general}/messages/{message}/threads", {"name": "about"})

    assert (public[1]["type"], private[1]["type"], of_message[1]["id"]) == (11, 12, message)
    assert refusal(again) == (400, 160004)


async def test_threads_have_permissions_of_their_own_over_their_channel_s(sandbox, rest, say):
    world = sandbox.world
    world.permit("general", "Conveyor", deny=["SEND_MESSAGES", "CREATE_PUBLIC_THREADS"])
    assert (await say())[0] == 200
    begun = await rest("POST", f"/channels/{world.channel('general').id}/threads", {"type": 11})
    assert refusal(begun) == (403, 50013)

    world.permit("general", "Conveyor", deny=["SEND_MESSAGES_IN_THREADS"])
    assert refusal(await say()) == (403, 50013)
    world.permit("general", "Conveyor", deny=["VIEW_CHANNEL"])
    assert refusal(await say()) == (403, 50001)


async def test_a_private_thread_is_only_for_those_inside(sandbox, rest):
    directory = sandbox.world.directory
    thread = directory.add_thread("general", "secret", "Ben", private=True)
    path = f"/channels/{thread.id}/messages"
    assert refusal(await rest("POST", path, {"content": "x"})) == (403, 50001)

    directory.set_thread(thread, joined=sandbox.world.bot)

    assert (await rest("POST", path, {"content": "x"}))[0] == 200


async def test_posting_into_an_archived_thread_opens_it(sandbox, say, thread):
    sandbox.world.directory.set_thread(thread, archived=True)

    assert (await say())[0] == 200

    assert not now(sandbox, thread).archived


async def test_posting_into_a_locked_thread_is_refused(sandbox, say, thread):
    directory = sandbox.world.directory
    directory.set_thread(thread, locked=True)
    assert refusal(await say()) == (400, 160005)

    directory.set_thread(thread, archived=True)
    assert refusal(await say()) == (400, 50083)

    directory.set_role("Conveyor", directory.role("Conveyor").permissions | 1 << 34)
    assert (await say())[0] == 200


async def test_nothing_in_an_archived_thread_can_be_edited(sandbox, rest, desk, say, thread):
    posted = (await say())[1]["id"]
    asked = await desk.ask(channel=thread)
    await desk.respond(asked, 4, content="seen")
    sandbox.world.directory.set_thread(thread, archived=True)

    answer = await rest("PATCH", f"/channels/{thread.id}/messages/{posted}", {"content": "x"})

    assert refusal(answer) == (400, 50083)
    assert refusal(await desk.original("PATCH", asked, content="x")) == (400, 50083)


async def test_whoever_uses_an_archived_thread_opens_it(sandbox, desk, thread):
    sandbox.world.directory.set_thread(thread, archived=True)

    await desk.ask(channel=thread)

    assert not now(sandbox, thread).archived


async def test_the_bot_archives_its_own_threads_and_no_others(rest, sandbox, thread):
    general = f"/channels/{sandbox.world.channel('general').id}"
    own = (await rest("POST", f"{general}/threads", {"name": "mine", "type": 11}))[1]["id"]

    assert (await rest("PATCH", f"/channels/{own}", {"archived": True}))[0] == 200
    other = await rest("PATCH", f"/channels/{thread.id}", {"archived": True})

    assert sandbox.world.channel(own).thread.archived
    assert refusal(other) == (403, 50013)


async def test_deleting_a_channel_deletes_its_threads(sandbox, say, thread):
    sandbox.world.delete_channel("general")

    assert refusal(await say()) == (404, 10003)


async def test_discordpy_begins_fills_archives_and_leaves_a_thread(sandbox, bot):
    world = sandbox.world
    channel = bot.get_channel(int(world.channel("general").id))

    thread = await channel.create_thread(name="ours", type=discord.ChannelType.public_thread)
    await thread.send("inside")
    await thread.edit(archived=True)
    await world.wait_for(lambda: world.channel("ours").thread.archived)

    assert [message.content for message in world.messages("ours")] == ["inside"]


async def test_discordpy_answers_a_command_in_a_thread(sandbox, bot):
    world = sandbox.world
    thread = world.directory.add_thread("general", "talk", "Ben")

    asked = await world.answered(await world.slash("Ben", thread, "echo", text="here"))

    assert [message.content for message in world.messages(thread)] == ["here"]
    assert asked.channel_id == thread.id
    assert bot.get_channel(int(thread.id)).parent.name == "general"
