"""One misfortune at a time: the answer is seen once, in the best place left, or why not is kept."""

import pytest

from tests.e2e.chat_server import answer_to
from tests.e2e.misfortunes import MISFORTUNES, Case, all_settled, stored

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEEN = [one for one in MISFORTUNES if one.where in {"ticket", "channel", "direct"}]
LOST = [one for one in MISFORTUNES if one.where == "nowhere"]
NEVER_SEEN = "the person never saw a ticket"
(DEAD,) = [one for one in MISFORTUNES if one.where == "unheard"]


@pytest.fixture
def befallen(shared):
    """Ask, let the misfortune happen while the answer is thought of, and then let that come."""

    async def happen(misfortune):
        case = Case(shared, misfortune)
        talk = shared.chat.talk(case.question)
        await case.ask()
        await shared.world.answered(case.ticket)
        await shared.begun(case.question)
        case.strike()
        talk.say(answer_to(case.question))
        talk.end()
        return case

    return happen


@pytest.mark.parametrize("misfortune", SEEN, ids=lambda one: one.name)
async def test_the_answer_is_seen_once_in_the_best_place_left(shared, befallen, misfortune):
    case = await befallen(misfortune)
    await shared.world.wait_for(case.answers)
    await all_settled(shared)
    assert [state for state, _ in case.deliveries()] == ["DELIVERED"]
    (answer,) = case.answers()
    assert case.place_of(answer) == misfortune.where


@pytest.mark.parametrize("misfortune", LOST, ids=lambda one: one.name)
async def test_what_can_reach_nobody_is_kept_with_the_reason(shared, befallen, misfortune):
    case = await befallen(misfortune)
    await all_settled(shared)
    assert misfortune.reason in case.reasons()
    assert case.answers() == []
    assert case.job() == ["COMPLETED"]


async def test_a_command_whose_token_is_dead_on_arrival_is_taken_back(shared):
    case = Case(shared, DEAD)
    shared.chat.talk(case.question)
    await case.ask()
    await shared.world.wait_for(case.refusals)
    await stored(shared, lambda: case.job() == ["CANCELLED"])
    await all_settled(shared)
    assert case.everything_said() == []
    assert case.deliveries() == [("ABANDONED", NEVER_SEEN)]


async def test_what_was_asked_while_the_gateway_was_gone_is_answered_after_the_resume(shared):
    shared.world.troubles.drop_gateway()
    asked = await shared.ask("asked into the gap")
    assert (await shared.ended(asked)).content == answer_to("asked into the gap")
    assert asked.deliveries == 1


async def test_what_a_resume_brings_again_is_not_done_again(shared):
    first = await shared.ask("heard twice")
    await shared.ended(first)
    shared.world.troubles.replayed = 100
    shared.world.troubles.drop_gateway()
    await shared.ended(await shared.ask("after the resume"))
    shared.world.troubles.replayed = 0
    assert first.deliveries == 2
    assert len(shared.holding(answer_to("heard twice"))) == 1
    assert shared.chat.asked["heard twice"] == 1
