"""Commands take whatever people type, and end in a sentence whatever goes wrong."""

import asyncio
import logging
import re

import pytest

from bot.jobs.chat import Question
from bot.queue.errors import StoreUnavailable
from bot.queue.events import EventName
from cogs import queue
from tests.delivery.admins import THERE, says
from tests.delivery.house import GUARD_S

HOSTILE = {
    "6,000 characters": "word " * 1200,
    "only emoji": "👩‍👩‍👧" * 200,
    "right to left": "\u202eمرحبا\u202c",
    "everyone": "@everyone @here <@&1>",
    "code fences": "```py\nprint('```')\n``````",
    "null bytes": "a\x00b\x00",
    "markdown": "**[link](https://example.org)** ||spoiler|| <t:0:R>",
}


class TestChat:
    @pytest.mark.parametrize("question", HOSTILE.values(), ids=HOSTILE.keys())
    async def test_takes_any_text_and_brings_it_back_unharmed(self, house, question):
        interaction = await house.accepted(question[:6000])
        job = await house.job()
        text = Question.model_validate_json(job.payload).text
        assert text == question.replace("\x00", "").strip()

        house.teller.answer(text, question)
        await house.diary.until(EventName.JOB_COMPLETED)
        await house.bring()
        shown = interaction.original
        assert shown.content or shown.attachments
        assert not shown.embeds
        assert not [m for m in house.world.messages("general") if m.pinged or m.pinged_everyone]

    @pytest.mark.parametrize("question", [" ", "\x00", "\n\t "])
    async def test_of_nothing_gets_a_sentence_for_its_person_alone(self, house, question):
        interaction = await house.asked(question)
        assert "Write a question and try again." in interaction.original.text
        assert interaction.original.ephemeral
        assert await house.jobs() == []

    async def test_passes_the_model_on(self, house):
        await house.accepted("why?", model="small-1")
        assert Question.model_validate_json((await house.job()).payload).model == "small-1"


class TestQueueStatus:
    async def test_shows_the_line_and_ones_own_places_to_the_person_alone(self, build):
        house = await build(slots=1)
        for question in ("first?", "second?", "third?"):
            await house.accepted(question)
        await house.diary.until(EventName.JOB_STARTED)
        asked = await house.world.slash("Ben", "general", "queue status")
        shown = (await house.world.answered(asked)).original

        assert shown.ephemeral
        assert "**chat** · 2 waiting · 1 of 1 running" in shown.text
        assert "🟢 running" in shown.text
        assert [own in shown.text for own in ("· running", "· next", "· 1 ahead")] == [True] * 3

    async def test_shows_nobody_elses_jobs(self, house):
        await house.accepted("why?")
        asked = await house.world.slash("Cleo", "general", "queue status")
        shown = (await house.world.answered(asked)).original
        assert "You have nothing in the queue." in shown.text
        assert (await house.job()).id not in shown.text

    async def test_shows_nothing_of_another_server(self, in_two):
        await in_two.accepted("why?", channel=THERE)
        here = await says(in_two, "queue status", by="Ben")
        assert "You have nothing in the queue." in here
        assert (await in_two.job()).id in await says(in_two, "queue status", by="Ben", where=THERE)

    async def test_is_promised_first_where_the_store_takes_its_time(self, house, monkeypatch):
        asked_store, may_answer = asyncio.Event(), asyncio.Event()
        stats = house.store.stats

        async def slow():
            asked_store.set()
            await may_answer.wait()
            return await stats()

        monkeypatch.setattr(house.store, "stats", slow)
        monkeypatch.setattr(queue, "PATIENCE_S", 0.0)
        asked = await house.world.slash("Ben", "general", "queue status")
        await asyncio.wait_for(asked_store.wait(), GUARD_S)
        shown = (await house.world.answered(asked)).original
        assert shown.loading
        assert shown.ephemeral
        may_answer.set()
        assert "🟢 running" in (await house.sees(shown, "running")).text


class TestAFault:
    @pytest.mark.parametrize("fault", [StoreUnavailable("away"), ZeroDivisionError("a bug")])
    async def test_ends_in_a_sentence_with_a_reference_that_the_log_knows(
        self, house, monkeypatch, caplog, fault
    ):
        async def broken(*_):
            raise fault

        monkeypatch.setattr(house.queue, "status", broken)
        asked = await house.world.slash("Ben", "general", "queue status")
        shown = (await house.world.answered(asked)).original

        assert shown.ephemeral
        reference = re.search(r"`(\w{26})`", shown.text)[1]
        (line,) = [r for r in caplog.records if reference in r.getMessage()]
        assert line.levelno == logging.ERROR
        assert line.exc_info
        assert str(fault) not in shown.text
