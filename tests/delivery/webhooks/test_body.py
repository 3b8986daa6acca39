"""What programs are told: exactly these facts, in exactly the same bytes every time."""

import json
from typing import Any

import pytest
from pydantic import BaseModel

from bot.delivery.webhooks.body import body, message_id
from bot.queue.deliveries import Delivery, DeliveryState
from bot.queue.handlers import JobType, Registry
from bot.queue.job import Job, Progress
from bot.queue.states import State
from tests.queue.kinds import Text, Work

JOB = Job(
    "01JD3XVZ9K8W7QF5T2M4N6P8R0",
    "work",
    "work",
    "{}",
    State.COMPLETED,
    owner=80351110224678912,
    guild=81384788765712384,
    started_at=1_700_000_000.25,
    finished_at=1_700_000_001.5,
    attempt=2,
    token=7,
    result='{"text":"caf\\u00e9"}',
    progress=Progress(3, 4, "Counting", "reading"),
)


class Secretive(JobType[Text, Text]):
    """Says of its result what it wants."""

    name = "secretive"

    def __init__(self, data) -> None:
        self._data = data

    async def run(self, *_) -> Text:
        raise AssertionError

    def present(self, *_) -> Any:
        raise AssertionError

    def webhook_data(self, job, result):
        return self._data(job, result)


def told(job=JOB, *kinds, private=False):
    registry = Registry()
    for kind in kinds or (Work(),):
        registry.register(kind)
    return json.loads(body(job, registry, private=private))


def test_a_completed_job_is_told_with_all_that_it_gave():
    assert told() == {
        "jobId": "01JD3XVZ9K8W7QF5T2M4N6P8R0",
        "type": "work",
        "status": "completed",
        "userId": "80351110224678912",
        "guildId": "81384788765712384",
        "result": {
            "success": True,
            "data": {"text": "café"},
            "error": None,
            "executionTime": 1250,
            "retryCount": 1,
        },
        "metadata": {
            "startedAt": "2023-11-14T22:13:20.250Z",
            "completedAt": "2023-11-14T22:13:21.500Z",
            "progress": {"current": 3, "total": 4, "message": "Counting", "stage": "reading"},
        },
    }


@pytest.mark.parametrize(
    ("state", "status"), [(State.DISCARDED, "failed"), (State.CANCELLED, "cancelled")]
)
def test_another_end_is_told_with_its_reason(state, status):
    job = JOB._replace(state=state, result=None, error="The provider is away.")
    news = told(job)
    assert news["status"] == status
    assert news["result"] == {
        "success": False,
        "data": None,
        "error": "The provider is away.",
        "executionTime": 1250,
        "retryCount": 1,
    }


def test_a_job_that_never_ran_took_no_time():
    job = JOB._replace(state=State.CANCELLED, started_at=None, attempt=0, progress=None, owner=None)
    news = told(job)
    assert (news["result"]["executionTime"], news["result"]["retryCount"]) == (0, 0)
    assert news["metadata"]["startedAt"] is None
    assert news["metadata"]["progress"] is None
    assert news["userId"] is None


def test_of_a_private_job_its_end_is_told_but_nothing_of_its_result():
    news = told(private=True)
    assert (news["status"], news["result"]["success"]) == ("completed", True)
    assert news["result"]["data"] is None
    assert news["metadata"]["progress"] is None


def test_what_a_failed_private_job_said_is_not_told():
    job = JOB._replace(state=State.DISCARDED, error="No ⟨my diagnosis⟩ is known.")
    news = told(job, private=True)
    assert (news["status"], news["result"]["success"]) == ("failed", False)
    assert news["result"]["error"] is None


def test_a_kind_says_what_programs_are_told():
    kind = Secretive(lambda job, result: {"of": job.id, "length": len(result.text)})
    news = told(JOB._replace(type="secretive"), kind)
    assert news["result"]["data"] == {"of": JOB.id, "length": 4}


def broken(*_):
    raise ZeroDivisionError("a bug")


@pytest.mark.parametrize(
    "data", [broken, lambda *_: float("nan"), lambda *_: object()], ids=["bug", "nan", "no JSON"]
)
def test_what_a_kind_cannot_say_is_not_told_and_the_rest_is(data, caplog):
    news = told(JOB._replace(type="secretive"), Secretive(data))
    assert (news["status"], news["result"]["data"]) == ("completed", None)
    assert "webhook_data failed" in caplog.text


class Reshaped(BaseModel):
    number: int


def test_a_result_of_another_version_is_not_told_and_the_rest_is():
    kind = Work()
    kind.result_model = Reshaped
    for news in (told(JOB, kind), told(JOB._replace(type="gone"))):
        assert (news["status"], news["result"]["data"]) == ("completed", None)


def test_any_text_of_a_result_can_be_sent():
    job = JOB._replace(error="\ud800 \u2028 \x00 😀", state=State.DISCARDED)
    text = body(job, Registry(), private=False)
    assert text.isascii()
    assert json.loads(text)["result"]["error"] == job.error


def test_an_id_names_a_completion():
    delivery = Delivery("01A", JOB.id, "", DeliveryState.DUE, 0)
    first = message_id(delivery, JOB)
    assert first == message_id(delivery, JOB)
    others = {
        message_id(Delivery("01B", JOB.id, "", DeliveryState.DUE, 0), JOB),
        message_id(delivery, JOB._replace(token=8)),
        message_id(delivery, JOB._replace(finished_at=1_700_000_001.501)),
    }
    assert len(others | {first}) == 4
    assert "." not in first
