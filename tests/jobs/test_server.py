"""What Discord's being away does to a run: it comes again, and is told why."""

import aiohttp
import discord
import pytest

from bot.jobs.server import asking_discord
from bot.queue.errors import JobError, Snooze


async def test_a_limit_that_lasts_is_waited_for_without_an_attempt():
    with pytest.raises(Snooze) as snoozed, asking_discord():
        raise discord.RateLimited(77.0)
    assert snoozed.value.delay_s == 77


@pytest.mark.parametrize("away", [OSError(), TimeoutError(), aiohttp.ServerDisconnectedError()])
async def test_who_asks_while_discord_is_away_is_tried_again(away):
    with pytest.raises(JobError, match="cannot be reached") as failed, asking_discord():
        raise away
    assert failed.value.retryable


async def test_what_is_no_fault_of_discord_s_is_not_hidden():
    with pytest.raises(ZeroDivisionError), asking_discord():
        raise ZeroDivisionError
