"""An answer is counted, and a provider that keeps failing is waited for; no attempt is lost."""

import time

import pytest

from bot.jobs.chat import Chat
from bot.jobs.prompts import FRESH_S, Prompts
from bot.jobs.providing import PATIENCE_S
from bot.jobs.question import Question
from bot.providers.breaker import Breaker, Rests
from bot.providers.chat import Ended, ProviderError
from bot.providers.tokens import estimated
from bot.queue.errors import JobError, Snooze
from bot.queue.options import QueueOptions
from bot.queue.sameness import Asker
from bot.queue.states import State
from bot.queue.store.memory import MemoryStore
from bot.queue.testing import ManualClock, drain, run_inline, working
from bot.queue.worker import WorkerOptions
from tests.queue.watching import TappedStore

WHY = Question(text="why?")


class Provider:
    """Says what it is given; away while there are `failures` left."""

    def __init__(self, *said, failures=0, category="unavailable"):
        self.said = said
        self.failures = failures
        self.category = category
        self.asked = []

    async def stream(self, request):
        self.asked.append(request)
        if self.failures:
            self.failures -= 1
            raise ProviderError("The server is away.", retryable=True, category=self.category)
        for piece in self.said:
            yield piece


async def test_an_answer_has_its_tokens_as_the_provider_counts():
    ran = await run_inline(Chat(Provider("Because.", Ended(tokens=7))), WHY)
    assert (ran.result.text, ran.result.tokens) == ("Because.", 7)


@pytest.mark.parametrize("said", [("Because.",), ("Because.", Ended())])
async def test_without_a_count_all_that_was_said_is_estimated(said):
    ran = await run_inline(Chat(Provider(*said)), WHY.model_copy(update={"system": "Be brief."}))
    assert ran.result.tokens == estimated("Be brief.", "why?", "Because.")


async def test_the_servers_prompt_comes_first():
    provider, prompts = Provider("Because."), Prompts(MemoryStore())
    await prompts.set(7, "Be brief.")
    chat = Chat(provider, prompts=prompts)
    for guild in (7, 8, None):
        asked = await chat.prepare(WHY, Asker(1, guild, private=False))
        await run_inline(chat, asked)
    said = [[(one.role, one.content) for one in request.messages] for request in provider.asked]
    assert said == [
        [("system", "Be brief."), ("user", "why?")],
        [("user", "why?")],
        [("user", "why?")],
    ]


async def test_the_prompt_is_the_one_of_when_it_was_asked():
    store, provider = MemoryStore(), Provider("Because.")
    prompts = Prompts(store)
    chat = Chat(provider, prompts=prompts)
    async with working(chat) as queue:
        await prompts.set(7, "Be brief.")
        await queue.pause(None)
        await queue.enqueue(chat, WHY, guild=7)
        await prompts.set(7, None)
        await queue.resume_queue(None)
        await drain(queue)
    assert provider.asked[0].messages[0].content == "Be brief."


async def test_while_the_store_is_away_the_prompt_is_the_one_known_last():
    store = TappedStore(MemoryStore())
    prompts = Prompts(store)
    await prompts.set(7, "Be brief.")
    assert await prompts.of(7) == "Be brief."
    store.refused.add("notes")
    assert await prompts.of(7) == "Be brief."
    assert await prompts.of(8) is None


async def test_what_another_process_set_counts_a_moment_later():
    store = MemoryStore()
    here, there = Prompts(store), Prompts(store)
    assert await here.of(7) is None
    await there.set(7, "Be brief.")
    assert await here.of(7) is None
    here._fresh.expire(time.monotonic() + FRESH_S + 1)
    assert await here.of(7) == "Be brief."


class TestAProviderThatKeepsFailing:
    @pytest.fixture
    def clock(self):
        return ManualClock()

    @pytest.fixture
    def breaker(self, clock):
        return Breaker(Rests(failures=3, first_s=10), clock)

    async def test_is_waited_for_and_no_attempt_is_lost(self, clock, breaker):
        chat = Chat(provider := Provider("Because.", failures=10**6), breaker=breaker)
        options = QueueOptions(max_attempts=2)
        async with working(chat, clock=clock, options=options) as queue:
            asked = [(await queue.enqueue(chat, WHY)).job for _ in range(20)]
            for _ in range(20):
                await drain(queue)
                clock.forward(60)
            jobs = [await queue.get(one.id) for one in asked]
            waiting = [one for one in jobs if one.state is State.SCHEDULED]
            assert len(waiting) >= 18
            assert {one.attempt for one in waiting} <= {0, 1}
            assert {one.progress.stage for one in waiting} == {
                "waiting for the chat provider, which keeps failing"
            }
            provider.failures = 0
            clock.forward(200)
            for _ in range(5):
                await drain(queue)
                clock.forward(10)
            jobs = [await queue.get(one.id) for one in waiting]
            assert {one.state for one in jobs} == {State.COMPLETED}

    async def test_is_hardly_asked(self, clock, breaker):
        chat = Chat(provider := Provider(failures=10**6), breaker=breaker)
        async with working(chat, clock=clock) as queue:
            for _ in range(50):
                await queue.enqueue(chat, WHY)
            await drain(queue)
            clock.forward(5)
            await drain(queue)
        assert len(provider.asked) <= 4  # who was asked at once with the last one

    async def test_is_said_of_the_queue_and_its_health(self, clock, breaker):
        chat = Chat(Provider("Because.", failures=3), breaker=breaker)
        async with working(chat, clock=clock) as queue:
            assert (await queue.status()).notices == ()
            for _ in range(3):
                with pytest.raises(JobError):
                    await run_inline(chat, WHY)
            (notice,) = (await queue.status()).notices
            assert "left alone for 10 seconds" in notice
            assert notice in [one.problem for one in (await queue.health()).issues]
            clock.forward(10)
            await run_inline(chat, WHY)
            assert (await queue.status()).notices == ()

    async def test_is_not_waited_for_for_ever(self, clock, breaker):
        chat = Chat(Provider(failures=10**6), breaker=breaker)
        options = QueueOptions(max_attempts=2)
        async with working(chat, clock=clock, options=options) as queue:
            for _ in range(3):
                with pytest.raises(JobError):
                    await run_inline(chat, WHY)
            job = (await queue.enqueue(chat, WHY)).job
            await drain(queue)
            clock.forward(PATIENCE_S)
            await drain(queue)
            assert (await queue.get(job.id)).state is State.SCHEDULED
            for state in (State.RETRYABLE, State.DISCARDED):
                clock.forward(300)
                await drain(queue)
                ended = await queue.get(job.id)
                assert (ended.state, ended.error) == (state, "The server is away.")

            await queue.retry(job.id)  # it is waited for again, though it is old
            await drain(queue)
            assert (await queue.get(job.id)).state is State.RETRYABLE

    async def test_whoever_tries_for_all_in_vain_comes_back(self, clock, breaker):
        chat = Chat(Provider(failures=10**6), breaker=breaker)
        for _ in range(3):
            with pytest.raises(JobError):
                await run_inline(chat, WHY)
        clock.forward(10)
        with pytest.raises(Snooze) as caught:
            await run_inline(chat, WHY)
        assert breaker.rest_s == 20
        assert caught.value.delay_s == 20

    async def test_answers_in_the_order_in_which_people_asked(self, clock, breaker):
        chat = Chat(provider := Provider("Because.", failures=10**6), breaker=breaker)
        options = QueueOptions(WorkerOptions(concurrency={"chat": 2}))
        async with working(chat, clock=clock, options=options) as queue:
            for _ in range(3):
                with pytest.raises(JobError):
                    await run_inline(chat, WHY)
            for number in range(9):
                await queue.enqueue(chat, Question(text=f"{number}?"), owner=number % 6)
                await drain(queue)
                clock.forward(1)
            for _ in range(2):
                clock.forward(breaker.rest_s)
                await drain(queue)
            provider.failures, provider.asked = 0, []
            clock.forward(breaker.rest_s)
            await drain(queue)
        asked = [request.messages[-1].content for request in provider.asked]
        assert asked == [f"{number}?" for number in range(9)]
