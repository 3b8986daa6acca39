"""What is gone ends the job with a sentence; while Discord is away, it is tried again."""

from dataclasses import replace

import pytest

from bot.queue.events import EventName
from bot.queue.states import State
from bot.tasks import finding
from tests.tasks.everything import Everything

GIVEN = {
    "member": "Cleo",
    "user": "Cleo",
    "either": "Cleo",
    "role": "Readers",
    "person": "Readers",
    "group": "Readers",
    "text_channel": "art",
    "any_channel": "art",
}


@pytest.fixture
def asked(build):
    """Ask for everything, let something happen, and work then; how the job ended."""

    async def asked(happening, *, until=EventName.JOB_FAILED, connected=True, **options):
        first = await build(durable=True, working=False, cogs=[Everything()])
        role = first.world.directory.role("Readers")
        given = GIVEN | dict.fromkeys(("role", "person", "group"), role) | options
        asked = await first.world.slash("Ben", "general", "references", **given)
        await first.world.answered(asked)
        await first.outbox.until_released(asked.token)
        await first.close()
        happening(first.world)
        second = await build(durable=True, connected=connected, cogs=[Everything()])
        return second, await second.diary.until(until)

    return asked


def member_left(world):
    del world.directory.members[world.guild.id][world.person("Cleo").id]


def role_deleted(world):
    del world.directory.roles[world.directory.role("Readers").id]


def channel_deleted(world):
    del world.directory.channels[world.channel("art").id]


def account_deleted(world):
    member_left(world)
    del world.directory.users[world.person("Cleo").id]


def channel_changed(world):
    channel = world.channel("art")
    world.directory.channels[channel.id] = replace(channel, type=CATEGORY)


CATEGORY = 4
GONE = {
    member_left: "Whom you chose for “member” is not in this server any more.",
    role_deleted: "The role that you chose for “role” does not exist any more.",
    channel_deleted: "The channel that you chose for “text_channel” was deleted",
    channel_changed: "The channel that you chose for “text_channel” was deleted or changed",
}


@pytest.mark.parametrize("happening", GONE, ids=lambda one: one.__name__)
async def test_what_is_gone_is_said_and_not_tried_again(asked, happening):
    _, job = await asked(happening)
    assert (job.state, job.attempt) == (State.DISCARDED, 1)
    assert GONE[happening] in job.error
    assert "Ask again" in job.error


async def test_an_account_outlives_its_membership_where_the_hint_allows_it(asked, build):
    house, job = await asked(member_left, member="Ben", until=EventName.JOB_COMPLETED)
    assert job.result
    got = house.client.get_cog("Everything").got
    assert (type(got["user"]).__name__, type(got["either"]).__name__) == ("User", "User")


async def test_a_deleted_account_is_said(asked):
    _, job = await asked(account_deleted, member="Ben")
    assert "The account that you chose for “user” does not exist any more." in job.error


def bot_removed(world):
    world.directory.guilds.pop(world.guild.id)


def bot_removed_unnoticed(world):
    world.troubles.fail("GET /guilds/{guild}/members/{user}", 404, times=None, code=10004)


@pytest.mark.parametrize("happening", [bot_removed, bot_removed_unnoticed])
async def test_a_bot_that_was_removed_says_so(asked, happening):
    _, job = await asked(happening)
    assert (job.attempt, job.error[:32]) == (1, "I am not in this server any more")


async def test_discord_that_does_not_answer_is_asked_again(asked, build):
    house, job = await asked(
        lambda world: world.troubles.fail("GET /guilds/{guild}/members/{user}", "reset", times=2),
        until=EventName.JOB_RETRY,
    )
    assert "Discord did not answer when it was asked for what you chose for “member”" in job.error
    assert (await house.diary.until(EventName.JOB_COMPLETED)).attempt == 2


async def test_a_client_that_is_not_connected_is_waited_for_without_an_attempt(
    asked, build, monkeypatch
):
    monkeypatch.setattr(finding, "CONNECTED_WITHIN_S", 0.01)
    monkeypatch.setattr(finding, "AGAIN_AFTER_S", 3600)
    _, job = await asked(lambda _: None, until=EventName.JOB_RETRY, connected=False)
    assert (job.state, job.attempt, job.error) == (State.SCHEDULED, 0, None)
