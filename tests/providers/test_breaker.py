"""A provider that fails again and again is left alone, for longer each time, and asked by one."""

import asyncio

import pytest

from bot.providers.breaker import Breaker, Resting, Rests
from bot.providers.errors import ProviderError
from bot.queue.testing import ManualClock

RESTS = Rests(failures=3, first_s=10, longest_s=35)


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def breaker(clock):
    return Breaker(RESTS, clock)


def error(category="unavailable"):
    return ProviderError("The server is away.", retryable=True, category=category)


async def fail(breaker, category="unavailable", times=1):
    for _ in range(times):
        with pytest.raises(ProviderError):
            async with breaker.call():
                raise error(category)


async def succeed(breaker):
    async with breaker.call():
        pass


async def refused(breaker) -> Resting:
    """Nobody may ask; how they are told."""
    with pytest.raises(Resting) as caught:
        async with breaker.call():
            pytest.fail("somebody asked")
    return caught.value


@pytest.mark.parametrize("category", ["unavailable", "timeout"])
async def test_it_rests_after_so_many_failures_in_a_row(breaker, category):
    await fail(breaker, category, times=2)
    await succeed(breaker)
    await fail(breaker, category, times=2)
    assert breaker.rest_s is None
    await fail(breaker, category)
    assert breaker.rest_s == 10
    assert str(await refused(breaker)) == "The server is away."


@pytest.mark.parametrize("category", ["rate_limit", "protocol", "empty"])
async def test_what_may_be_the_questions_fault_counts_neither_way(breaker, category):
    await fail(breaker, category, times=10)
    assert breaker.rest_s is None
    await fail(breaker, times=2)
    await fail(breaker, category)
    await fail(breaker)
    assert breaker.rest_s == 10


@pytest.mark.parametrize("category", ["rejected", "too_long", "not_found", "authentication"])
async def test_a_refusal_shows_that_it_works(breaker, category):
    await fail(breaker, times=2)
    await fail(breaker, category)
    await fail(breaker, times=2)
    assert breaker.rest_s is None


async def test_all_who_wait_come_back_when_the_rest_is_over(breaker, clock):
    await fail(breaker, times=3)
    clock.forward(4)
    assert [(await refused(breaker)).retry_after_s for _ in range(3)] == [6, 6, 6]


class TestWhenTheRestIsOver:
    """One asks for all, and the others wait for what becomes of it."""

    @pytest.fixture(autouse=True)
    async def rested(self, breaker, clock):
        await fail(breaker, times=3)
        clock.forward(10)

    @pytest.fixture
    def asked(self):
        return []

    @pytest.fixture
    async def waiting(self, breaker, asked):
        """Three more, begun as soon as they are created."""

        async def ask(number):
            async with breaker.call():
                asked.append(number)

        tasks = []

        async def begin():
            tasks.extend([asyncio.create_task(ask(number)) for number in range(3)])
            await asyncio.sleep(0)
            assert not asked
            return tasks

        yield begin
        await asyncio.gather(*tasks, return_exceptions=True)

    async def test_they_ask_in_their_order_as_soon_as_it_is_answered(self, breaker, asked, waiting):
        async with breaker.call() as call:
            tasks = await waiting()
            call.answering()
            await asyncio.gather(*tasks)
        assert asked == [0, 1, 2]
        assert breaker.rest_s is None

    async def test_they_come_back_later_if_it_fails(self, breaker, asked, waiting):
        await (call := breaker.call()).__aenter__()
        tasks = await waiting()
        with pytest.raises(Resting):
            await call.__aexit__(ProviderError, error(), None)
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert ([type(end) for end in ends], asked) == ([Resting] * 3, [])
        assert {end.retry_after_s for end in ends} == {20}

    async def test_the_next_one_asks_for_all_if_it_goes_away(self, breaker, asked, waiting):
        await (call := breaker.call()).__aenter__()
        tasks = await waiting()
        await call.__aexit__(ZeroDivisionError, ZeroDivisionError(), None)
        await asyncio.gather(*tasks)
        assert asked == [0, 1, 2]
        assert breaker.rest_s is None


async def test_whoever_asked_for_all_in_vain_is_told_to_come_back_and_the_rests_grow(
    breaker, clock
):
    await fail(breaker, times=3)
    for rest_s in (20, 35, 35):
        clock.forward(breaker.rest_s)
        with pytest.raises(Resting) as caught:
            async with breaker.call():
                raise error()
        assert caught.value.retry_after_s == rest_s
        assert breaker.rest_s == rest_s
    clock.forward(35)
    await succeed(breaker)
    await fail(breaker, times=3)
    assert breaker.rest_s == 10


async def test_the_beginning_of_an_answer_lets_all_ask_but_is_trusted_little(breaker, clock):
    await fail(breaker, times=3)
    clock.forward(10)
    trial = breaker.call()
    (await trial.__aenter__()).answering()
    assert breaker.rest_s is None
    with pytest.raises(Resting):
        await trial.__aexit__(ProviderError, error(), None)
    assert breaker.rest_s == 20


async def test_until_an_answer_is_whole_a_single_failure_begins_the_next_rest(breaker, clock):
    await fail(breaker, times=3)
    clock.forward(10)
    async with breaker.call() as call:
        call.answering()
        await fail(breaker)
    assert breaker.rest_s == 20


async def test_what_was_asked_before_the_rest_says_nothing_of_it(breaker):
    async with breaker.call() as old:
        await fail(breaker, times=3)
        old.answering()
    assert breaker.rest_s == 10
    with pytest.raises(Resting):
        await succeed(breaker)


async def test_a_crowd_that_fails_together_makes_one_rest(breaker):
    calls = [breaker.call() for _ in range(8)]
    for call in calls:
        await call.__aenter__()
    for call in calls:
        await call.__aexit__(ProviderError, error(), None)
    assert breaker.rest_s == 10


async def test_a_long_trouble_can_be_counted(breaker, clock):
    await fail(breaker, times=3)
    for _ in range(2000):
        clock.forward(35)
        await fail(breaker)
    assert breaker.rest_s == 35
