"""The edit budget before a Discord that refuses: it learns, and never waits out a refusal."""

import asyncio

import pytest

from bot.delivery.budget.channel_pace import Assumed
from bot.delivery.budget.discord_limits import Answer, Call, KnownLimits, Way
from bot.delivery.budget.edit_budget import PATIENCE_S, EditBudget
from bot.delivery.discord_calls import NotNow
from bot.queue.deliveries import DeliveryState
from bot.queue.events import EventName
from tests.delivery.house import TOKEN_DEAD_S
from tests.delivery.test_progress import INTERVAL_S, Shown, hours, in_jumping_time

LIVE_EDIT, CHANNEL_EDIT = "PATCH *@original", "PATCH /channels/*"
A_WHILE_S = 600
"""Longer than a test may wait."""


class TestALiveEditThatDiscordRefuses:
    async def test_is_shown_when_its_channel_may_be_used_again(self, house):
        interaction = await house.accepted("why?")
        house.world.troubles.fail(LIVE_EDIT, 429, retry_after_s=1)
        house.teller.say("why?", "Half")
        assert (await house.sees(interaction.original, "Half")).components

    @pytest.mark.parametrize("token", ["lives", "dead"])
    async def test_is_not_waited_out_by_the_final_edit_which_comes_at_its_time(self, house, token):
        await house.accepted("why?")
        pattern = LIVE_EDIT
        if token == "dead":
            house.advance(TOKEN_DEAD_S)
            pattern = CHANNEL_EDIT
        rule = house.world.troubles.fail(pattern, 429, retry_after_s=A_WHILE_S)
        house.teller.say("why?", "Half")
        await house.world.wait_for(lambda: rule.hits)
        house.teller.answer("why?", " and whole.")
        await house.diary.until(EventName.JOB_COMPLETED)
        await house.bring()

        delivery = await house.delivery()
        assert (delivery.state, delivery.attempt) == (DeliveryState.DUE, 1)
        assert A_WHILE_S - 10 < delivery.due_at - house.offset() <= A_WHILE_S + 1
        house.budget.limits = KnownLimits()  # as if that time had passed
        house.advance(A_WHILE_S)
        await house.bring()
        assert len(house.reading("Half and whole.")) == 1

    async def test_is_heard_of_and_counted(self, house):
        await house.accepted("why?")
        house.world.troubles.fail(LIVE_EDIT, 403)
        house.teller.say("why?", "Half")
        house.teller.answer("why?", " and whole.")
        await house.diary.until(EventName.JOB_COMPLETED)
        await house.bring()
        now = asyncio.get_running_loop().time()
        assert house.budget.limits.invalid_requests(now) == len(house.world.invalid_requests)


@in_jumping_time
async def test_tickets_of_one_channel_share_its_limit_and_are_refreshed_in_turn():
    budget = EditBudget(INTERVAL_S, KnownLimits(Assumed(calls=30, window_s=60, burst=1)))
    shown, began = Shown(), asyncio.get_running_loop().time()
    for number in range(8):
        way = Way(1, f"token {number}")

        async def edit(way=way, number=number) -> None:
            budget._began(Call(way.key, by_bot=False))
            await shown(str(number))()
            budget._ended(Call(way.key, by_bot=False), Answer(200))

        budget.submit(str(number), edit, way)
    await hours()
    times = [at - began for at, _ in shown.edits]
    assert shown.texts == list("01234567")
    assert times == pytest.approx([INTERVAL_S + n * 60 / 22 for n in range(8)])


@in_jumping_time
async def test_tickets_of_one_job_are_shown_one_by_one_and_closed_together():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    for part in ("mine", "yours"):
        budget.submit("job", shown(part), Way(1, part), part)
    await asyncio.sleep(INTERVAL_S + 1)
    assert shown.texts == ["mine", "yours"]
    for part in ("mine", "yours"):
        budget.submit("job", shown(f"{part} again"), Way(1, part), part)
    await budget.close("job")
    await hours()
    assert shown.texts == ["mine", "yours"]


@in_jumping_time
async def test_a_turn_comes_at_once_until_the_channel_is_full():
    budget = EditBudget(INTERVAL_S, KnownLimits(Assumed(calls=3, window_s=60)))
    for number in range(3):
        await budget.turn(Way(1, f"token {number}"))
    assert asyncio.get_running_loop().time() == 0

    with pytest.raises(NotNow) as caught:
        await budget.turn(Way(1, "one too many"))
    assert caught.value.after_s == pytest.approx(60)
    await asyncio.sleep(60 - PATIENCE_S)
    await budget.turn(Way(1, "one too many"))
    assert asyncio.get_running_loop().time() == pytest.approx(60)


@in_jumping_time
async def test_nobody_s_turn_comes_in_a_channel_that_is_closed():
    budget, shown = EditBudget(INTERVAL_S), Shown()
    way = Way(1, "token")
    budget.limits.meet("token", 1, 0)
    budget._ended(Call("token", by_bot=False), Answer(429, "shared", retry_after_s=40))
    budget.submit("ticket", shown("live"), way)
    with pytest.raises(NotNow):
        await budget.turn(way)
    await hours()
    assert shown.edits == [(40, "live")]


@in_jumping_time
async def test_a_live_turn_that_came_too_late_is_given_back():
    budget, asked = EditBudget(INTERVAL_S), Shown()
    asked.go_on.clear()
    showing = asyncio.create_task(budget.now("ticket", asked("asked for")))
    await asked.begun.wait()
    budget.submit("ticket", Shown()("late"), Way(1, "token"))
    await asyncio.sleep(INTERVAL_S + 1)
    assert budget.limits._booked

    closing = asyncio.create_task(budget.close("ticket"))
    await asyncio.sleep(1)
    asked.go_on.set()
    await asyncio.gather(showing, closing)
    await hours()
    assert budget.limits._booked == {}
