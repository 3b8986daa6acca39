"""An answer is shown as it is written, and a provider's failure is told in its own words."""

import pytest

from bot.jobs.chat import Chat
from bot.jobs.question import Question
from bot.providers.chat import ChatRequest, ProviderError
from bot.queue.errors import JobError
from bot.queue.events import EventName
from bot.queue.handlers import JobContext
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.options import QueueOptions
from bot.queue.retry import RetryPolicy
from bot.queue.states import State
from bot.queue.store.memory import MemoryStore
from bot.queue.worker import WorkerOptions
from tests.queue.watching import Diary

JOB = Job("01" * 13, "chat", "chat", "{}")


class Provider:
    """Yields the given pieces, and raises the given error at the end; knows what it was asked."""

    name = "test"

    def __init__(self, *pieces: str, error: Exception | None = None) -> None:
        self.asked: list[ChatRequest] = []
        self._pieces = pieces
        self._error = error

    def describe(self) -> str:
        return "The test answers."

    async def stream(self, request: ChatRequest):
        self.asked.append(request)
        for piece in self._pieces:
            yield piece
        if self._error is not None:
            raise self._error


def refused(*, retryable=True, category="unavailable", retry_after_s=None) -> ProviderError:
    return ProviderError(
        "The server is away. Try later.",
        retryable=retryable,
        category=category,
        retry_after_s=retry_after_s,
    )


@pytest.fixture
def shown():
    return []


@pytest.fixture
def context(shown):
    return JobContext(JOB, lambda _, progress: shown.append(progress))


@pytest.fixture
async def run():
    """Run one question through a real queue; its end, and everything that was told of it."""
    queues = []

    async def run(provider, end) -> tuple[Job, Diary]:
        worker = WorkerOptions(retry=RetryPolicy(base_s=0))
        queue = JobQueue(MemoryStore(), QueueOptions(worker, max_attempts=2))
        chat = Chat(provider)
        queue.register(chat)
        queues.append(queue)
        diary = Diary(queue)
        await queue.start()
        await queue.enqueue(chat, Question(text="why?"))
        return await diary.until(end), diary

    yield run
    for queue in queues:
        await queue.stop(0)


async def test_the_answer_is_all_that_came(context):
    answer = await Chat(Provider("Because ", "of ", "this.")).run(context, Question(text="why?"))
    assert answer.text == "Because of this."


async def test_what_has_come_so_far_is_shown(context, shown):
    await Chat(Provider("Because ", "of this.")).run(context, Question(text="why?"))
    assert [(p.stage, p.message) for p in shown] == [
        ("thinking", ""),
        ("answering", "Because "),
        ("answering", "Because of this."),
    ]


@pytest.mark.parametrize("model", [None, "small-1"])
async def test_the_provider_is_asked_what_the_person_asked(context, model):
    provider = Provider("Because.")
    await Chat(provider).run(context, Question(text="why?", model=model))
    (request,) = provider.asked
    assert [(m.role, m.content) for m in request.messages] == [("user", "why?")]
    assert request.model == model


@pytest.mark.parametrize("retryable", [True, False])
@pytest.mark.parametrize("retry_after_s", [None, 7.0])
async def test_a_providers_error_is_told_in_its_own_words(context, retryable, retry_after_s):
    error = refused(retryable=retryable, category="rate_limit", retry_after_s=retry_after_s)
    with pytest.raises(JobError, match=r"The server is away\. Try later\.") as raised:
        await Chat(Provider("Half", error=error)).run(context, Question(text="why?"))
    assert raised.value.retryable is retryable
    assert raised.value.retry_after_s == retry_after_s
    assert raised.value.category == "rate_limit"


async def test_what_may_work_later_is_tried_again_until_the_attempts_are_used_up(run):
    provider = Provider(error=refused())
    job, diary = await run(provider, EventName.JOB_FAILED)
    assert len(provider.asked) == 2
    assert (job.state, job.error) == (State.DISCARDED, "The server is away. Try later.")
    assert EventName.JOB_RETRY in diary.names(job.id)


async def test_what_can_never_work_is_not_tried_again(run):
    provider = Provider(error=refused(retryable=False))
    job, _ = await run(provider, EventName.JOB_FAILED)
    assert len(provider.asked) == 1
    assert job.error == "The server is away. Try later."


async def test_a_server_that_asks_for_patience_gets_it(run):
    job, _ = await run(Provider(error=refused(retry_after_s=120)), EventName.JOB_RETRY)
    assert job.state is State.RETRYABLE
    assert 119 < job.run_at - (job.started_at or 0) < 130


async def test_a_fault_in_the_provider_is_told_without_its_details(run):
    job, _ = await run(Provider(error=ZeroDivisionError("key=abc")), EventName.JOB_FAILED)
    assert job.error == "Something inside this job went wrong (ZeroDivisionError)."


async def test_people_see_the_answer_alone(run):
    job, _ = await run(Provider("Because."), EventName.JOB_COMPLETED)
    assert Chat(Provider()).reply(job).text == "Because."
