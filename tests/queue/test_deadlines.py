"""Each run is late once, when its own time is over, however many share the timer."""

import asyncio

import pytest

from bot.queue.deadlines import Deadlines

GUARD_S = 10


class Late(list[str]):
    """Who was told, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = asyncio.Event()

    def tell(self, run: str) -> None:
        self.append(run)
        self.changed.set()

    async def until(self, *runs: str) -> None:
        async with asyncio.timeout(GUARD_S):
            while self != list(runs):
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def late():
    return Late()


@pytest.fixture
async def deadlines(late):
    return Deadlines(late.tell)


async def test_whose_time_ends_first_is_told_first_whoever_began_first(deadlines, late):
    deadlines.began("for a minute", 60)
    deadlines.began("long", 0.05)
    deadlines.began("short", 0.01)
    deadlines.began("long, too", 0.05)
    await late.until("short", "long", "long, too")


async def test_what_has_ended_is_not_told_and_what_began_after_it_is(deadlines, late):
    deadlines.began("in time", 0.01)
    deadlines.began("late", 0.02)
    deadlines.ended("in time", 0.01)
    await late.until("late")
    deadlines.began("later", 0.01)
    await late.until("late", "later")


async def test_an_end_that_comes_too_late_changes_nothing(deadlines, late):
    deadlines.began("late", 0.01)
    await late.until("late")
    deadlines.ended("late", 0.01)
    deadlines.began("another", 0.01)
    await late.until("late", "another")


async def test_a_time_that_is_over_at_once_is_told_on_the_loop(deadlines, late):
    deadlines.began("no time", 0)
    assert late == []
    await late.until("no time")
