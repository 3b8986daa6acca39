"""A question knows what went before it: the same in each run, and nothing that is not its own."""

import asyncio
import time
from collections import defaultdict

import pytest

from bot.jobs.chat import Chat
from bot.jobs.memory import Memory, conversation_of
from bot.jobs.prompts import Prompts
from bot.jobs.question import Question
from bot.jobs.recollection import LOOK_AGAIN_S, Recollection
from bot.providers.breaker import Breaker, Rests
from bot.providers.chat import ChatRequest, ProviderError
from bot.providers.http_failures import refusal
from bot.queue.errors import StoreUnavailable
from bot.queue.events import EventName
from bot.queue.handlers import JobContext
from bot.queue.ids import first_id
from bot.queue.options import QueueOptions
from bot.queue.retry import RetryPolicy
from bot.queue.states import State
from bot.queue.testing import ManualClock, drain, working
from bot.queue.worker import WorkerOptions
from tests.queue.watching import Diary

BEN, CLEO, GUILD = 7, 8, 1
HERE = conversation_of(GUILD, 2, BEN, private=False)
AT_ONCE = QueueOptions(WorkerOptions(retry=RetryPolicy(base_s=0)))


class Echo:
    """Answers each question with it; fails, or waits, where told to."""

    name = "echo"

    def __init__(self) -> None:
        self.heard: defaultdict[str, list[ChatRequest]] = defaultdict(list)
        self.failures: dict[str, int] = {}
        self.doors: dict[str, asyncio.Event] = {}
        self.most_turns = 100

    def describe(self) -> str:
        return "An echo."

    async def stream(self, request: ChatRequest):
        question = request.messages[-1].content
        self.heard[question].append(request)
        if len(self.before(question)[-1]) > self.most_turns:
            raise refusal("chat", 413)
        if question in self.doors:
            await self.doors[question].wait()
        if self.failures.get(question, 0) >= len(self.heard[question]):
            raise ProviderError("Not yet.", retryable=True, category="unavailable")
        yield f"re: {question}"

    def before(self, question: str) -> list[list[str]]:
        """What each run of the question was told to have gone before, questions alone."""
        return [
            [one.content for one in request.messages[:-1] if one.role == "user"]
            for request in self.heard[question]
        ]


class Talk:
    """A queue with a chat, in which Ben talks."""

    def __init__(self, queue, breaker=None) -> None:
        self.queue = queue
        self.echo = Echo()
        self.memory = Memory(queue.store, queue._clock)
        recollection = Recollection(queue, self.memory, Chat.name)
        self.prompts = Prompts(queue.store)
        self.chat = Chat(
            self.echo,
            prompts=self.prompts,
            breaker=breaker,
            recollection=recollection,
            inputs=queue.inputs,
        )
        queue.register(self.chat)
        self.diary = Diary(queue)

    async def ask(self, text: str, *, owner=BEN, fresh=False, **more):
        """The job of a question, queued."""
        question = Question(text=text, **({"conversation": HERE} | more))
        queued = await self.queue.enqueue(
            self.chat, question, owner=owner, guild=GUILD, fresh=fresh
        )
        return queued.job

    async def tell(self, text: str, **more):
        """The same, answered."""
        job = await self.ask(text, **more)
        await drain(self.queue)
        return await self.queue.get(job.id)


@pytest.fixture
async def talk():
    async with working(options=AT_ONCE) as queue:
        yield Talk(queue)


async def test_a_run_that_is_repeated_is_told_the_same(talk):
    await talk.tell("one")
    talk.echo.failures["two"] = 1
    talk.echo.doors["two"] = asyncio.Event()
    two = await talk.ask("two")
    await talk.diary.until(EventName.JOB_STARTED, two.id)
    said = (await talk.memory.turns(HERE)).popitem()[1]
    await talk.memory.keep(HERE, first_id(time.time() - 60), said)
    talk.echo.doors["two"].set()
    await talk.diary.until(EventName.JOB_COMPLETED, two.id)
    assert talk.echo.before("two") == [["one"], ["one"]]


async def test_a_job_that_ran_twice_is_remembered_once(talk):
    talk.echo.failures["one"] = 2
    await talk.tell("one")
    await talk.tell("two")
    assert talk.echo.before("two") == [["one"]]


async def test_a_run_after_a_crash_is_not_told_its_own_answer_nor_what_came_after(talk):
    await talk.tell("one")
    two = await talk.ask("two")
    await drain(talk.queue)
    await talk.tell("three")
    question = talk.chat.request(two)
    again = JobContext(two, lambda *_: None)  # nothing of the run before was stored but its turn
    before = await talk.chat.recollection.before(again, question)
    assert [turn.asked for turn in before.turns] == ["one"]


async def test_of_two_that_are_asked_at_once_both_are_remembered(talk):
    door = asyncio.Event()
    talk.echo.doors = {"one": door, "two": door}
    for job in [await talk.ask("one"), await talk.ask("two")]:
        await talk.diary.until(EventName.JOB_STARTED, job.id)
    door.set()
    await talk.tell("three")
    assert talk.echo.before("three") == [["one", "two"]]


class TestWhatWasAskedWhileAnOlderQuestionWaits:
    """It is answered after that one, and knows its answer."""

    @pytest.fixture
    def clock(self):
        return ManualClock()

    @pytest.fixture
    async def talk(self, clock):
        async with working(clock=clock) as queue:
            yield Talk(queue, Breaker(Rests(failures=1, first_s=10), clock))

    async def test_for_a_provider_that_is_left_alone(self, talk, clock):
        talk.echo.failures = {"one": 1}
        await talk.tell("one")
        two = await talk.tell("two")
        assert (two.state, two.progress.stage) == (
            State.SCHEDULED,
            "waiting for the answer to your question before this one",
        )
        clock.forward(10)
        talk.echo.doors["one"] = asyncio.Event()
        await talk.queue.promote()
        await talk.diary.until(EventName.JOB_STARTED, two.id, times=2)
        talk.echo.doors["one"].set()
        await drain(talk.queue)
        clock.forward(LOOK_AGAIN_S)
        await drain(talk.queue)
        assert talk.echo.before("two") == [["one"]]

    async def test_but_nobody_waits_for_other_conversations_nor_what_came_later(self, talk):
        talk.echo.failures = {"one": 1}
        one = await talk.tell("one")
        elsewhere = await talk.tell("two", conversation="elsewhere")
        fresh = await talk.tell("three", anew=True, fresh=True)
        stages = [one.progress.stage, elsewhere.progress.stage, fresh.progress.stage]
        assert not [stage for stage in stages if "question before" in stage]


async def test_what_failed_is_not_remembered(talk):
    talk.echo.failures["one"] = 9
    assert (await talk.tell("one")).state is State.DISCARDED
    await talk.tell("two")
    assert talk.echo.before("two") == [[]]


async def test_who_asks_just_as_something_is_answered_is_not_first(talk, monkeypatch):
    talk.echo.doors["one"] = asyncio.Event()
    one, notes = await talk.ask("one"), talk.queue.store.notes

    async def answered_after(scope):
        monkeypatch.undo()
        found = await notes(scope)
        talk.echo.doors["one"].set()
        await talk.diary.until(EventName.JOB_COMPLETED, one.id)
        return found

    await talk.diary.until(EventName.JOB_STARTED, one.id)
    monkeypatch.setattr(talk.queue.store, "notes", answered_after)
    assert not await talk.chat.recollection.is_first(talk.chat.request(one), BEN)
    talk.echo.doors["one"].set()


async def test_in_a_crowd_not_everybody_is_looked_up(talk, monkeypatch):
    monkeypatch.setattr("bot.jobs.recollection.LOOKS_AT_ONCE", 1)
    question = talk.chat.request(await talk.ask("one"))
    await talk.diary.until(EventName.JOB_COMPLETED)
    elsewhere = question.model_copy(update={"conversation": "elsewhere"})
    is_first = talk.chat.recollection.is_first
    gate, looking, notes = asyncio.Event(), asyncio.Event(), talk.queue.store.notes

    async def slowly(scope):
        looking.set()
        await gate.wait()
        return await notes(scope)

    monkeypatch.setattr(talk.queue.store, "notes", slowly)
    one = asyncio.create_task(is_first(elsewhere, BEN + 1))
    await looking.wait()
    assert not await is_first(elsewhere, BEN + 2)
    gate.set()
    assert await one
    assert await is_first(elsewhere, BEN + 2)  # there is room again


class TestWhatWasBegunAnew:
    """The old topic is over, whatever becomes of the question that began the new one."""

    @pytest.fixture(autouse=True)
    async def old(self, talk):
        await talk.tell("old")

    async def test_has_nothing_before_it_though_its_question_failed(self, talk):
        talk.echo.failures["new"] = 9
        failed = await talk.tell("new", anew=True, fresh=True)
        assert failed.state is State.DISCARDED
        await talk.tell("more")
        assert talk.echo.before("more") == [[]]

    async def test_has_nothing_before_it_though_its_answer_was_deleted(self, talk):
        new = await talk.tell("new", anew=True, fresh=True)
        await talk.tell("more")
        await talk.chat.forget(new)
        await talk.tell("and more")
        assert talk.echo.before("and more") == [["more"]]

    async def test_is_known_when_it_is_answered_again_in_vain(self, talk):
        new = await talk.tell("new", anew=True, fresh=True)
        talk.echo.failures["new"] = 9
        await talk.tell("new", anew=True, fresh=True, again=new.id)
        await talk.tell("more")
        assert talk.echo.before("more") == [["new"]]


async def test_what_was_deleted_is_not_given_again_to_who_deleted_it(talk):
    one = await talk.tell("one")
    await talk.chat.forget(one)
    await talk.tell("one")
    assert talk.echo.before("one") == [[], []]


async def test_who_asks_while_something_is_being_answered_is_not_first(talk):
    talk.echo.doors["one"] = asyncio.Event()
    await talk.ask("one")
    two = await talk.ask("two")
    assert not talk.chat.request(two).first
    talk.echo.doors["one"].set()
    await drain(talk.queue)


class TestTheSame:
    """What Cleo asked first, asked by Ben."""

    @pytest.fixture(autouse=True)
    async def known(self, talk):
        hers = conversation_of(GUILD, 2, CLEO, private=False)
        await talk.tell("the same", conversation=hers, owner=CLEO)

    async def test_is_answered_by_what_is_known_and_remembered(self, talk):
        assert (await talk.ask("the same")).state is State.COMPLETED
        await talk.tell("more")
        assert talk.echo.before("more") == [["the same"]]
        assert len(talk.echo.heard["the same"]) == 1

    async def test_is_not_the_same_for_who_has_said_something(self, talk):
        await talk.tell("before")
        await talk.tell("the same")
        assert talk.echo.before("the same") == [[], ["before"]]

    async def test_is_not_the_same_about_something_else_that_was_said(self, talk):
        await talk.tell("the same", quoted="A notice.")
        assert sum(len(heard) for heard in talk.echo.heard.values()) == 2

    async def test_is_answered_anew_where_a_fresh_answer_is_wanted(self, talk):
        await talk.tell("the same", anew=True, fresh=True)
        assert len(talk.echo.heard["the same"]) == 2

    async def test_is_not_the_same_under_another_prompt(self, talk):
        await talk.prompts.set(GUILD, "Be brief.")
        await talk.tell("the same")
        assert len(talk.echo.heard["the same"]) == 2


async def test_while_the_store_is_away_an_answer_knows_nothing_and_is_not_remembered(
    talk, monkeypatch
):
    await talk.tell("one")

    async def away(*_):
        raise StoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(talk.queue.store, "notes", away)
        patch.setattr(talk.queue.store, "note", away)
        assert (await talk.tell("two")).state is State.COMPLETED
    await talk.tell("three")
    assert (talk.echo.before("two"), talk.echo.before("three")) == ([[]], [["one"]])


async def test_what_is_too_long_for_the_provider_is_asked_without_what_was_said_first(talk):
    for text in ("one", "two", "three"):
        await talk.tell(text)
    talk.echo.most_turns = 1
    assert (await talk.tell("four")).state is State.COMPLETED
    assert talk.echo.before("four") == [["one", "two", "three"], ["three"]]
    talk.echo.most_turns = -1
    assert "too long" in (await talk.tell("five")).error


async def test_without_a_conversation_nothing_is_remembered(talk):
    await talk.tell("one", conversation=None)
    await talk.tell("two", conversation=None)
    assert talk.echo.before("two") == [[]]


async def test_files_that_are_gone_end_the_job_with_a_sentence(talk):
    job = await talk.tell("what is it?", files=("a.txt",))
    assert job.state is State.DISCARDED
    assert "files of this question are not stored any more" in job.error


async def test_what_went_before_is_shown_to_nobody(talk):
    await talk.tell("one")
    talk.echo.failures["two"] = 9
    job = await talk.tell("two")
    assert job.checkpoint is not None
    assert talk.chat.partial(job) is None
