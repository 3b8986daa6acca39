"""A queue tells its numbers and its health, also when its store is away."""

import asyncio
import sqlite3

import pytest

from bot.queue import checkup
from bot.queue.errors import JobError
from bot.queue.events import EventName
from bot.queue.health import OLD_S, Health, Level
from bot.queue.states import State
from bot.queue.store.base import Limits, PauseQueue
from bot.queue.store.memory import MemoryStore
from bot.queue.store.sqlite import file as sqlite_file
from tests.queue.kinds import Gate, Text, Work
from tests.queue.watching import Diary, TappedStore, on_a_file, soon


async def test_statistics_tell_what_waits_runs_and_ended(start):
    async def fails(*_) -> str:
        raise JobError("No.", retryable=False)

    gate = Gate()
    work, broken = Work(gate.work), Work(fails, "broken", "broken")
    queue = await start(work, broken, slots={"work": 1})
    diary = Diary(queue)
    for owner in (1, 1, 2):
        await queue.enqueue(work, Text(), owner=owner)
    await queue.enqueue(broken, Text(), owner=3)
    await gate.has(1)
    await gate.let_out(1)
    await diary.until(EventName.JOB_COMPLETED)
    await diary.until(EventName.JOB_FAILED)
    await gate.has(1)
    statistics = await queue.statistics()
    assert statistics.by_kind == {
        "work": {State.COMPLETED: 1, State.PROCESSING: 1, State.PENDING: 1},
        "broken": {State.DISCARDED: 1},
    }
    assert statistics.active_people == 2
    assert statistics.recent.error_rate == 0.5
    assert statistics.recent_by_kind["work"].duration.n == 1
    assert statistics.backlog_age_s.keys() == {"work"}
    assert statistics.memory_bytes > 2**20


async def test_a_queue_that_works_is_healthy(start):
    queue = await start(Work())
    assert await queue.health() == Health()


async def test_one_that_was_stopped_is_not(start):
    queue = await start(Work())
    await queue.stop_working()
    assert (await queue.health()).level is Level.DEGRADED


async def test_health_knows_what_is_configured(start):
    gate = Gate()
    work = Work(gate.work)
    queue = await start(work, slots={"work": 1}, limits=Limits(max_size=1))
    for _ in range(2):
        await queue.enqueue(work, Text())
        await gate.has(1)
    (issue,) = (await queue.health()).issues
    assert issue.problem.startswith("1 of 1 places are taken")


async def test_health_knows_what_is_paused(start):
    moments = [1_000.0]
    work = Work()
    queue = await start(work, clock=lambda: moments[0], store=MemoryStore(lambda: moments[0]))
    await queue.store.policy(PauseQueue("work"))
    await queue.enqueue(work, Text())
    moments[0] += OLD_S
    (issue,) = (await queue.health()).issues
    assert "The queue work is paused" in issue.problem


@pytest.mark.parametrize("call", ["beat", "stats", "figures", "policies"])
async def test_a_store_that_refuses_is_critical_and_no_exception(start, new_store, call):
    store = TappedStore(new_store())
    queue = await start(Work(), store=store)
    store.refused = {call}
    health = await queue.health()
    assert health.level is Level.CRITICAL
    assert "The disk is away." in health.issues[0].problem


async def test_a_store_that_is_silent_is_critical(start, new_store, monkeypatch):
    monkeypatch.setattr(checkup, "ANSWER_S", 0.05)
    store = new_store()
    queue = await start(Work(), store=store)
    with monkeypatch.context() as broken:
        broken.setattr(store, "stats", asyncio.Event().wait)
        health = await soon(queue.health())
    assert health.level is Level.CRITICAL
    assert "silent for 0.05 seconds" in health.issues[0].problem


@on_a_file
async def test_a_store_that_can_be_read_and_not_written_is_critical(start, tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_S", 0.05)
    queue = await start(Work())
    other = sqlite3.connect(tmp_path / "queue.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert (await queue.statistics()).total == 0
    assert (await queue.health()).level is Level.CRITICAL
    other.execute("ROLLBACK")
    other.close()
    assert (await queue.health()).level is Level.HEALTHY


@on_a_file
async def test_a_store_that_is_not_open_is_critical(make):
    assert (await make(Work()).health()).level is Level.CRITICAL
