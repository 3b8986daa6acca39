"""A person's questions take what they take, once, and no more in a day than they may."""

import asyncio
from dataclasses import replace

import pytest

from bot.jobs.chat import Chat
from bot.jobs.question import Question
from bot.jobs.tokens.accounts import SCOPE
from bot.jobs.tokens.costs import ANSWER_TOKENS
from bot.jobs.tokens.quota import UNHEARD_S, Quota, QuotaReached
from bot.providers.tokens import TOKENS_PER_PICTURE, estimated
from bot.queue.errors import QueueFull
from bot.queue.events import Event, EventName
from bot.queue.states import State
from bot.queue.store.base import JobFilter, Limits
from tests.jobs.tokens.conftest import BEN, CLEO, GUILD, NOON
from tests.queue.watching import TappedStore, on_a_file

NEEDED = estimated("", "", "wait 1") + ANSWER_TOKENS
"""What a question like this is taken to need."""

MIDNIGHT = int(NOON) + 12 * 3600


class Shared(Chat):
    """Who asks the same joins, or is given the answer that is there."""

    joinable = True

    def cache_key(self, request):
        return request.text


class Silent:
    """A store whose notes never come back."""

    def __init__(self, store):
        self.store = store

    async def swap(self, *_):
        await asyncio.Event().wait()


async def refused(counted, text="why?", **options) -> str:
    with pytest.raises(QuotaReached) as caught:
        await counted.ask(text, **options)
    return str(caught.value)


async def test_an_answer_takes_what_the_provider_says(counted):
    chat = await counted(per_day=0)
    await chat.asked()
    await chat.asked("how?", owner=CLEO)
    await chat.asked("when?")
    assert await chat.taken() == {BEN: 140, CLEO: 70}


async def test_where_the_provider_does_not_say_it_is_estimated(counted):
    chat = await counted(per_day=0, tokens=None)
    await chat.asked("why?")
    assert await chat.taken() == {BEN: estimated("why?", "Because.")}


async def test_what_comes_with_a_question_is_held_against_the_quota(counted):
    chat = await counted(per_day=10_000, working=False)
    question = Question(text="wait 1", files=("a.png", "b.txt"))
    await chat.queue.enqueue(chat.chat, question, owner=BEN, guild=GUILD)
    assert await chat.taken() == {BEN: NEEDED + 2 * TOKENS_PER_PICTURE}


async def test_what_goes_on_from_others_is_taken_to_need_what_the_last_one_took(counted):
    chat = await counted(per_day=10_000, tokens=4000)
    await chat.asked()
    assert await chat.taken() == {BEN: 4000}
    await chat.ask("wait 1")
    assert await chat.taken() == {BEN: 8000}
    await refused(chat, "wait 2")
    first = Question(text="wait 3", first=True)
    await chat.queue.enqueue(chat.chat, first, owner=BEN, guild=GUILD)
    assert await chat.taken() == {BEN: 8000 + NEEDED}


async def test_until_it_ends_a_question_takes_its_estimate(counted):
    chat = await counted(per_day=10_000)
    job = await chat.ask("wait 1")
    assert await chat.taken() == {BEN: NEEDED}
    chat.provider.doors["wait 1"].set()
    await chat.until(EventName.JOB_COMPLETED, job)
    assert await chat.taken() == {BEN: 70}


async def test_what_would_be_too_much_is_refused_before_it_is_queued(counted):
    chat = await counted(per_day=NEEDED + 100)
    await chat.asked()
    await chat.taken()
    await chat.ask("wait 1")
    said = await refused(chat, "wait 2")
    assert f"<t:{MIDNIGHT}:R>" in said
    assert f"The {NEEDED + 100:,} tokens of today have no room left" in said
    assert f"({NEEDED + 70:,} are taken)" in said
    assert len(await chat.queue.find(JobFilter())) == 2


async def test_others_and_other_servers_have_their_own(counted):
    chat = await counted(per_day=NEEDED)
    await chat.ask("wait 1")
    await refused(chat, "wait 2")
    await chat.ask("wait 3", owner=CLEO)
    await chat.ask("wait 4", guild=GUILD + 1)
    await chat.ask("wait 5", guild=None)
    await refused(chat, "wait 6", guild=None)


async def test_a_new_day_has_room_for_any_question(counted):
    chat = await counted(per_day=1)
    await chat.asked("why " * 1000)
    await chat.taken()
    await refused(chat)
    chat.clock.forward(12 * 3600)
    await chat.ask("wait 1")


async def test_of_many_asked_at_once_exactly_as_many_as_fit_are_taken(counted):
    chat = await counted(per_day=3 * NEEDED)
    asked = [chat.ask(f"wait {n}") for n in range(8)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, QuotaReached) for one in done) == 5
    assert await chat.taken() == {BEN: 3 * NEEDED}


@on_a_file
async def test_that_is_so_over_all_processes(counted):
    chats = [await counted(per_day=3 * NEEDED, working=False) for _ in range(2)]
    asked = [chats[n % 2].ask(f"wait {n}") for n in range(8)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, QuotaReached) for one in done) == 5
    assert await chats[0].quota.today(GUILD) == {BEN: 3 * NEEDED}


async def test_what_fails_or_is_cancelled_takes_nothing(counted):
    chat = await counted(per_day=3 * NEEDED)
    await chat.asked("fail")
    job = await chat.ask("wait 1")
    await chat.queue.cancel(job.id, "Not any more.")
    await chat.until(EventName.JOB_CANCELLED, job)
    assert await chat.taken() == {BEN: 0}


async def test_what_failed_and_is_brought_back_takes_what_it_takes_then(counted):
    chat = await counted(per_day=3 * NEEDED)
    job = await chat.asked("fail")
    assert await chat.taken() == {BEN: 0}
    chat.provider.well = True
    await chat.queue.retry(job.id)
    await chat.until(EventName.JOB_COMPLETED, job)
    assert await chat.taken() == {BEN: 70}


async def test_what_was_cancelled_is_not_brought_back_beyond_the_quota(counted):
    chat = await counted(per_day=NEEDED)
    first = await chat.ask("wait 1")
    await chat.queue.cancel(first.id)
    await chat.until(EventName.JOB_CANCELLED, first)
    await chat.taken()
    await chat.ask("wait 2")
    with pytest.raises(QuotaReached):
        await chat.queue.retry(first.id)
    with pytest.raises(QuotaReached):
        await chat.queue.resume(first.id)
    assert (await chat.queue.get(first.id)).state is State.CANCELLED
    assert await chat.taken() == {BEN: NEEDED}


async def test_what_is_brought_back_on_another_day_is_of_that_day(counted):
    chat = await counted(per_day=10_000)
    job = await chat.asked("fail")
    chat.clock.forward(12 * 3600)
    chat.provider.well = True
    await chat.queue.retry(job.id)
    await chat.until(EventName.JOB_COMPLETED, job)
    assert await chat.taken() == {BEN: 70}


async def test_what_is_brought_back_and_never_runs_is_released(counted):
    chat = await counted(per_day=10_000, working=False)
    job = await chat.ask("wait 1")
    await chat.queue.cancel(job.id)
    chat.clock.forward(12 * 3600)
    await chat.queue.retry(job.id)
    assert await chat.taken() == {BEN: NEEDED}
    await chat.queue.cancel(job.id)
    await chat.taken()
    chat.clock.forward(UNHEARD_S + 1)
    await chat.quota.look()
    assert await chat.taken() == {BEN: 0}


async def test_what_the_queue_refuses_takes_nothing(counted):
    chat = await counted(per_day=10_000, working=False, limits=Limits(max_size=1))
    await chat.ask("wait 1")
    with pytest.raises(QueueFull):
        await chat.ask("wait 2")
    assert await chat.taken() == {BEN: NEEDED}


async def test_a_question_that_comes_twice_counts_once(counted):
    chat = await counted(per_day=10_000)
    await asyncio.gather(*(chat.ask("wait 1", key="interaction:1") for _ in range(3)))
    assert await chat.taken() == {BEN: NEEDED}
    chat.provider.doors["wait 1"].set()
    await chat.diary.until(EventName.JOB_COMPLETED)
    await chat.taken()
    await chat.ask("wait 1", key="interaction:1")
    assert await chat.taken() == {BEN: 70}


async def test_an_end_that_is_heard_twice_counts_once(counted):
    chat = await counted(per_day=0)
    await chat.asked()
    job = await chat.diary.until(EventName.JOB_COMPLETED)
    for _ in range(2):
        chat.quota.hear(Event(EventName.JOB_COMPLETED, job))
        assert await chat.taken() == {BEN: 70}


async def test_who_joins_or_gets_the_answer_that_is_there_takes_nothing(counted):
    chat = await counted(per_day=10_000, kind=Shared)
    job = await chat.ask("wait 1")
    await chat.ask("wait 1", owner=CLEO)
    assert await chat.taken() == {BEN: NEEDED, CLEO: 0}
    chat.provider.doors["wait 1"].set()
    await chat.until(EventName.JOB_COMPLETED, job)
    await chat.asked("wait 1", owner=CLEO)
    assert await chat.taken() == {BEN: 70, CLEO: 0}


class TestWhatACrashLeavesBehind:
    async def test_is_released_once_no_job_can_come_of_it(self, counted):
        chat = await counted(per_day=10_000, working=False, limits=Limits(max_size=0))
        chat.quota.let_go = lambda _: asyncio.sleep(0)  # as if the process had died
        with pytest.raises(QueueFull):
            await chat.ask("wait 1")
        chat.clock.forward(UNHEARD_S)
        await chat.quota.look()
        assert await chat.taken() == {BEN: NEEDED}
        chat.clock.forward(1)
        await chat.quota.look()
        assert await chat.taken() == {BEN: 0}

    async def test_is_counted_if_the_job_has_ended(self, counted):
        chat = await counted(per_day=10_000, heard=False)
        await chat.asked("why?")
        await chat.asked("fail")
        chat.clock.forward(UNHEARD_S + 1)
        await chat.quota.look()
        assert await chat.taken() == {BEN: 70}

    async def test_stays_while_the_job_lives(self, counted):
        chat = await counted(per_day=10_000)
        await chat.ask("wait 1")
        chat.clock.forward(UNHEARD_S + 1)
        await chat.quota.look()
        assert await chat.taken() == {BEN: NEEDED}


async def test_days_that_are_over_are_forgotten(counted):
    chat = await counted(per_day=0)
    await chat.asked()
    await chat.taken()
    chat.clock.forward(12 * 3600)
    assert await chat.taken() == {}
    assert await chat.queue.store.notes(SCOPE)
    await chat.quota.look()
    assert await chat.queue.store.notes(SCOPE) == {}


async def test_an_end_of_yesterday_is_not_counted_today(counted):
    chat = await counted(per_day=10_000)
    old = await chat.ask("wait 1")
    await chat.until(EventName.JOB_STARTED, old)
    chat.clock.forward(12 * 3600)
    await chat.ask("wait 2")
    chat.provider.doors["wait 1"].set()
    await chat.until(EventName.JOB_COMPLETED, old)
    assert await chat.taken() == {BEN: NEEDED}


async def test_while_notes_are_away_nobody_is_refused_and_it_is_counted_later(counted, new_store):
    store = TappedStore(new_store())
    chat = await counted(per_day=1, store=store)
    store.refused.add("swap")
    await chat.asked()
    await chat.asked()
    store.refused.clear()
    assert await chat.taken() == {BEN: 140}


async def test_a_store_that_does_not_answer_holds_nobody_up(counted, new_store):
    chat = await counted(per_day=1, store=(store := new_store()))
    chat.quota = Quota(Silent(store), 1, chat.clock, patience_s=0)
    chat.queue._options = replace(chat.queue._options, gate=chat.quota)
    await chat.asked()


async def test_a_count_that_nobody_can_read_begins_anew(counted, caplog):
    chat = await counted(per_day=0)
    await chat.queue.store.note(SCOPE, f"{GUILD} {BEN}", "?")
    assert await chat.taken() == {}
    await chat.asked()
    assert await chat.taken() == {BEN: 70}
    assert "begins anew" in caplog.text


async def test_the_duty_settles_what_it_hears(counted, new_store):
    store = TappedStore(new_store())
    chat = await counted(per_day=0, store=store)
    duty = asyncio.create_task(chat.quota.run())
    try:
        await store.next("notes")
        swapped = asyncio.create_task(store.next("swap"))
        await asyncio.sleep(0)
        await chat.asked()
        await swapped
        assert await chat.quota.today(GUILD) == {BEN: 70}
    finally:
        duty.cancel()
        await asyncio.gather(duty, return_exceptions=True)
