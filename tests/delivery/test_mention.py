"""A question that was put by mentioning the bot: its ticket is a reply, and brings the answer."""

import json
import sqlite3
from contextlib import closing

import pytest

from bot.queue.deliveries import DeliveryState
from bot.queue.events import EventName
from bot.queue.states import State
from bot.queue.store.base import Limits
from tests.delivery.house import CHECK_S, TOKEN_DEAD_S

POST = "POST /channels/*/messages"


async def mention(house, text, user="Ben", channel="general"):
    return await house.world.post(user, channel, f"<@{house.world.bot.id}> {text}")


async def replies(house, question, count=1):
    """The bot's replies to a message, once there are so many."""

    def found():
        every = house.world.messages(question.channel_id)
        ours = [m for m in every if m.reference and m.reference["message_id"] == question.id]
        return ours if len(ours) >= count else None

    return await house.world.wait_for(found)


class TestAMention:
    async def test_is_answered_by_a_ticket_that_is_a_reply_and_becomes_the_answer(self, house):
        question = await mention(house, "why?")
        (ticket,) = await replies(house, question)
        assert f"job {(await house.job()).id}" in ticket.text

        house.teller.answer("why?", "Because.")
        await house.sees(ticket, "Because.")
        await house.bring()
        assert len(await replies(house, question)) == 1
        assert (await house.delivery()).note == "ticket"

    async def test_pings_nobody_by_its_reply(self, house):
        question = await mention(house, "why?")
        (ticket,) = await replies(house, question)
        assert ticket.pinged == frozenset()

    async def test_that_discord_tells_twice_is_one_question(self, house):
        house.world.troubles.duplicate_events()
        question = await mention(house, "twice?")
        (ticket,) = await replies(house, question)
        house.teller.answer("twice?", "Once.")
        await house.sees(ticket, "Once.")
        await house.bring()
        assert len(await house.jobs()) == 1
        assert len(await replies(house, question)) == 1

    async def test_has_an_answer_long_after(self, house):
        question = await mention(house, "why?")
        (ticket,) = await replies(house, question)
        house.advance(TOKEN_DEAD_S)
        house.teller.answer("why?", "Because.")
        await house.sees(ticket, "Because.")

    async def test_that_is_refused_says_why_in_a_reply(self, build):
        house = await build(limits=Limits(max_size=0))
        question = await mention(house, "why?")
        (refusal,) = await replies(house, question)
        assert "The queue is full" in refusal.text

    async def test_that_cannot_be_stored_says_so_in_a_reply(self, build, database):
        house = await build(durable=True, working=False)
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("DROP TABLE delivery")
        question = await mention(house, "why?")
        (refusal,) = await replies(house, question)
        assert "could not be used, so nothing was done" in refusal.text

    async def test_of_nothing_gets_a_sentence_and_no_job(self, house):
        question = await mention(house, "  \x00 ")
        (sentence,) = await replies(house, question)
        assert "Write a question and try again." in sentence.text
        assert await house.jobs() == []

    @pytest.mark.parametrize("text", ["", "why?"], ids=["of nothing", "that is refused"])
    async def test_where_the_bot_may_not_write_is_no_fault_of_its(self, build, text, caplog):
        caplog.set_level("INFO")
        house = await build(limits=Limits(max_size=0))
        house.forbid()
        with caplog.filtering(lambda _: house.world.bus.touch() or True):  # look at each line
            await mention(house, text)
            await house.world.wait_for(lambda: "403" in caplog.text)
        assert [one for one in caplog.records if one.levelname == "ERROR"] == []

    async def test_in_a_direct_message_needs_no_mention(self, house):
        question = await house.world.post_direct("Ben", "why?")
        (ticket,) = await replies(house, question)
        house.teller.answer("why?", "Because.")
        await house.sees(ticket, "Because.")

    async def test_in_a_direct_message_is_no_part_of_the_question(self, house):
        await house.world.post_direct("Ben", f"<@{house.world.bot.id}> why?")
        job = await house.diary.until(EventName.JOB_ENQUEUED)
        assert json.loads(job.payload)["text"] == "why?"

    async def test_by_replying_to_the_bot_is_one_too(self, house):
        interaction = await house.accepted("first?")
        content = f"<@{house.world.bot.id}> and then?"
        await house.world.post("Ben", "general", content, reply_to=interaction.original)
        await house.diary.until(EventName.JOB_ENQUEUED, times=2)


class TestAReplyWithoutAMention:
    """As people send it with the switch of the mention off."""

    @staticmethod
    async def asked(house):
        """An answer, and a reply to it."""
        interaction = await house.accepted("why?")
        house.teller.answer("why?", "Because.")
        answer = await house.sees(interaction.original, "Because.")
        return await house.world.post("Ben", "general", "and then?", reply_to=answer, ping=False)

    async def test_is_a_question(self, house):
        question = await self.asked(house)
        house.teller.answer("and then?", "Then that.")
        (ticket,) = await replies(house, question)
        await house.sees(ticket, "Then that.")

    async def test_that_cannot_be_read_is_answered_with_what_to_do(self, build):
        house = await build(intents=frozenset())
        question = await self.asked(house)
        (sentence,) = await replies(house, question)
        assert "I cannot read a reply that does not mention me." in sentence.text
        assert len(await house.jobs()) == 1

    async def test_to_what_is_no_answer_is_none(self, house):
        channel = house.client.get_channel(int(house.world.channel("general").id))
        notice = await channel.send("A notice.")
        said = house.world.store.get(str(notice.id))
        await house.world.post("Ben", "general", "good", reply_to=said, ping=False)
        await TestNoQuestion._only_the_next_is_one(house)


class TestNoQuestion:
    @pytest.mark.parametrize("author", ["Conveyor", "Another bot"])
    async def test_is_what_a_bot_writes(self, house, author):
        directory = house.world.directory
        if author == "Another bot":
            directory.join(house.world.guild, directory.add_user(author, bot=True))
        await mention(house, "why?", user=author)
        await self._only_the_next_is_one(house)

    async def test_is_a_message_that_mentions_nobody(self, house):
        await house.world.post("Ben", "general", "why?")
        await self._only_the_next_is_one(house)

    async def test_is_a_message_that_mentions_somebody_else(self, house):
        await house.world.post("Ben", "general", f"<@{house.world.person('Cleo').id}> why?")
        await self._only_the_next_is_one(house)

    async def test_is_a_message_to_everyone(self, house):
        await house.world.post("Ada", "general", "@everyone why?")
        await self._only_the_next_is_one(house)

    async def test_is_the_echo_of_the_bots_own_private_answer(self, house):
        await house.accepted(f"<@{house.world.bot.id}>", private=True)
        await mention(house, "the next?")
        await house.diary.until(EventName.JOB_ENQUEUED, times=2)
        assert len(await house.jobs()) == 2

    @staticmethod
    async def _only_the_next_is_one(house):
        """Events come in order: when the next question is a job, the former is none."""
        await mention(house, "the next?")
        await house.diary.until(EventName.JOB_ENQUEUED)
        (job,) = await house.jobs()
        assert "the next?" in job.payload


class TestAnUncertainTicket:
    async def test_that_was_posted_is_found_again(self, house):
        house.world.troubles.lose_answer(POST)
        question = await mention(house, "why?")
        (ticket,) = await replies(house, question)
        house.advance(CHECK_S)
        house.teller.answer("why?", "Because.")
        await house.sees(ticket, "Because.")
        assert len(await replies(house, question)) == 1

    async def test_that_was_not_posted_is_posted_after_all(self, house):
        trouble = house.world.troubles.fail(POST, "reset")
        question = await mention(house, "why?")
        await house.world.wait_for(lambda: trouble.hits)
        house.advance(CHECK_S)
        (ticket,) = await replies(house, question)
        house.teller.answer("why?", "Because.")
        await house.sees(ticket, "Because.")

    async def test_is_found_also_when_its_nonce_is_forgotten(self, build):
        house = await build(working=False)
        lost = house.world.troubles.lose_answer(POST)
        question = await mention(house, "why?")
        await house.world.wait_for(lambda: lost.hits)
        house.advance(600)
        await house.bring()

        assert len(await replies(house, question)) == 1
        assert (await house.delivery()).state is DeliveryState.WAITING

    async def test_where_the_bot_may_not_write_lets_the_job_go_on_in_private(self, house):
        house.forbid()
        await mention(house, "why?")
        await house.diary.until(EventName.JOB_STARTED)
        house.advance(CHECK_S)
        house.teller.answer("why?", "Because.")
        await house.world.wait_for(lambda: house.reading("Because."))
        assert [m.text for m in house.world.direct_messages("Ben")] == ["Because."]
        assert (await house.job()).state is State.COMPLETED
