"""A call that fails by chance is made again at once; any other failure is left to the outbox."""

import pytest

from bot.delivery import discord_calls
from bot.queue.deliveries import DeliveryState
from bot.queue.reply import File
from tests.delivery.test_files import drawn
from tests.delivery.test_ladder import answered


@pytest.fixture
def persistent(house):
    house.calls.pauses_s = (0, 0)
    return house


async def test_a_call_that_fails_by_chance_is_repeated_at_once(persistent):
    interaction = await answered(persistent)
    persistent.world.troubles.fail("PATCH *@original", "reset", times=2)
    await persistent.bring()

    assert interaction.original.content == "Because."
    assert (await persistent.delivery()).attempt == 1


async def test_a_post_whose_answer_was_lost_is_repeated_and_seen_once(persistent):
    interaction = await answered(persistent)
    persistent.world.delete_message(interaction.original)
    lost = persistent.world.troubles.lose_answer("POST /channels/*/messages", times=2)
    await persistent.bring()

    assert lost.hits == 2
    assert persistent.texts() == ["Because."]
    assert (await persistent.delivery()).attempt == 1


async def test_a_call_that_goes_on_failing_is_left_to_the_outbox(persistent):
    await answered(persistent)
    failure = persistent.world.troubles.fail("PATCH *@original", "reset", times=3)
    await persistent.bring()

    assert failure.hits == 3
    assert (await persistent.delivery()).state is DeliveryState.DUE


async def test_a_call_that_hangs_is_given_up_and_left_to_the_outbox(persistent, monkeypatch):
    await answered(persistent)
    monkeypatch.setattr(discord_calls, "CALL_S", 0.05)
    persistent.world.troubles.fail("PATCH *@original", "hang")
    await persistent.bring()

    assert (await persistent.delivery()).state is DeliveryState.DUE


async def test_what_has_many_bytes_is_given_the_time_for_them(build, monkeypatch):
    house = await build(kind=drawn(File("large.bin", bytes(30))))
    interaction = await answered(house)
    monkeypatch.setattr(discord_calls, "CALL_S", 0)
    monkeypatch.setattr(discord_calls, "SLOWEST_UPLOAD", 1)
    await house.bring()

    assert [one.filename for one in interaction.original.attachments] == ["large.bin"]
    assert (await house.delivery()).state is DeliveryState.DELIVERED


async def test_a_refusal_is_not_repeated(persistent):
    await answered(persistent)
    persistent.world.troubles.expire_tokens()
    await persistent.bring()

    assert [e.status for e in persistent.world.log if e.status == 401] == [401]
