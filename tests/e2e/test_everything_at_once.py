"""Two hundred questions while everything goes wrong at once: each ends once, or with its reason."""

from random import Random

import pytest

from tests.e2e.misfortunes import MISFORTUNES, OPEN, Case
from tests.e2e.stage import stage

JOBS = "SELECT count(*) FROM job"
NEVER_SEEN = "the person never saw a ticket"
PLACES = {"ticket": {"ticket", "channel"}, "channel": {"channel"}, "direct": {"direct"}}
PLACES["unheard"] = PLACES["channel"]
"""Where it may be seen. A ticket whose id was lost with Discord's answer cannot be edited when its
token dies, so a message is posted; and who can say no more what a dead token showed, must answer.
"""

SEED = 42
QUESTIONS = 200
AT_ONCE = 100

SETTINGS = {"QUEUE_CONCURRENCY": "chat:100"}
FAILING = 0.2
HANGING_S = 1.0
CONNECTIONS_LAST_S = 3.0


@pytest.mark.long
async def test_every_question_ends_in_one_answer_or_in_one_reason(tmp_path):
    async with stage(tmp_path, rate_limits=False, **SETTINGS) as running:
        everything_goes_wrong(running)
        cases = crowd(running)
        await all_ask(running, cases)
        promised = [case for case in cases if case.ticket.original is not None]
        for case in promised:
            case.strike()
        running.chat.open()
        await nobody_is_owed_anything(running)
        assert await running.bot.stop() == 0
        assert running.rows(JOBS) == [(QUESTIONS,)]
        assert len(promised) > QUESTIONS / 2
        for case in cases:
            judge(case)


def everything_goes_wrong(running):
    running.chat.closed = True
    troubles = running.world.troubles
    troubles.storm(FAILING, SEED, hang_s=HANGING_S)
    troubles.drop_gateway_every(CONNECTIONS_LAST_S)
    troubles.duplicate_events()
    troubles.replayed = 10


def crowd(running):
    lucky, *unlucky = MISFORTUNES
    every = [lucky, *unlucky] + [lucky] * (QUESTIONS // 2)
    dice = Random(SEED)
    every += dice.choices(unlucky, k=QUESTIONS - len(every))
    dice.shuffle(every)
    return [Case(running, misfortune) for misfortune in every]


async def all_ask(running, cases):
    world = running.world
    for start in range(0, QUESTIONS, AT_ONCE):
        await world.wait_for(lambda: world.ready_sessions, 20)
        some = cases[start : start + AT_ONCE]
        for case in some:
            await case.ask()
        await world.wait_for(
            lambda some=some: all(case.ticket.state != "waiting" for case in some), 20
        )


async def nobody_is_owed_anything(running):
    """Looks at the store after each thing that happens; while the gateway flaps, something does."""
    log = running.world.log
    while running.rows(OPEN):
        newest = log.last(1)
        await running.world.wait_for(lambda newest=newest: log.last(1) != newest, 20)


def judge(case):
    answers, deliveries = case.answers(), case.deliveries()
    print(case.question, deliveries)
    ((state, note),) = deliveries
    if note == NEVER_SEEN:
        assert case.ticket.original_id is None
        assert case.everything_said() == []
    elif case.misfortune.where == "nowhere":
        assert case.misfortune.reason in case.reasons()
        assert answers == []
    else:
        assert state == "DELIVERED"
        assert case.ticket.original_id is not None or case.misfortune.where == "unheard"
        (place,) = [case.place_of(answer) for answer in answers]
        assert place in PLACES[case.misfortune.where]
