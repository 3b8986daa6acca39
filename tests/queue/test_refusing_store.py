"""A store that refuses for a while costs time and nothing else."""

import sqlite3

import pytest

from bot.queue import ends, worker
from bot.queue.errors import StoreUnavailable
from bot.queue.events import EventName
from bot.queue.states import State
from bot.queue.store.sqlite import file as sqlite_file
from tests.queue.kinds import Gate, Text, Work
from tests.queue.watching import Diary, TappedStore, on_a_file


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    for module in (ends, worker):
        monkeypatch.setattr(module, "PAUSE_S", 0.05)


async def test_claims_go_on(new_store, start):
    store = TappedStore(new_store())
    work = Work()
    queue = await start(work, store=store)
    diary = Diary(queue)
    await store.silent("claim")
    store.refused = {"claim"}
    job = (await queue.enqueue(work, Text())).job
    await store.next("claim")
    store.refused = set()
    await diary.until(EventName.JOB_COMPLETED, job.id)


async def test_claims_go_on_after_a_fault_of_the_store(new_store, start, monkeypatch):
    store = new_store()
    work = Work()
    queue = await start(work, store=store)
    diary = Diary(queue)
    with monkeypatch.context() as broken:
        broken.setattr(type(store), "claim", lambda *_: 1 / 0)
        job = (await queue.enqueue(work, Text())).job
        await queue.store.get(job.id)
    await diary.until(EventName.JOB_COMPLETED, job.id)


async def test_ends_are_kept_until_they_are_taken(new_store, start):
    gate = Gate()
    store = TappedStore(new_store())
    work = Work(gate.work, max_attempts=1)
    queue = await start(work, store=store, slots={"work": 3}, lease_s=0.3)
    diary = Diary(queue)
    jobs = [(await queue.enqueue(work, Text())).job for _ in range(3)]
    await gate.has(3)
    store.refused = {"finish", "beat", "reap"}
    await gate.let_out(3)
    for _ in range(10):  # longer than the lease
        await store.next("finish")
    store.refused = set()
    await diary.until(EventName.JOB_COMPLETED, times=3)
    for job in jobs:
        stored = await queue.get(job.id)
        assert (stored.state, stored.attempt, stored.losses) == (State.COMPLETED, 1, 0)


@on_a_file
async def test_an_end_that_cannot_be_stored_takes_no_other_along(new_store, start):
    async def do(ctx, text: str) -> str:
        return await gate.work(ctx, text) * 1_000

    gate = Gate()
    store = TappedStore(new_store())
    work = Work(do)
    queue = await start(work, store=store, slots={"work": 3})
    diary = Diary(queue)
    await store._writer.run(lambda db: db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 50_000))
    jobs = [(await queue.enqueue(work, Text(text=text))).job for text in ("a", "b" * 100, "c")]
    await gate.has(3)
    store.refused = {"finish"}
    await gate.let_out(1)
    await store.next("finish")  # the others' ends gather behind the first
    await gate.let_out(2)
    await gate.has(0)
    store.refused = set()
    await diary.until(EventName.JOB_COMPLETED, times=2)
    assert [(await queue.get(job.id)).state for job in jobs] == [
        State.COMPLETED,
        State.DISCARDED,
        State.COMPLETED,
    ]
    told = await diary.until(EventName.JOB_FAILED, jobs[1].id)
    assert (await queue.get(jobs[1].id)).error == told.error
    assert told.error.startswith("Its result could not be stored, so it was given up.")
    assert "too big" in told.error
    assert "an end cannot be stored" in diary.troubles[0].what


@on_a_file
async def test_a_locked_database_delays_the_end_of_a_run(start, tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_S", 0.05)
    gate = Gate()
    work = Work(gate.work)
    queue = await start(work)
    diary = Diary(queue)
    job = (await queue.enqueue(work, Text())).job
    await gate.has(1)
    other = sqlite3.connect(tmp_path / "queue.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await gate.let_out(1)
    with pytest.raises(StoreUnavailable, match="cannot be written now"):
        await queue.enqueue(work, Text())
    assert (await queue.get(job.id)).state is State.PROCESSING
    other.execute("ROLLBACK")
    other.close()
    await diary.until(EventName.JOB_COMPLETED, job.id)
