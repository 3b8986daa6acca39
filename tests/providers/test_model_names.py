"""The list of models is there at once: an old one rather than none or a late one."""

import asyncio

from bot.providers.errors import ProviderError
from bot.providers.model_names import GOOD_S, ModelNames
from bot.queue.testing import ManualClock

GUARD_S = 10


class Lists:
    """Answers each asking with what the test gives it, in turn."""

    def __init__(self) -> None:
        self.answers: asyncio.Queue[list[str] | Exception] = asyncio.Queue()
        self.asked = 0

    async def models(self):
        self.asked += 1
        answer = await self.answers.get()
        if isinstance(answer, Exception):
            raise answer
        return answer


def names(lists, clock=None, patience_s=GUARD_S):
    return ModelNames(lists, patience_s, clock or ManualClock())


async def settled(known: ModelNames) -> None:
    """The asking that is under way has ended."""
    async with asyncio.timeout(GUARD_S):
        await known._asking


async def test_the_provider_is_asked_once_while_its_list_is_good():
    lists, clock = Lists(), ManualClock()
    known = names(lists, clock)
    lists.answers.put_nowait(["a"])
    assert await known.known() == ["a"]
    clock.forward(GOOD_S - 1)
    assert await known.known() == ["a"]
    clock.forward(1)
    lists.answers.put_nowait(["b"])
    assert await known.known() == ["b"]
    assert lists.asked == 2


async def test_a_name_is_offered_once_and_never_a_blank_one():
    lists = Lists()
    lists.answers.put_nowait(["b", "", "a", " ", "b"])
    assert await names(lists).known() == ["b", "a"]


async def test_all_who_want_to_know_wait_for_one_asking():
    lists = Lists()
    known = names(lists)
    asking = [asyncio.create_task(known.known()) for _ in range(5)]
    lists.answers.put_nowait(["a"])
    async with asyncio.timeout(GUARD_S):
        assert await asyncio.gather(*asking) == [["a"]] * 5
    assert lists.asked == 1


async def test_a_late_list_is_not_waited_for_and_is_there_the_next_time():
    lists, clock = Lists(), ManualClock()
    known = names(lists, clock, patience_s=0)
    async with asyncio.timeout(GUARD_S):
        assert await known.known() == ()
    lists.answers.put_nowait(["a"])
    await settled(known)
    assert await known.known() == ["a"]
    clock.forward(GOOD_S)
    assert await known.known() == ["a"]
    lists.answers.put_nowait(["b"])
    await settled(known)
    assert await known.known() == ["b"]


async def test_a_list_that_cannot_be_had_leaves_the_old_one_and_is_not_asked_for_at_once():
    lists, clock = Lists(), ManualClock()
    known = names(lists, clock)
    lists.answers.put_nowait(["a"])
    await known.known()
    clock.forward(GOOD_S)
    lists.answers.put_nowait(ProviderError("Away.", retryable=True, category="unavailable"))
    assert await known.known() == ["a"]
    assert await known.known() == ["a"]
    assert lists.asked == 2
