"""What the store refuses for good ends its job, with a sentence that says what was refused."""

import asyncio

import pytest

from bot.queue.ends import End, Ends
from bot.queue.errors import CommitUnknown
from bot.queue.events import EventName, Events
from bot.queue.handlers import JobContext
from bot.queue.job import Job
from bot.queue.lifecycle import Cancel, Complete, Fail, HandBack, SnoozeUntil
from bot.queue.states import State
from bot.queue.store.base import Finish
from tests.queue.watching import TappedStore, soon

HALF = "half \ud83d"


@pytest.fixture
async def store(new_store):
    store = TappedStore(new_store())
    await store.open()
    yield store
    await store.close()


async def stored(store, *outcomes):
    """The jobs that ended so, and what was told of them."""
    await store.enqueue([Job(str(n), "work", "work", payload="{}") for n in range(len(outcomes))])
    jobs = await store.claim("me", {"work": len(outcomes)}, 600)
    told, events = [], Events()
    events.subscribe(told.append)
    answers = {}
    ends = Ends(
        store,
        lambda beats: store.beat(beats, 600),
        lambda end, state: answers.update({end.context.job.id: (end.outcome, state)}),
        events,
    )
    for job, outcome in zip(jobs, outcomes, strict=True):
        ends.add(End(JobContext(job, lambda *_: None), outcome))
    ends.close()
    await soon(ends.run())
    return [await store.get(job.id) for job in jobs], [answers[job.id] for job in jobs], told


@pytest.mark.parametrize(
    ("outcome", "what"), [(Complete(HALF), "Its result"), (Cancel(HALF), "Its end")]
)
async def test_an_end_with_half_a_character_is_a_failure_that_says_so(store, outcome, what):
    (bad, good), ((told, state), _), events = await stored(store, outcome, Complete("fine"))
    assert (bad.state, state, good.state) == (State.DISCARDED, State.DISCARDED, State.COMPLETED)
    assert bad.error == told.error
    assert bad.error.startswith(f"{what} could not be stored, so it was given up. A text in this")
    assert [event.name for event in events] == [EventName.ERROR]
    assert events[0].job.id == bad.id
    assert events[0].what.startswith("an end cannot be stored: A text in this request holds half")


async def test_an_end_that_cannot_even_be_given_up_holds_up_no_other(store, monkeypatch):
    real = store.store.finish

    async def refuse(finishes):
        if any(finish.job_id == "0" for finish in finishes):
            raise ZeroDivisionError
        return await real(finishes)

    monkeypatch.setattr(store.store, "finish", refuse)
    (bad, good), ((_, state), _), events = await stored(store, Complete("bad"), Complete("fine"))
    assert (bad.state, state, good.state) == (State.PROCESSING, None, State.COMPLETED)
    assert [event.what for event in events] == [
        "an end cannot be stored: ZeroDivisionError; see the log.",
        "a job cannot be given up: ZeroDivisionError; see the log.",
    ]


@pytest.mark.parametrize(
    ("outcome", "after"),
    [
        (Complete("1"), State.COMPLETED),
        (Fail("broke", 4e9), State.RETRYABLE),
        (SnoozeUntil(4e9), State.SCHEDULED),
        (HandBack(), State.PENDING),
    ],
)
async def test_an_end_whose_commit_was_unknown_but_done_is_told_as_stored(
    store, monkeypatch, outcome, after
):
    real, unknown = store.store.finish, [True]

    async def finish(finishes):
        states = await real(finishes)
        if unknown:
            unknown.pop()
            raise CommitUnknown("Who knows?")
        return states

    monkeypatch.setattr(store.store, "finish", finish)
    monkeypatch.setattr("bot.queue.ends.PAUSE_S", 0)
    (job,), ((_, state),), _ = await stored(store, outcome)
    assert (state, job.state) == (after, after)


async def test_an_end_that_a_newer_run_brought_is_not_told_as_that_of_an_older_one(store):
    await store.enqueue([Job("0", "work", "work", payload="{}")])
    (old,) = await store.claim("me", {"work": 1}, -1)
    await store.reap(10)
    (new,) = await store.claim("another", {"work": 1}, 600)
    assert await store.finish([Finish(new.id, new.token, Complete("1"))]) == [State.COMPLETED]
    told = []
    ends = Ends(store, lambda _: asyncio.sleep(0), lambda _, state: told.append(state), Events())
    ends.add(End(JobContext(old, lambda *_: None), Complete("1")))
    ends.close()
    await soon(ends.run())
    assert told == [None]


async def test_it_stops_when_it_is_told_to_though_nothing_ended(store):
    events = Events()
    ends = Ends(store, lambda _: asyncio.sleep(0), lambda *_: None, events)
    running = asyncio.create_task(ends.run())
    await asyncio.sleep(0)
    ends.close()
    await soon(running)
