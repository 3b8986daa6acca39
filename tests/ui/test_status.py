"""The queue at a glance fits into one embed, whatever is in it."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.queue.ids import new_id
from bot.queue.job import Job
from bot.queue.states import State
from bot.queue.status import OwnJob, QueueLine, QueueStatus
from bot.queue.store.base import Pace
from bot.ui.status import status_embed

FIELD, DESCRIPTION, WHOLE = 1024, 4096, 6000


def line(name="chat", waiting=0, running=0, wait_s=None) -> QueueLine:
    return QueueLine(name, waiting, running, 8, Pace(wait_s))


def status(*lines, working=True, own=()) -> QueueStatus:
    return QueueStatus(tuple(lines), working, 12345, 6, tuple(own))


def own(state=State.PENDING, ahead=None, kind="chat") -> OwnJob:
    return OwnJob(Job(new_id(), kind, "chat", "{}", state, run_at=1_700_000_000), ahead)


def fields(embed) -> dict[str, str]:
    return {field.name: field.value for field in embed.fields}


def test_a_queue_is_a_line():
    embed = status_embed(status(line(waiting=1200, running=8, wait_s=12.4)))
    said = "**chat** · 1,200 waiting · 8 of 8 running · typical wait 12 s"
    assert embed.description == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "under 1 s"), (12.4, "12 s"), (89, "89 s"), (600, "10 min")]
)
def test_a_wait_is_told_as_people_tell_it(seconds, said):
    embed = status_embed(status(line(wait_s=seconds)))
    assert embed.description.endswith(f"typical wait {said}")


def test_what_is_not_as_usual_is_said():
    assert "Not as usual" not in fields(status_embed(status(line())))
    noticed = replace(status(line()), notices=("The provider rests.", "x" * 2000))
    said = fields(status_embed(noticed))["Not as usual"]
    assert said.startswith("The provider rests.\n")
    assert len(said) <= FIELD


def test_a_wait_that_nobody_knows_is_left_out():
    assert "wait" not in status_embed(status(line())).description.replace("waiting", "")


@pytest.mark.parametrize(("working", "said"), [(True, "🟢 running"), (False, "🔴 stopped")])
def test_a_stopped_worker_is_told(working, said):
    assert fields(status_embed(status(line(), working=working)))["Worker"] == said


def test_ends_are_counted():
    told = fields(status_embed(status(line())))
    assert (told["Completed"], told["Failed"]) == ("12,345", "6")


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (own(State.PROCESSING), "running"),
        (own(ahead=0), "next"),
        (own(ahead=999), "999 ahead"),
        (own(ahead=1000), "1,000+ ahead"),
        (own(State.SCHEDULED), "<t:1700000000:R>"),
        (own(State.PARKED), "waits for its turn"),
    ],
    ids=["running", "next", "behind others", "behind uncounted", "scheduled", "parked"],
)
def test_ones_own_jobs_have_a_place(job, said):
    yours = fields(status_embed(status(line(), own=[job])))["Yours"]
    assert yours == f"`{job.job.id}` chat · {said}"


def test_without_jobs_it_says_so():
    assert fields(status_embed(status(line())))["Yours"] == "You have nothing in the queue."


def test_without_kinds_of_work_it_says_so():
    assert status_embed(status()).description == "No kind of work is set up."


@settings(deadline=None)
@example(names=["n" * 300] * 60, kinds=["k" * 300] * 10, waits=1e9, ahead=10**9)
@given(
    names=st.lists(st.text(max_size=300), max_size=60),
    kinds=st.lists(st.text(max_size=300), max_size=10),
    waits=st.none() | st.floats(0, 1e9),
    ahead=st.none() | st.integers(0, 10**9),
)
def test_whatever_is_queued_discord_takes_it(names, kinds, waits, ahead):
    lines = [line(name, 10**9, 10**6, waits) for name in names]
    embed = status_embed(status(*lines, own=[own(ahead=ahead, kind=kind) for kind in kinds]))
    assert len(embed.description) <= DESCRIPTION
    assert all(1 <= len(value) <= FIELD for value in fields(embed).values())
    assert len(embed) <= WHOLE
