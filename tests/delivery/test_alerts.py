"""What fails in a server is told once in the channel that its administrators chose; no pings."""

import asyncio

import pytest

from bot.delivery.administration.alerts import SCOPE
from bot.delivery.administration.failed_jobs import failed_in
from bot.delivery.undelivered import book_of
from bot.queue.errors import JobError, StoreUnavailable
from bot.queue.events import EventName
from tests.delivery.admins import HERE, THERE, audit, says
from tests.delivery.house import House

FAULT = JobError("The model is @everyone away.", retryable=False)

POST = "POST /channels/*/messages"


async def chosen(house, channel="art") -> None:
    """Alerts go there from now on."""
    text = await says(house, "setup alerts", channel=channel)
    assert "is told in" in text
    assert "From now on I tell here" in house.texts(channel)[0]


async def fails(house, question: str, **options) -> str:
    """Ask for something that fails; the job's id, when its alert is written."""
    await house.accepted(question, **options)
    job = await house.job()
    house.teller.fail(question, FAULT)
    await house.diary.until(EventName.JOB_FAILED, job.id)
    await house.alerts.failed.written()
    return job.id


def alerts(house, channel="art") -> list[str]:
    """All that was told since the channel was chosen, newest last."""
    return [text for text in house.texts(channel) if "This needs a look" in text]


class TestAFailure:
    async def test_is_told_once_and_pings_nobody(self, house):
        await chosen(house)
        job = await fails(house, "why?")
        await house.alerts.tell()
        await house.alerts.tell()
        (text,) = alerts(house)
        assert "**chat** was given up" in text
        assert f"<@{house.world.person('Ben').id}>" in text
        assert "away." in text
        assert job in text
        assert not [m for m in house.world.messages("art") if m.pinged or m.pinged_everyone]

    async def test_of_something_private_says_nothing_of_it(self, house):
        await chosen(house)
        job = await fails(house, "why?", private=True)
        await house.alerts.tell()
        (text,) = alerts(house)
        assert job in text
        assert "away" not in text

    async def test_comes_with_others_in_one_message(self, house):
        await chosen(house)
        for n in range(12):
            await fails(house, f"{n}?")
        await house.alerts.tell()
        (text,) = alerts(house)
        assert text.count("was given up") == 10
        assert "… and 2 more" in text

    async def test_before_the_channel_was_chosen_is_not_told(self, house):
        await fails(house, "why?")
        await chosen(house)
        await house.alerts.tell()
        assert alerts(house) == []

    async def test_of_another_server_is_not_told_here(self, build, elsewhere):
        house = await build()
        await chosen(house)
        await fails(house, "why?", channel=THERE)
        await house.alerts.tell()
        assert alerts(house) == []
        assert [e.text for e in await house.store.entries(failed_in(int(elsewhere.id)))]

    async def test_is_told_by_whoever_comes_after_a_restart_and_not_again(self, build):
        house = await build(durable=True)
        await chosen(house)
        job = await fails(house, "why?")
        await house.close()
        later: House = await build(durable=True)
        await later.alerts.catch_up(later.offset())
        await later.alerts.tell()
        await later.close()
        last: House = await build(durable=True)
        await last.alerts.tell()
        (text,) = alerts(last)
        assert job in text

    async def test_whose_process_died_before_it_was_written_is_told_by_the_next_one(
        self, build, monkeypatch
    ):
        async def dead(*_):
            raise StoreUnavailable("the process is gone")

        house = await build(durable=True)
        await chosen(house)
        written = await fails(house, "first?")
        monkeypatch.setattr(house.store, "record", dead)
        unwritten = await fails(house, "second?")
        await house.close()

        monkeypatch.setattr("bot.delivery.administration.alerts.GATHER_S", 0)
        later: House = await build(durable=True)
        duty = asyncio.create_task(later.alerts.run())
        await later.world.wait_for(lambda: alerts(later))
        duty.cancel()
        await later.alerts.catch_up(later.offset())
        await later.alerts.tell()
        (text,) = alerts(later)
        assert text.count(written) == text.count(unwritten) == 1

    async def test_that_was_told_as_the_process_died_is_not_told_again(self, house, monkeypatch):
        await chosen(house)
        job = await fails(house, "why?")
        posted = house.calls.post

        async def die_after(*args, **options):
            await posted(*args, **options)
            raise asyncio.CancelledError

        with monkeypatch.context() as dying:
            dying.setattr(house.calls, "post", die_after)
            with pytest.raises(asyncio.CancelledError):
                await house.alerts.tell()
        another = await fails(house, "again?")
        await house.alerts.tell()
        await house.alerts.tell()
        first, second = alerts(house)
        assert job in first
        assert another in second
        assert job not in second


class TestNewsThatReachedNobody:
    async def test_and_dead_webhooks_are_told(self, house):
        await chosen(house)
        guild = int(house.world.guild.id)
        line = (
            '{"outcome": "given up", "job": "01M80X58558CDRDYF2WZMFBCV6", "kind": "chat",'
            ' "user": 7, "reason": "50007: closed"}'
        )
        await house.store.record(book_of(guild), line)
        await house.store.record(f"alerts {guild}", "The webhook at example.org is gone.")
        await house.alerts.tell()
        (text,) = alerts(house)
        assert "The news of **chat** could not be brought · <@7> · 50007: closed" in text
        assert "• The webhook at example.org is gone." in text

    async def test_that_another_version_wrote_does_not_stop_the_rest(self, house):
        await chosen(house)
        await house.store.record(failed_in(int(house.world.guild.id)), "{}")
        job = await fails(house, "why?")
        await house.alerts.tell()
        (text,) = alerts(house)
        assert "another version" in text
        assert job in text


class TestTheChannel:
    async def test_that_may_not_be_written_in_is_refused_and_not_kept(self, house):
        house.forbid(channel="art")
        text = await says(house, "setup alerts", channel="art")
        assert "Discord does not let me do this here" in text
        assert await house.store.notes(SCOPE) == {}

    async def test_is_told_and_turned_off(self, house):
        assert "Nobody is told of failures" in await says(house, "setup alerts")
        await chosen(house)
        channel = house.world.channel("art").id
        assert f"<#{channel}>" in await says(house, "setup alerts")
        assert "nobody is told of failures" in await says(house, "setup alerts", off=True)
        await fails(house, "why?")
        await house.alerts.tell()
        assert alerts(house) == []
        assert f"chose where alerts go: <#{channel}>" in (await audit(house)).replace("\\", "")

    async def test_that_is_closed_later_is_asked_no_more(self, house, caplog):
        await chosen(house)
        house.forbid(channel="art")
        await fails(house, "why?")
        await house.alerts.tell()
        assert await house.store.notes(SCOPE) == {}
        assert "hears no more alerts" in caplog.text

    async def test_that_is_busy_is_tried_again(self, house):
        await chosen(house)
        job = await fails(house, "why?")
        house.world.troubles.fail(POST, 503)
        await house.alerts.tell()
        assert alerts(house) == []
        await house.alerts.tell()
        (text,) = alerts(house)
        assert job in text

    async def test_is_not_a_member_s_to_choose(self, house):
        asked = await house.world.slash("Ben", HERE, "setup alerts", channel="art")
        await house.world.answered(asked)
        assert "Only administrators" in asked.original.text
        assert await house.store.notes(SCOPE) == {}

    async def test_set_in_an_unknown_way_is_no_fault(self, house, caplog):
        await house.store.note(SCOPE, house.world.guild.id, "{}")
        await house.alerts.tell()
        assert "cannot read" in caplog.text
