"""The edit budget, on an event loop whose time jumps to the next timer: no test waits."""

import asyncio
import functools
from itertools import pairwise

import pytest

from bot.delivery.budget.edit_budget import EditBudget
from bot.delivery.discord_calls import NotNow, WayClosed

INTERVAL_S = 2.0


class JumpingLoop(asyncio.SelectorEventLoop):
    """When nothing else can happen, it is the time of the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        timers = [timer.when() for timer in self._scheduled if not timer.cancelled()]
        if timers and not self._ready:
            self._now = max(self._now, min(timers))
        super()._run_once()


def in_jumping_time(test):
    @functools.wraps(test)
    def run() -> None:
        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            runner.run(test())

    del run.__wrapped__  # pytest must not take it for a coroutine
    return run


class Shown:
    """What one ticket showed, and when; an edit can be held up, or refused."""

    def __init__(self) -> None:
        self.edits: list[tuple[float, str]] = []
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.refusal: Exception | None = None

    def __call__(self, text: str):
        async def edit() -> None:
            self.begun.set()
            await self.go_on.wait()
            if self.refusal is not None:
                raise self.refusal
            self.edits.append((asyncio.get_running_loop().time(), text))

        return edit

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.edits]


def hours() -> asyncio.Future[None]:
    """Long enough for everything that will ever happen."""
    return asyncio.sleep(3600)


@in_jumping_time
async def test_of_many_edits_only_the_latest_goes_out():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    for text in "abc":
        budget.submit("ticket", shown(text))
    await hours()
    assert shown.edits == [(INTERVAL_S, "c")]


@in_jumping_time
async def test_no_more_than_one_goes_out_in_an_interval():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    for step in range(100):
        budget.submit("ticket", shown(str(step)))
        await asyncio.sleep(0.1)
    await hours()

    times = [at for at, _ in shown.edits]
    assert all(later - at > INTERVAL_S - 0.001 for at, later in pairwise(times))
    assert len(times) == 5
    assert shown.texts[-1] == "99"


@in_jumping_time
async def test_an_interval_begins_when_the_edit_before_has_arrived():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    shown.go_on.clear()
    budget.submit("ticket", shown("slow"))
    await shown.begun.wait()
    budget.submit("ticket", shown("next"))
    await asyncio.sleep(10)
    shown.go_on.set()
    await hours()
    assert shown.edits == [(INTERVAL_S + 10, "slow"), (INTERVAL_S + 10 + INTERVAL_S, "next")]


@in_jumping_time
async def test_tickets_do_not_wait_for_each_other():
    budget, one, other = EditBudget(INTERVAL_S), Shown(), Shown()
    one.go_on.clear()
    budget.submit("one", one("held up"))
    budget.submit("other", other("at once"))
    await hours()
    assert (one.texts, other.texts) == ([], ["at once"])
    await budget.close("other")
    one.go_on.set()
    await budget.close("one")


@in_jumping_time
async def test_close_drops_what_was_not_sent_yet():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    budget.submit("ticket", shown("never"))
    await budget.close("ticket")
    await hours()
    assert shown.texts == []


@in_jumping_time
async def test_close_waits_for_the_edit_under_way_and_nothing_comes_after_it():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    shown.go_on.clear()
    budget.submit("ticket", shown("under way"))
    await shown.begun.wait()
    budget.submit("ticket", shown("never"))
    closing = asyncio.create_task(budget.close("ticket"))
    await hours()
    assert not closing.done()

    shown.go_on.set()
    await closing
    assert shown.texts == ["under way"]
    await hours()
    assert shown.texts == ["under way"]


@in_jumping_time
async def test_closing_what_was_never_edited_is_no_fault():
    await EditBudget(INTERVAL_S).close("ticket")


@in_jumping_time
async def test_stop_closes_every_ticket():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    budget.submit("one", shown("never"))
    budget.submit("other", shown("never"))
    await budget.stop()
    await hours()
    assert shown.texts == []


@in_jumping_time
async def test_stop_does_not_wait_for_an_answer_that_never_comes():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    shown.go_on.clear()
    budget.submit("ticket", shown("never answered"))
    await shown.begun.wait()
    async with asyncio.timeout(1):
        await budget.stop()


@in_jumping_time
async def test_who_asks_is_shown_at_once_but_in_turn():
    budget, shown, pressed = EditBudget(INTERVAL_S), Shown(), Shown()
    shown.go_on.clear()
    budget.submit("ticket", shown("under way"))
    await shown.begun.wait()
    showing = asyncio.create_task(budget.now("ticket", pressed("asked for")))
    await asyncio.sleep(10)
    assert pressed.texts == []

    shown.go_on.set()
    await showing
    assert shown.texts == ["under way"]
    assert pressed.edits == [(INTERVAL_S + 10, "asked for")]


@in_jumping_time
async def test_who_asks_does_not_use_up_the_budget():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    await budget.now("ticket", shown("asked for"))
    budget.submit("ticket", shown("live"))
    await hours()
    assert shown.edits == [(0, "asked for"), (INTERVAL_S, "live")]


@in_jumping_time
async def test_who_asks_hears_of_a_refusal_and_nothing_is_kept_of_it():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    shown.refusal = NotNow("busy")
    with pytest.raises(NotNow):
        await budget.now("ticket", shown("asked for"))
    assert budget._lanes == {}


@in_jumping_time
async def test_a_refused_edit_is_skipped_and_the_next_one_goes_out():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    shown.refusal = NotNow("busy")
    budget.submit("ticket", shown("skipped"))
    await asyncio.sleep(INTERVAL_S + 0.1)
    shown.refusal = None
    budget.submit("ticket", shown("sent"))
    await hours()
    assert shown.texts == ["sent"]


@in_jumping_time
async def test_an_edit_that_came_at_a_bad_moment_is_tried_again():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    shown.refusal = NotNow("busy")
    budget.submit("ticket", shown("late"))
    await asyncio.sleep(INTERVAL_S + 0.1)
    assert shown.texts == []
    shown.refusal = None
    await hours()
    assert shown.edits == [(2 * INTERVAL_S, "late")]


@in_jumping_time
async def test_a_fault_of_ours_in_one_edit_does_not_end_the_tickets_life():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    shown.refusal = ZeroDivisionError("a bug")
    budget.submit("ticket", shown("broken"))
    await asyncio.sleep(INTERVAL_S + 0.1)
    shown.refusal = None
    budget.submit("ticket", shown("sent"))
    await hours()
    assert shown.texts == ["sent"]


@in_jumping_time
async def test_when_the_way_is_closed_no_live_edit_is_tried_again():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    shown.refusal = WayClosed("the token is dead")
    budget.submit("ticket", shown("refused"))
    await asyncio.sleep(INTERVAL_S + 0.1)
    shown.refusal = None
    budget.submit("ticket", shown("never"))
    await hours()
    assert shown.texts == []


@in_jumping_time
async def test_nothing_is_kept_of_tickets_that_are_still():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    for ticket in range(10):
        budget.submit(str(ticket), shown("once"))
    await hours()
    assert budget._lanes == {}
