"""What the app starts beside the client does not end unseen."""

import asyncio
import logging

from bot.app import duty_of


async def broken() -> None:
    raise ZeroDivisionError("a bug")


async def endless() -> None:
    await asyncio.Event().wait()


async def test_a_duty_that_breaks_is_shown_whole_in_the_log_at_once(caplog):
    duty = duty_of(broken())
    await asyncio.wait([duty])
    await asyncio.sleep(0)
    (line,) = [one for one in caplog.records if one.levelno == logging.CRITICAL]
    assert "broken" in line.getMessage()
    assert isinstance(line.exc_info[1], ZeroDivisionError)


async def test_one_that_is_ended_is_no_news(caplog):
    duty = duty_of(endless())
    await asyncio.sleep(0)
    duty.cancel()
    await asyncio.wait([duty])
    await asyncio.sleep(0)
    assert caplog.records == []
