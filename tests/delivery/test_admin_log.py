"""Administrators read who did what, and what is known of a failure."""

import json
import logging

from bot.delivery.administration.audit import book_of
from bot.delivery.failures.book import Asked
from bot.queue.errors import StoreUnavailable
from bot.queue.states import State
from bot.queue.store.base import JobFilter
from tests.delivery.admins import HERE, THERE, audit, does, presses, says, waiting
from tests.delivery.test_failing import reference
from tests.delivery.test_failing import told as refused
from tests.delivery.test_tickets import person


async def failed(house, monkeypatch) -> str:
    """Let a command of Ben's fail; its reference, once that is written down."""

    async def broken(*_):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(house.queue, "status", broken)
    asked = await house.world.slash("Ben", HERE, "queue status")
    known = reference(await refused(house, asked))
    await house.book.kept(int(house.world.guild.id), known)
    return known


class TestTheLog:
    async def test_of_deeds_is_turned(self, idle):
        (job,) = await waiting(idle, "why?")
        for n in range(12):
            await says(idle, "admin task priority", id=job, priority="low", reason=f"no. {n}.")
        shown = await does(idle, "admin log audit")
        assert "no. 11." in shown.original.text.replace("\\", "")
        assert "no. 1." not in shown.original.text.replace("\\", "")
        text = (await presses(idle, shown, "Older")).replace("\\", "")
        assert "no. 1." in text
        assert "no. 11." not in text
        assert "no. 11." in (await presses(idle, shown, "Newest")).replace("\\", "")

    async def test_of_deeds_says_what_was_said_letter_by_letter(self, idle):
        await says(idle, "admin chat prompt", text="Answer in CAPITALS, Ada")
        (job,) = await waiting(idle, "why?")
        await says(idle, "admin task priority", id=job, priority="low")
        told = await audit(idle)
        assert "told the model first: “Answer in CAPITALS, Ada”" in told
        assert "low priority" in told

    async def test_of_failures_tells_what_failed_without_a_trace(self, idle, monkeypatch):
        known = await failed(idle, monkeypatch)
        text = await says(idle, "admin log error", id=f" `{known.lower()}` ")
        assert "ZeroDivisionError" in text
        assert "/queue status" in text
        assert f"<@{idle.world.person('Ben').id}>" in text
        assert "a bug" not in text
        assert "Traceback" not in text
        assert known in await says(idle, "admin log error")

    async def test_of_failures_knows_none_of_another_server(self, in_two, monkeypatch):
        known = await failed(in_two, monkeypatch)
        assert known in await says(in_two, "admin log error", id=known)
        text = await says(in_two, "admin log error", id=known, by="Cleo", where=THERE)
        assert "I know of no failure with this reference" in text
        assert known not in await says(in_two, "admin log error", by="Cleo", where=THERE)

    async def test_of_failures_in_private_is_for_owners(self, build, world):
        house = await build(working=False, owners=frozenset({int(world.person("Ada").id)}))
        failure, _ = house.book.note(ZeroDivisionError(), Asked("/chat", 7, None))
        await house.book.keep(failure)
        for options in ({}, {"id": failure.id}):
            told = await says(house, "admin log error", **options)
            assert failure.id in told
            assert "/chat in a private message" in told

    async def test_of_failures_in_private_is_for_nobody_else(self, idle):
        failure, _ = idle.book.note(ZeroDivisionError(), Asked("/chat", 7, None))
        await idle.book.keep(failure)
        assert failure.id not in await says(idle, "admin log error")
        assert "I know of no failure" in await says(idle, "admin log error", id=failure.id)

    async def test_of_deeds_has_those_that_a_newer_version_did(self, idle):
        ada, guild = idle.world.person("Ada").id, int(idle.world.guild.id)
        line = {"by": int(ada), "deed": "sang", "on": "a song", "verses": 3}
        await idle.store.record(book_of(guild), json.dumps(line))
        told = await audit(idle)
        assert f"<@{ada}> did something that this version of the bot does not know: a song" in told

    async def test_says_that_the_store_is_away(self, idle, monkeypatch):
        async def away(*_):
            raise StoreUnavailable("away")

        monkeypatch.setattr(idle.store, "entries", away)
        text = await audit(idle)
        assert text.startswith("The database could not be used")

    async def test_has_what_an_administrator_did_to_somebody_s_ticket(self, idle):
        (mine,), (theirs,) = (
            await waiting(idle, "mine?", user="Ada"),
            await waiting(idle, "theirs?"),
        )
        ada = person(idle, "Ada", administrator=True)
        await idle.services.actions.cancel(ada, mine)
        await presses(idle, await does(idle, "cancel_task", id=theirs), "Confirm")
        for job in (mine, theirs):
            await idle.services.actions.retry(ada, job)
        told = await audit(idle)
        assert f"cancelled {theirs}" in told
        assert f"retried {theirs}" in told
        assert mine not in told

    async def test_that_cannot_be_written_undoes_nothing(self, idle, monkeypatch, caplog):
        async def away(*_):
            raise StoreUnavailable("away")

        (job,) = await waiting(idle, "why?", user="Ada")
        monkeypatch.setattr(idle.store, "record", away)
        with caplog.at_level(logging.INFO):
            assert "is cancelled." in await says(idle, "admin task cancel", id=job)
        assert f"cancelled {job}" in caplog.text
        assert len(await idle.queue.find(JobFilter(states=frozenset({State.CANCELLED})))) == 1
