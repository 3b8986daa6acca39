"""The main promise: whoever saw a ticket gets exactly one answer, whenever the bot is killed."""

from random import Random

from tests.e2e.chat_server import answer_to
from tests.e2e.crowd import NEVER_ANSWERED, Crowd
from tests.e2e.misfortunes import all_settled
from tests.e2e.stage import stage

SEED = 42

JOBS = "SELECT state, attempt FROM job WHERE state <> 'CANCELLED'"
OPEN = "SELECT id, state FROM delivery WHERE state NOT IN ('DELIVERED', 'ABANDONED')"


async def before_the_ticket_is_sent(crowd):
    ticket = crowd.stage.world.troubles.hold("callback")
    question = await crowd.ask(NEVER_ANSWERED)
    await ticket.reached()
    assert crowd.state(question)


async def before_the_ticket_is_known_to_be_seen(crowd):
    ticket = crowd.stage.world.troubles.hold("callback", answered=True)
    await crowd.ask()
    await ticket.reached()


async def after_the_ticket_s_confirmation_was_lost(crowd):
    ticket = crowd.stage.world.troubles.lose_answer("callback", times=2)
    question = await crowd.ask("long")
    await crowd.stage.world.wait_for(lambda: ticket.hits == 2)
    await crowd.stage.begun(question)


async def while_it_runs(crowd):
    await crowd.ask_and_see()


async def in_the_middle_of_an_answer(crowd):
    question = await crowd.ask_and_see("halting")
    half = answer_to(question)[: len(answer_to(question)) // 2]
    await crowd.stage.world.wait_for(lambda: crowd.stage.holding(half))


async def before_the_answer_is_shown(crowd, *, answered=False, kind=""):
    question = await crowd.ask_and_see(kind)
    token = crowd.asked[question].token
    final = crowd.stage.world.troubles.hold(f"PATCH *{token}*", answered=answered)
    crowd.stage.chat.let_go(question)
    await final.reached()
    assert crowd.state(question) == "COMPLETED"


async def before_the_answer_is_known_to_be_shown(crowd):
    await before_the_answer_is_shown(crowd, answered=True)


async def before_a_second_message_is_posted(crowd, *, answered=False):
    question = await crowd.ask_and_see("long")
    channel = crowd.asked[question].channel_id
    post = crowd.stage.world.troubles.hold(f"POST /channels/{channel}/messages", answered=answered)
    crowd.stage.chat.let_go(question)
    await post.reached()


async def before_a_second_message_is_known_to_be_posted(crowd):
    await before_a_second_message_is_posted(crowd, answered=True)


async def anywhere(crowd):
    questions = [await crowd.ask(kind) for kind in ("", "long", "", "", "")]
    crowd.stage.chat.let_go(*questions)
    await after_some_events(crowd, questions)


async def after_some_events(crowd, questions):
    log = crowd.stage.world.log
    enough = len(log) + crowd.dice.randrange(2, 30)
    await crowd.stage.world.wait_for(
        lambda: len(log) >= enough or all(crowd.has_answer(one) for one in questions)
    )


async def as_it_starts(crowd):
    log = crowd.stage.world.log
    await crowd.stage.kill()
    seen = len(log)
    await crowd.stage.bot.start()
    enough = seen + crowd.dice.randrange(5, 9)
    await crowd.stage.world.wait_for(lambda: len(log) >= enough)


MOMENTS = [
    before_the_ticket_is_sent,
    before_the_ticket_is_known_to_be_seen,
    after_the_ticket_s_confirmation_was_lost,
    while_it_runs,
    in_the_middle_of_an_answer,
    before_the_answer_is_shown,
    before_the_answer_is_known_to_be_shown,
    before_a_second_message_is_posted,
    before_a_second_message_is_known_to_be_posted,
    anywhere,
    anywhere,
    anywhere,
    as_it_starts,
]


async def test_everybody_who_saw_a_ticket_gets_one_answer_whenever_the_bot_is_killed(tmp_path):
    dice = Random(SEED)
    limits = {"QUEUE_CONCURRENCY": "chat:30", "QUEUE_MAX_LOSSES": "100"}
    async with stage(tmp_path, rate_limits=False, **limits) as running:
        crowd = Crowd(running, dice)
        for moment in dice.sample(MOMENTS, len(MOMENTS)):
            print(f"--- killed {moment.__name__}")
            await moment(crowd)
            await running.kill()
            running.world.troubles.clear()
            crowd.let_some_go()
            await running.start()
        await everybody_has_what_was_promised(crowd)


async def everybody_has_what_was_promised(crowd):
    await crowd.recovered()
    crowd.stage.chat.open()
    await crowd.all_answered()
    await all_settled(crowd.stage)  # who was asked about before a kill is asked about again
    assert await crowd.stage.bot.stop() == 0

    assert len(crowd.asked) >= 30
    assert len(crowd.promised()) >= 12  # those whom the moments in the middle wait for
    assert not any(crowd.was_taken_back(question) for question in crowd.promised())
    for question in crowd.refused():
        assert crowd.asked[question].error
        assert crowd.everything_said_to(question) == []
        if NEVER_ANSWERED in question:
            assert crowd.state(question) == "CANCELLED"
    assert crowd.stage.rows(OPEN) == []
    assert set(crowd.stage.rows(JOBS)) == {("COMPLETED", 1)}
