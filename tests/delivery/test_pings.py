"""Who waited long is told with a sound when it is over: once, in their own way, and nobody else."""

import pytest

from bot.delivery.pings import LONG_S, NOTIFY, STALE_S, person_scope
from bot.queue.deliveries import DeliveryState
from bot.queue.errors import JobError
from bot.queue.events import EventName
from tests.delivery.house import TOKEN_DEAD_S
from tests.delivery.test_ladder import LONG

POST = "POST /channels/*/messages"


async def waited(house, seconds=LONG_S + 1, text="Because.", **options):
    """A finished job, `seconds` after it was asked for, not brought yet."""
    interaction = await house.accepted("why?", **options)
    await house.diary.until(EventName.JOB_STARTED)
    await house.bring()
    house.advance(seconds)
    house.teller.answer("why?", text)
    job = await house.diary.until(EventName.JOB_COMPLETED)
    await house.tickets.close(job.id)
    return interaction


async def choose(house, choice) -> None:
    await house.store.note(person_scope(int(house.world.person("Ben").id)), NOTIFY, choice)


def pings(house) -> list[str]:
    return [message.text for message in house.reading("Your chat")]


class TestAPing:
    async def test_is_one_line_below_the_ticket_for_who_asked_alone(self, house):
        cleo = house.world.person("Cleo").id
        interaction = await waited(house, text=f"Because of <@{cleo}> @everyone.")
        await house.bring()
        _, ping = house.world.messages("general")
        ben = house.world.person("Ben").id
        assert ping.text == f"<@{ben}> Your chat is ready."
        assert (ping.pinged, ping.pinged_everyone) == (frozenset({ben}), False)
        assert ping.reference["message_id"] == interaction.original.id

    async def test_comes_after_all_of_a_long_result(self, house):
        await waited(house, text=LONG)
        await house.bring()
        assert [text.split()[-1] for text in house.texts()] == ["word", "word", "word", "ready."]

    async def test_says_that_it_failed(self, house):
        await house.accepted("why?")
        await house.diary.until(EventName.JOB_STARTED)
        await house.bring()
        house.advance(LONG_S + 1)
        house.teller.fail("why?", JobError("No.", retryable=False))
        await house.diary.until(EventName.JOB_FAILED)
        await house.bring()
        assert len(house.reading("Your chat has failed.")) == 1

    @pytest.mark.parametrize("seconds", [0, LONG_S - 5])
    async def test_is_not_for_who_waited_a_moment(self, house, seconds):
        await waited(house, seconds)
        await house.bring()
        assert house.texts() == ["Because."]

    async def test_is_not_for_who_cancelled(self, house):
        interaction = await house.accepted("why?")
        await house.diary.until(EventName.JOB_STARTED)
        house.advance(LONG_S + 1)
        await house.world.press("Ben", interaction.original, "Cancel")
        await house.diary.until(EventName.JOB_CANCELLED)
        await house.bring()
        assert pings(house) == []

    async def test_is_not_for_a_result_that_came_as_a_message_to_the_person(self, house):
        await waited(house, TOKEN_DEAD_S, private=True)
        await house.bring()
        assert [m.text for m in house.world.direct_messages("Ben")] == ["Because."]


class TestThePersonsChoice:
    async def test_of_none_is_kept(self, house):
        await choose(house, "none")
        await waited(house)
        await house.bring()
        assert pings(house) == []

    async def test_of_direct_messages_is_kept_with_a_way_to_the_result(self, house):
        await choose(house, "dm")
        interaction = await waited(house)
        await house.bring()
        (message,) = house.world.direct_messages("Ben")
        assert message.text.startswith("Your chat is ready: https://discord.com/channels/")
        assert message.text.endswith(f"/{interaction.original.id}")
        assert house.texts() == ["Because."]

    @pytest.mark.parametrize("choice", [None, "mention", "dm"])
    async def test_never_makes_a_private_job_public(self, house, choice):
        await choose(house, choice)
        await waited(house, private=True)
        await house.bring()
        (message,) = house.world.direct_messages("Ben")
        assert message.text == f"Your chat is ready: <#{house.world.channel('general').id}>"
        assert house.texts() == []


class TestATroubledPing:
    async def test_is_seen_once_though_its_answer_was_lost_and_its_nonce_forgotten(self, house):
        interaction = await waited(house)
        house.world.troubles.lose_answer(POST)
        await house.bring()
        assert (await house.delivery()).state is DeliveryState.DUE
        versions = len(house.world.history(interaction.original))

        house.advance(500)
        await house.bring()
        assert (await house.delivery()).state is DeliveryState.DELIVERED
        assert len(pings(house)) == 1
        assert len(house.world.history(interaction.original)) == versions

    async def test_is_given_up_where_the_bot_may_not_write(self, house):
        await waited(house)
        house.forbid()
        await house.bring()
        assert pings(house) == []
        assert (await house.delivery()).note == "ticket"

    async def test_is_not_sent_long_after_the_result_was_seen(self, house):
        await waited(house)
        house.world.troubles.fail(POST, "reset")
        await house.bring()
        house.advance(STALE_S)
        await house.bring()
        assert (await house.delivery()).state is DeliveryState.DELIVERED
        assert pings(house) == []
