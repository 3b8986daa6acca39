"""However many jobs are due, old, lost or done at once, no transaction moves more than a bite."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.queue.controls import CancelJob, Reprioritise
from bot.queue.deliveries import Delivered, NewDelivery
from bot.queue.job import Priority
from bot.queue.lifecycle import Complete
from bot.queue.retention import Retention
from bot.queue.states import State
from bot.queue.store.base import Finish, SettleDelivery
from bot.queue.store.sqlite import SqliteStore, keeping
from bot.queue.store.sqlite.jobs import JOBS_IN_A_BITE
from tests.queue.store.workbench import (
    LEASE_S,
    NOW,
    Clock,
    a_job,
    all_jobs,
    claimed,
    finished,
    in_state,
    known,
    stored,
    with_delivery,
)

MANY = 2 * JOBS_IN_A_BITE + 1


@pytest.fixture
async def store(tmp_path: Path, clock: Clock, statements: list[str]):
    store = SqliteStore(tmp_path / "jobs.db", clock)
    await store.open()
    yield store
    await store.close()


def largest(statements: list[str], sign: str) -> int:
    """How many statements that begin so one transaction had at most."""
    most = n = 0
    for statement in statements:
        n = 0 if statement.startswith("BEGIN") else n + statement.startswith(sign)
        most = max(most, n)
    return most


async def until_nothing_is_left(duty: Callable[[], Awaitable[object]]) -> None:
    while await duty():
        continue


async def test_what_is_due(store: SqliteStore, clock: Clock, statements: list[str]):
    await stored(store, *(a_job(state=State.SCHEDULED, run_at=NOW + 1) for _ in range(MANY)))
    clock.forward(1)
    statements.clear()
    while await store.promote() is not None:
        continue
    assert len(await in_state(store, State.PENDING)) == MANY
    assert largest(statements, "UPDATE job") == JOBS_IN_A_BITE


async def test_what_was_lost(store: SqliteStore, clock: Clock, statements: list[str]):
    await stored(store, *(a_job() for _ in range(MANY)))
    await store.claim("w1", {"chat": MANY}, LEASE_S)
    clock.forward(LEASE_S + 1)
    statements.clear()
    await until_nothing_is_left(lambda: store.reap(max_losses=9))
    assert len(await in_state(store, State.PENDING)) == MANY
    assert largest(statements, "UPDATE job") == JOBS_IN_A_BITE


async def test_what_the_dead_held_who_are_not_forgotten_before_all_of_it_is_back(
    store: SqliteStore, tmp_path: Path
):
    lock = tmp_path / "jobs.db-processes" / "dead.lock"
    await stored(store, *(a_job() for _ in range(MANY)))
    await store.claim("dead", {"chat": MANY}, LEASE_S)
    lock.touch()
    bites = [len(await store.reap(max_losses=9)) for _ in range(3)]
    assert bites == [JOBS_IN_A_BITE, JOBS_IN_A_BITE, 1]
    assert not lock.exists()


async def test_what_has_waited_long(store: SqliteStore, clock: Clock, statements: list[str]):
    await stored(store, *(a_job(owner=n) for n in range(1, MANY + 1)))
    clock.forward(300)
    statements.clear()
    assert await store.age(300, 10) == MANY
    assert largest(statements, "UPDATE job") == JOBS_IN_A_BITE


async def test_what_was_moved_before_its_bite_came_does_not_rise(store: SqliteStore, clock: Clock):
    jobs = await stored(store, *(a_job(owner=n) for n in range(1, 5)))
    clock.forward(300)
    old = await store._read(lambda db: store._steering.old(db, 300))
    await store.control(jobs[0].id, CancelJob("no"))
    await store.control(jobs[1].id, Reprioritise(Priority.LOW))
    await store.claim("w1", {"chat": 1}, LEASE_S)
    assert await store._writer.run(lambda db: store._steering.lift(db, old)) == 1
    assert [(await known(store, job.id)).lifted for job in jobs] == [0, 0, 0, 10]


async def test_what_is_known_of_results(store: SqliteStore, clock: Clock, statements: list[str]):
    jobs = [a_job(cache_key=str(n), cache_ttl_s=60) for n in range(7)]
    await store.enqueue(jobs, {job.id: [NewDelivery("owed")] for job in jobs})
    runs = await store.claim("w1", {"chat": 7}, LEASE_S)
    await store.finish([Finish(run.id, run.token, Complete("1")) for run in runs])
    for retention, later_s, left in ((Retention(cached=4), 0, 4), (Retention(), 61, 0)):
        clock.forward(later_s)
        statements.clear()
        assert await store.purge(retention, 2) == 0
        kept = await store._read(lambda db: db.execute("SELECT key FROM cached").fetchall())
        assert len(kept) == left
        assert statements.count("COMMIT") > 1


async def test_what_is_old_and_still_owed(store: SqliteStore, monkeypatch):
    monkeypatch.setattr(keeping, "LOOKED_AT", 3)
    for _ in range(3):
        await with_delivery(store, a_job())
    await stored(store, a_job())
    for _ in range(4):
        await finished(store, await claimed(store), Complete("1"))
    assert await store.purge(Retention(completed_s=-1), 10) == 0
    assert await store.purge(Retention(most=0), 10) == 0

    due = await store.deliveries_claim("w1", 3, LEASE_S)
    settled = [SettleDelivery(one.delivery.id, one.delivery.token, Delivered()) for one in due[:1]]
    assert await store.deliveries_settle(settled) == [True]
    await until_nothing_is_left(lambda: store.purge(Retention(completed_s=-1), 10))
    assert len(await all_jobs(store)) == 2  # whose news is owed: nobody stands behind them
